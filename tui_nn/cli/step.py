"""`step`: the first steps of training with all their numbers."""

import click

from tui_nn.cli import completing
from tui_nn.cli.group import commands, verbose
from tui_nn.spec.errors import InvalidInput


@commands.command()
@click.argument("experiment", shell_complete=completing.experiments)
@click.argument("changes", nargs=-1, metavar="[key=value]...", shell_complete=completing.changes)
@click.option(
    "--steps", default=3, type=click.IntRange(1), show_default=True, help="How many steps."
)
@click.option("--phases", is_flag=True, help="Forward, gradient, update, evaluation one by one.")
@click.option("--weight", metavar="0.weight[1,0]", help="Work out the update of one weight.")
@click.option(
    "--sample", default=1, type=click.IntRange(1), show_default=True,
    help="Which sample of each batch to follow.",
)  # fmt: skip
@click.option("--markdown", is_flag=True, help="Print Markdown.")
@click.option("--json", "as_json", is_flag=True, help="Print a JSON object a step, or a phase.")
@click.option("--target", multiple=True, metavar="NAME", help="Column of a table to predict.")
@verbose
def step(
    experiment: str,
    changes: tuple[str, ...],
    steps: int,
    phases: bool,
    weight: str | None,
    sample: int,
    markdown: bool,
    as_json: bool,
    target: tuple[str, ...],
) -> int:
    """Print the first steps of training, number by number.

    Of a single neuron that learns sample by sample: a table with a row a step. Of other networks:
    every parameter before and after, its gradient; with --phases also what every layer gives and
    gets back. Nothing is kept.
    """
    from tui_nn.data.open import open_experiment
    from tui_nn.headless.step import Options
    from tui_nn.headless.step import step as show
    from tui_nn.headless.waiting import waiting

    if markdown and as_json:
        raise InvalidInput("goes without --json", where="--markdown", hint="leave one out")
    with waiting() as tell:
        opened = open_experiment(experiment, changes, target, tell)
    return show(opened, Options(steps, phases, weight, sample, markdown, as_json))
