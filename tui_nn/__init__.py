"""nn-tui: a workbench in the terminal for training neural networks."""

__version__ = "0.1.0"
