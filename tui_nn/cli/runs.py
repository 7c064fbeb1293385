"""`runs` with `rm` and `prune`, `follow`, `compare`."""

from pathlib import Path

import click

from tui_nn.cli import completing
from tui_nn.cli.group import commands, narrated, refuse_beside_narrate, verbose

_folder = click.option("--runs", "folder", metavar="DIR", help="Where runs are: runs.")


def _runs_at(folder: str | None) -> Path:
    """The folder of a subcommand's --runs, else of that before it, else ./runs."""
    context = click.get_current_context().parent
    before = context.params.get("folder") if context else None
    return Path(folder or before or "runs")


@commands.group(name="runs", invoke_without_command=True)
@click.option("--json", "as_json", is_flag=True, help="Print a JSON object a line.")
@_folder
@verbose
@click.pass_context
def list_runs(context: click.Context, as_json: bool, folder: str | None) -> None:
    """List the runs that were kept, the newest first."""
    if context.invoked_subcommand is None:
        from tui_nn.headless.runs import print_runs

        print_runs(Path(folder or "runs"), as_json)


@list_runs.command()
@click.argument("run", nargs=-1, required=True, shell_complete=completing.runs)
@_folder
@verbose
def rm(run: tuple[str, ...], folder: str | None) -> None:
    """Delete runs.

    RUN is a run's folder, its name or how that alone begins or ends, or `latest`.
    """
    from tui_nn.headless.runs import remove

    remove(run, _runs_at(folder))


@list_runs.command()
@click.option("--keep", type=click.IntRange(min=0), metavar="N",
              help="Leave the newest N (default: 20; 0 with --failed).")  # fmt: skip
@click.option("--failed", is_flag=True, help="Only those that failed, diverged, were cut off.")
@click.option("--dry-run", is_flag=True, help="Only list what would go.")
@click.option("-y", "--yes", is_flag=True, help="Don't ask.")
@_folder
@verbose
def prune(keep: int | None, failed: bool, dry_run: bool, yes: bool, folder: str | None) -> None:
    """Delete all runs but the newest."""
    from tui_nn.headless.runs import prune as prune_runs

    prune_runs(_runs_at(folder), keep, failed, dry_run, yes)


@commands.command()
@click.argument("run", nargs=-1, required=True, shell_complete=completing.runs)
@click.option("--over", type=click.Choice(["epoch", "step", "seconds"]), default="epoch",
              show_default=True, help="What lies along the curves' x axis.")  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="Print a JSON object a run.")
@click.option("--runs", "folder", default="runs", metavar="DIR", help="Where runs are: runs.")
@verbose
def compare(run: tuple[str, ...], over: str, as_json: bool, folder: str) -> None:
    """Compare runs: settings, outcomes, curves.

    RUN is a run's folder, its name or how that alone begins or ends, or `latest`.
    """
    from tui_nn.headless.compare import compare as compare_runs
    from tui_nn.runs.folder import need_run

    found = [need_run(word, Path(folder)) for word in run]
    compare_runs(found, over, as_json)  # type: ignore[arg-type]


@commands.command()
@click.argument("run", shell_complete=completing.runs)
@click.option("--json", "as_json", is_flag=True, help="Print records, one JSON object a line.")
@click.option("-q", "--quiet", is_flag=True, help="Print nothing but errors.")
@narrated
@click.option("--runs", "folder", default="runs", metavar="DIR", help="Where runs are: runs.")
@verbose
def follow(run: str, as_json: bool, quiet: bool, narrate: bool, folder: str) -> int:
    """Follow a run that an engine trains; show one that nobody trains now.

    RUN is a run's folder, its name or how that alone begins or ends, or `latest`. Ctrl-C leaves
    the engine at its work.
    """
    from tui_nn.headless import follow as headless
    from tui_nn.headless.narrate import narrate_run
    from tui_nn.headless.show_run import print_run
    from tui_nn.headless.train import Options
    from tui_nn.runs.folder import need_run
    from tui_nn.runs.sockets import is_reachable

    refuse_beside_narrate(narrate, {"--json": as_json, "--quiet": quiet})
    found = need_run(run, Path(folder))
    if is_reachable(found):
        options = Options(json="records" if as_json else "", quiet=quiet, narrate=narrate)
        return headless.follow(found, options)
    if narrate:
        narrate_run(found)
    else:
        print_run(found, as_json)
    return 0
