"""The parts of reading a table from a text file."""
