"""The arithmetic of each kind of layer."""
