"""`open` and `replay`: the workbench on the screen."""

import gc
from dataclasses import dataclass, replace
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from tui_nn.cli import completing
from tui_nn.cli.group import DEFAULT_PRESET, commands, no_screen, verbose
from tui_nn.spec.errors import InvalidInput

if TYPE_CHECKING:
    from tui_nn.app.settings import Settings
    from tui_nn.runs.folder import Folder

_look = (
    click.option("--theme", type=click.Choice(["dark", "light", "contrast", "safe"]),
                 help="Colours; `safe` for colour-blind eyes."),
    click.option("--ascii", "ascii_only", is_flag=True, help="No character outside ASCII."),
    click.option("--fps", type=click.FloatRange(1, 60), help="Frames a second at most."),
)  # fmt: skip


@dataclass(frozen=True)
class Look:
    """How the screen is to look."""

    theme: str | None
    ascii_only: bool
    fps: float | None


def _with_look(command: Any) -> Any:
    """A command with the options of a `look`, which it is given as one, that shows the screen."""

    @wraps(command)
    def gathered(*, theme: str | None, ascii_only: bool, fps: float | None, **options: Any) -> Any:
        gc.disable()  # until the first picture: what is loaded now is all going to stay
        try:
            return command(look=Look(theme, ascii_only, fps), **options)
        finally:
            gc.enable()  # the first picture may never have come

    for option in reversed(_look):
        gathered = option(gathered)
    return gathered


@commands.command("open")
@click.argument(
    "experiment", default=DEFAULT_PRESET, shell_complete=completing.experiments_and_runs
)
@click.argument("changes", nargs=-1, metavar="[key=value]...", shell_complete=completing.changes)
@click.option("--target", multiple=True, metavar="NAME", help="Column of a table to predict.")
@click.option("--engine", metavar="COMMAND", help="Train elsewhere: 'ssh box nn-tui engine'.")
@click.option("--runs", default="runs", metavar="DIR", help="Where runs are kept: runs.")
@click.option("--no-save", is_flag=True, help="Keep no folder of this run.")
@click.option("--pace", type=click.FloatRange(min=0), help="Steps a second; 0: flat out.")
@_with_look
@verbose
def open_workbench(
    experiment: str,
    changes: tuple[str, ...],
    target: tuple[str, ...],
    engine: str | None,
    runs: str,
    no_save: bool,
    pace: float | None,
    look: Look,
    begun: bool = False,
) -> int:
    """Open a preset, a file or a run on the screen.

    This is what `nn-tui` does with a name alone, where there is a terminal to show it.
    """
    folder = folder_to_open(experiment, engine, runs)
    if reason := no_screen():
        raise InvalidInput(
            f"{reason}: there is nothing to open it on", hint=f"nn-tui train {experiment}"
        )
    from tui_nn.app.settings import Settings

    settings = Settings(
        experiment=experiment,
        begun=begun,
        changes=changes,
        target=target,
        runs=None if no_save else runs,
        pace=pace,
    )
    return _run(_of_a_run(settings, folder) if folder else _anew(settings, engine), look)


@commands.command()
@click.argument("changes", nargs=-1, metavar="[key=value]...", shell_complete=completing.changes)
@click.option("--engine", metavar="COMMAND", help="Train elsewhere: 'ssh box nn-tui engine'.")
@click.option("--runs", default="runs", metavar="DIR", help="Where runs are kept: runs.")
@click.option("--no-save", is_flag=True, help="Keep no folder of this run.")
@_with_look
@verbose
def new(look: Look, **options: Any) -> int:
    """Begin with one layer, and build the rest on the screen."""
    found: int = click.get_current_context().invoke(
        open_workbench, experiment="empty", begun=True, target=(), pace=None,
        theme=look.theme, ascii_only=look.ascii_only, fps=look.fps, **options,
    )  # fmt: skip
    return found


@commands.command()
@click.argument("run", shell_complete=completing.runs)
@click.option("--runs", default="runs", metavar="DIR", help="Where runs are: runs.")
@click.option("--speed", type=click.FloatRange(min=0), metavar="X",
              help="Times as fast as it was: 1, less where that is brief; 0: at once.")  # fmt: skip
@_with_look
@verbose
def replay(run: str, runs: str, speed: float | None, look: Look) -> int:
    """Play a run that was kept, in the panels it was trained in."""
    from tui_nn.app.settings import Settings
    from tui_nn.runs.folder import need_run

    folder = need_run(run, Path(runs))
    if reason := no_screen():
        raise InvalidInput(f"{reason}: a run can't be played", hint=f"nn-tui show {run} prints it")
    settings = Settings(experiment=str(folder.path), recording=folder.events, speed=speed)
    return _run(settings, look)


def folder_to_open(experiment: str, engine: str | None, runs: str) -> "Folder | None":
    """The run that is to be opened; None for a preset or a file, or what only an engine can find.

    InvalidInput where it names nothing.
    """
    from tui_nn.runs.folder import find_run, match_run

    if engine is not None:
        return None
    return find_run(experiment, Path(runs)) or _run_named(experiment, match_run, runs)


def _run_named(word: str, match: Any, runs: str) -> "Folder | None":
    """A run whose name begins or ends so, where it is no preset and no file."""
    from tui_nn.spec.finding import find_experiment

    try:
        find_experiment(word)
    except InvalidInput as error:
        found: Folder | None = match(word, Path(runs))
        if found is None:
            raise error from None
        return found
    return None


def _of_a_run(settings: "Settings", folder: "Folder") -> "Settings":
    """A run that was kept; one that is being trained is followed as it is."""
    from tui_nn.client import engine_command
    from tui_nn.runs.folder import is_locked
    from tui_nn.runs.sockets import is_reachable

    if settings.target:
        raise InvalidInput("a run keeps its target", where="--target", hint="open its data anew")
    settings = replace(settings, experiment=str(folder.path))
    reachable = is_reachable(folder)
    if not reachable and not is_locked(folder):
        return settings
    if settings.changes:
        raise InvalidInput(
            f"{folder.path.name} is being trained: it is opened as it is",
            where=settings.changes[0],
            hint="open it without changes, and change it on the screen",
        )
    if not reachable:  # trained headlessly: what it writes down is all there is
        return replace(
            settings, recording=folder.events, speed=0.0, grows=lambda: is_locked(folder)
        )
    return replace(settings, command=engine_command("--attach", str(folder.path)), attach=True)


def _anew(settings: "Settings", engine: str | None) -> "Settings":
    """A preset or a file, for an engine that may be elsewhere and not see this machine's files."""
    from tui_nn.client import split_command
    from tui_nn.spec.finding import read_text

    path = Path(settings.experiment)
    return replace(
        settings,
        text=read_text(path) if path.suffix == ".toml" and path.is_file() else None,
        command=split_command(engine) if engine else (),
    )


def _run(settings: "Settings", look: Look) -> int:
    from tui_nn.app.start import start

    return start(settings, look.theme, look.ascii_only, look.fps)
