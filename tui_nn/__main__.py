"""`python -m tui_nn` is `nn-tui`."""

from tui_nn.cli import main

main()
