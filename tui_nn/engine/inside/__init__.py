"""The arithmetic inside a training step: every number, and the terms that made it."""
