"""`open` and `replay`: the workbench on the screen."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

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


def _with_look(command: Any) -> Any:
    for option in reversed(_look):
        command = option(command)
    return command


@dataclass(frozen=True)
class Look:
    """How the screen is to look."""

    theme: str | None
    ascii_only: bool
    fps: float | None


@commands.command("open")
@click.argument("experiment", default=DEFAULT_PRESET)
@click.argument("changes", nargs=-1, metavar="[key=value]...")
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
    theme: str | None,
    ascii_only: bool,
    fps: float | None,
) -> int:
    """Open a preset, a file or a run on the screen.

    This is what `nn-tui` does with a name alone, where there is a terminal to show it.
    """
    from tui_nn.runs.folder import find_run, match_run

    folder = None
    if engine is None:
        folder = find_run(experiment, Path(runs)) or _run_named(experiment, match_run, runs)
    if reason := no_screen():
        raise InvalidInput(
            f"{reason}: there is nothing to open it on", hint=f"nn-tui train {experiment}"
        )
    settings = _settings(experiment, changes, target, engine, runs, no_save, pace, folder)
    return _run(settings, Look(theme, ascii_only, fps))


@commands.command()
@click.argument("run")
@click.option("--runs", default="runs", metavar="DIR", help="Where runs are: runs.")
@click.option("--speed", type=click.FloatRange(min=0), default=1.0, metavar="X",
              help="Times as fast as it was: 1; 0: all at once.")  # fmt: skip
@_with_look
@verbose
def replay(
    run: str, runs: str, speed: float, theme: str | None, ascii_only: bool, fps: float | None
) -> int:
    """Play a run that was kept, in the panels it was trained in."""
    from tui_nn.app.settings import Settings
    from tui_nn.runs.folder import need_run

    folder = need_run(run, Path(runs))
    if reason := no_screen():
        raise InvalidInput(f"{reason}: a run can't be played", hint=f"nn-tui show {run} prints it")
    settings = Settings(experiment=str(folder.path), recording=folder.events, speed=speed)
    return _run(settings, Look(theme, ascii_only, fps))


def _run_named(word: str, match: Any, runs: str) -> "Folder | None":
    """A run whose name begins or ends so, where it is no preset and no file."""
    from tui_nn.spec.files import find_experiment

    try:
        find_experiment(word)
    except InvalidInput as error:
        found: Folder | None = match(word, Path(runs))
        if found is None:
            raise error from None
        return found
    return None


def _settings(
    experiment: str,
    changes: tuple[str, ...],
    target: tuple[str, ...],
    engine: str | None,
    runs: str,
    no_save: bool,
    pace: float | None,
    folder: "Folder | None",
) -> "Settings":
    from tui_nn.app.settings import Settings
    from tui_nn.client import engine_command, split_command
    from tui_nn.runs.sockets import is_reachable
    from tui_nn.spec.files import read_text

    kept = None if no_save else runs
    if folder is not None:
        if is_reachable(folder):
            command = engine_command("--attach", str(folder.path))
            return Settings(experiment=str(folder.path), command=command, attach=True, pace=pace)
        return Settings(experiment=str(folder.path), changes=changes, runs=kept, pace=pace)
    path = Path(experiment)
    text = read_text(path) if path.suffix == ".toml" and path.is_file() else None
    return Settings(
        experiment=experiment,
        text=text,
        changes=changes,
        target=target,
        runs=kept,
        command=split_command(engine) if engine else (),
        pace=pace,
    )


def _run(settings: "Settings", look: Look) -> int:
    from tui_nn.app.start import start

    return start(settings, look.theme, look.ascii_only, look.fps)
