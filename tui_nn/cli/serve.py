"""`engine` and `protocol`: the workbench for other programs."""

import sys

import click

from tui_nn.cli import completing
from tui_nn.cli.group import commands, verbose
from tui_nn.spec.errors import InvalidInput


@commands.command()
@click.option("--stay", is_flag=True, help="Train on to the end when the input closes.")
@click.option("--attach", metavar="RUN", help="Reach the engine that trains a run.",
              shell_complete=completing.runs)  # fmt: skip
@click.option("--runs", default="runs", metavar="DIR", help="Where runs are: runs.")
@verbose
def engine(stay: bool, attach: str | None, runs: str) -> int:
    """Train for another program: commands in, events out, a line each.

    `nn-tui protocol` lists them. --attach RUN joins standard input and output with the engine of a
    run that goes on alone; several may follow it, one drives.
    """
    if attach is None:
        from tui_nn.engine.server import serve

        return serve(stay=stay)
    if stay:
        raise InvalidInput(
            "goes with a new engine", where="--stay", hint="leave it or --attach out"
        )
    from pathlib import Path

    from tui_nn.bridge import bridge
    from tui_nn.runs.folder import need_run

    bridge(need_run(attach, Path(runs)))
    return 0


@commands.command()
@verbose
def protocol() -> None:
    """Print what an engine is told and tells, as Markdown."""
    from tui_nn.protocol_page.page import protocol_page

    sys.stdout.write(f"{protocol_page()}\n")
