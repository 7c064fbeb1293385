"""What a run has been, read from its records."""
