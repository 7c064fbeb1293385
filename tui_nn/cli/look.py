"""`show`, `presets` and `explain`."""

import sys

import click

from tui_nn.cli.group import commands, verbose


@commands.command()
@click.argument("experiment")
@click.argument("changes", nargs=-1, metavar="[key=value]...")
@click.option("--target", multiple=True, metavar="NAME", help="Column of a table to predict.")
@click.option("--toml", is_flag=True, help="Print the experiment's file with every choice made.")
@verbose
def show(experiment: str, changes: tuple[str, ...], target: tuple[str, ...], toml: bool) -> None:
    """Show layers, data and settings of an experiment, or of a first guess at your data."""
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
@verbose
def presets() -> None:
    """List the course: the presets by chapter."""
    from tui_nn.reference import course_page

    sys.stdout.write(f"{course_page()}\n")


@commands.command()
@click.argument("name")
@verbose
def explain(name: str) -> None:
    """Explain a name: a layer, an optimizer, a key, …

    NAME is a layer, loss, optimizer, schedule, init, dataset, metric or key of an experiment.
    """
    from tui_nn.reference import entry_page

    sys.stdout.write(f"{entry_page(name)}\n")
