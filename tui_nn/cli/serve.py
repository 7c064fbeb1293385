"""`engine` and `protocol`."""

import click

from tui_nn.cli.group import commands, verbose


@commands.command()
@click.option("--stay", is_flag=True, help="Train on when the input closes.")
@click.option("--attach", metavar="RUN", help="Reach the engine that trains a run.")
@verbose
def engine(stay: bool, attach: str | None) -> int:
    """Serve the protocol on standard input and output: `nn-tui protocol` explains it."""
    from tui_nn.engine.server import serve

    return serve(stay=stay)
