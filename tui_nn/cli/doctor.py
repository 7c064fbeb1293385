"""`doctor`: whether nn-tui can work here."""

from pathlib import Path

import click

from tui_nn.cli.group import commands, verbose


@commands.command()
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.option("--runs", default="runs", metavar="DIR", help="Where runs are kept: runs.")
@verbose
def doctor(as_json: bool, runs: str) -> int:
    """Say whether nn-tui can work here, and what to fix.

    Versions, the devices that torch sees, what the terminal can show, whether runs and choices can
    be kept. Exit code 1: something is broken.
    """
    from tui_nn.headless.doctor.report import doctor as look

    return look(_config(), Path(runs), as_json)


def _config() -> Path | None:
    """Where choices are remembered; None where a package is missing, which is told anyway."""
    try:
        from tui_nn.app.config import config_file
    except ImportError:
        return None
    return config_file().parent
