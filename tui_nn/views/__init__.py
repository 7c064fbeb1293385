"""What the screen shows: panels painted from what an engine told; knows no torch."""
