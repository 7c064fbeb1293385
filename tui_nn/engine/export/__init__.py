"""An experiment or a run that leaves: as a plain PyTorch script, or as a file for other tools."""
