"""`predict` and `evaluate`: what a trained run knows."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from tui_nn.cli import completing
from tui_nn.cli.group import commands, verbose


def _run_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """What both commands that ask a trained run take."""
    for option in (
        click.option("--json", "as_json", is_flag=True, help="Print JSON."),
        click.option(
            "--checkpoint", type=click.Choice(["best", "last"]),
            help="Which weights; left out: those that training left.",
        ),
        click.option(
            "--runs", default="runs", metavar="DIR", show_default=True, help="Where runs are."
        ),
        click.option("-q", "--quiet", is_flag=True, help="Say nothing beside the answer."),
    ):  # fmt: skip
        command = option(command)
    return command


@commands.command()
@click.argument("run", shell_complete=completing.runs)
@click.option("--input", "input_", metavar="FILE", help="New inputs: a file, a folder or a call.")
@click.option("--values", multiple=True, metavar="0.3,1.2", help="An input; may come again.")
@click.option("-o", "--output", metavar="FILE.csv", help="Write the answers to a table.")
@_run_options
@verbose
def predict(
    run: str,
    input_: str | None,
    values: tuple[str, ...],
    output: str | None,
    as_json: bool,
    checkpoint: Any,
    runs: str,
    quiet: bool,
) -> None:
    """Ask a trained run about new inputs.

    RUN is a run's folder or its name in runs/, or latest. FILE has the form that it was trained
    on: a table with the same columns, a .npz file, pictures; or write a call to say how it is
    read: "csv('new.csv', decimal=',')". --json prints an object a line.
    """
    from tui_nn.headless.predict import Options
    from tui_nn.headless.predict import predict as ask

    path = None if output is None else Path(output)
    ask(run, Path(runs), Options(input_, values, checkpoint, as_json, path, quiet))


@commands.command()
@click.argument("run", shell_complete=completing.runs)
@click.option("--data", metavar="CALL", help="Other data: a file, a folder or a call.")
@click.option(
    "--part", type=click.Choice(["train", "val", "test"]), help="Which part of its own data."
)
@_run_options
@verbose
def evaluate(
    run: str,
    data: str | None,
    part: Any,
    as_json: bool,
    checkpoint: Any,
    runs: str,
    quiet: bool,
) -> None:
    """Judge a trained run, beside the simplest answer.

    RUN is a run's folder or its name in runs/, or latest. It is judged on its validation part, or
    the training part where there is none, and on its test part. --data names other data of the
    same form, as "csv('new.csv', target='price')" or "moons(seed=5)".
    """
    from tui_nn.headless.evaluate import Options
    from tui_nn.headless.evaluate import evaluate as judge

    judge(run, Path(runs), Options(data, part, checkpoint, as_json, quiet))
