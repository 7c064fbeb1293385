"""The protocol as a page to read, made of its structs."""
