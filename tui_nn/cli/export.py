"""`export`: an experiment or a run, taken along."""

import click

from tui_nn.cli import completing
from tui_nn.cli.group import commands, verbose


@commands.command()
@click.argument(
    "experiment", metavar="EXPERIMENT|RUN", shell_complete=completing.experiments_and_runs
)
@click.argument("changes", nargs=-1, metavar="[key=value]...", shell_complete=completing.changes)
@click.option(
    "--to", required=True, type=click.Choice(["python", "safetensors", "pt2", "onnx", "csv"]),
    help="A PyTorch script, the weights, a program of torch.export, ONNX, or a run's metrics.",
)  # fmt: skip
@click.option(
    "--form", type=click.Choice(["sequential", "module", "matrices"]),
    help="How the script writes the network: nn.Sequential (the default), a class, bare matrices.",
)  # fmt: skip
@click.option(
    "--over", type=click.Choice(["epoch", "step"]),
    help="A row of the csv: an evaluation (default), or a step with its loss.",
)  # fmt: skip
@click.option("-o", "--out", metavar="PATH", help="Folder or file to write; - is standard output.")
@click.option("--force", is_flag=True, help="Write over files that are there.")
@click.option("--runs", default="runs", metavar="DIR", show_default=True, help="Where runs are.")
@click.option("--target", multiple=True, metavar="NAME", help="Column of a table to predict.")
@verbose
def export(
    experiment: str,
    changes: tuple[str, ...],
    to: str,
    form: str | None,
    over: str | None,
    out: str | None,
    force: bool,
    runs: str,
    target: tuple[str, ...],
) -> None:
    """Take an experiment or a run along: as plain PyTorch, weights or numbers.

    The script needs no nn-tui and gives the losses of the run: to the last bit as sequential or
    module, to six digits as matrices. csv has a line for each evaluation of a run.
    """
    from pathlib import Path

    from tui_nn.headless.export import Wanted
    from tui_nn.headless.export import export as write

    write(experiment, changes, Wanted(to, form, over, out, force), target, Path(runs))
