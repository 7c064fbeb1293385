"""`show`, `preview`, `presets` and `explain`."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from tui_nn.cli import completing
from tui_nn.cli.group import commands, verbose
from tui_nn.spec.errors import InvalidInput

if TYPE_CHECKING:
    from tui_nn.runs.folder import Folder


@commands.command()
@click.argument("experiment", shell_complete=completing.experiments_and_runs)
@click.argument("changes", nargs=-1, metavar="[key=value]...", shell_complete=completing.changes)
@click.option("--target", multiple=True, metavar="NAME", help="Column of a table to predict.")
@click.option("--toml", is_flag=True, help="Print the experiment's file with every choice made.")
@click.option("--json", "as_json", is_flag=True, help="Print a run as one JSON object.")
@click.option("--runs", default="runs", metavar="DIR", help="Where runs are: runs.")
@verbose
def show(
    experiment: str,
    changes: tuple[str, ...],
    target: tuple[str, ...],
    toml: bool,
    as_json: bool,
    runs: str,
) -> None:
    """Show an experiment, a first guess at your data, or a run.

    EXPERIMENT is a preset's name, a TOML file or data of your own: its layers, data and settings
    follow. Or it is a run: its folder, its name or how that alone begins or ends, or `latest`;
    then how it ended, its numbers, loss curve, changes and branches follow too.
    """
    from tui_nn.headless.show_run import run_of

    run = run_of(experiment, Path(runs))
    if run is not None:
        _show_run(run, changes + target, toml, as_json)
        return
    if as_json:
        raise InvalidInput(f"{experiment} is no run", where="--json", hint="--toml prints it")
    from tui_nn.data.open import open_experiment
    from tui_nn.headless.output import print_bytes
    from tui_nn.headless.waiting import waiting
    from tui_nn.spec.files import write_toml

    with waiting() as tell:
        opened = open_experiment(experiment, changes, target, tell)
    if toml:
        print_bytes(write_toml(opened.prepared.plan.experiment, opened.text).encode())
        return
    from tui_nn.reference import experiment_page

    sys.stdout.write(f"{experiment_page(opened.prepared)}\n")


@commands.command()
@click.argument("path")
@click.option("--target", multiple=True, metavar="NAME", help="Column of a table to predict.")
@click.option(
    "--limit", default=10, type=click.IntRange(1, 500), show_default=True, help="Rows at most."
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@verbose
def preview(path: str, target: tuple[str, ...], limit: int, as_json: bool) -> None:
    """Show what a file or folder holds, without opening it.

    Of a table its columns, their types, ranges and what is missing, the first rows and the classes
    to predict; of arrays, pictures and experiments likewise. Of a large file the beginning.
    """
    from tui_nn.headless.preview import print_preview

    print_preview(path, target, limit, as_json=as_json)


@commands.command()
@verbose
def presets() -> None:
    """List the course: the presets by chapter."""
    from tui_nn.reference import course_page

    sys.stdout.write(f"{course_page()}\n")


@commands.command()
@click.argument("name", shell_complete=completing.names)
@verbose
def explain(name: str) -> None:
    """Explain a name: a layer, an optimizer, a key, …

    NAME is a layer, loss, optimizer, schedule, init, dataset, metric, one of the eight phases
    (forward, gradient, …) or a key of an experiment.
    """
    from tui_nn.reference import entry_page

    sys.stdout.write(f"{entry_page(name)}\n")


def _show_run(run: "Folder", changes: tuple[str, ...], toml: bool, as_json: bool) -> None:
    from tui_nn.headless.show_run import print_run, print_toml

    if changes:
        raise InvalidInput(
            f"{run.name} is a run and shown as it was", where=changes[0],
            hint=f"`nn-tui show {run.experiment} {changes[0]}` shows its experiment changed",
        )  # fmt: skip
    if toml and as_json:
        raise InvalidInput("goes without --json", where="--toml", hint="--json holds it too")
    if toml:
        print_toml(run)
    else:
        print_run(run, as_json)
