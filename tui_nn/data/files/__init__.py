"""The user's own files: tables, arrays, pictures. They are data: nothing in them is ever run."""
