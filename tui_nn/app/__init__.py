"""The Textual front end: wires panels to an engine; its process never imports torch."""
