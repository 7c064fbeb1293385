"""The command line. Each command imports what it needs when it runs."""

import io
import os
import re
import sys
import traceback
from math import isfinite
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import click

from tui_nn import __version__
from tui_nn.spec.errors import InvalidInput
from tui_nn.spec.exits import Exit

if TYPE_CHECKING:
    from tui_nn.runs.folder import Folder

DEFAULT_PRESET = "and-gate"


class Commands(click.Group):
    """`nn-tui WORD`: a command, else a preset or file to train."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        return super().parse_args(ctx, args or ["train", "--without-app", DEFAULT_PRESET])

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        word = args[0]
        if word in self.commands:
            return super().resolve_command(ctx, args)
        from tui_nn.spec.catalog.entry import near
        from tui_nn.spec.files import find_experiment, near_file

        try:
            find_experiment(word)
        except InvalidInput as error:
            hint = near(word, self.commands) or near_file(word)
            raise InvalidInput(
                f"there is no command, preset or file {word}" if not error.where else error.message,
                where=error.where,
                hint=hint or "`nn-tui presets` lists the presets, `nn-tui --help` the commands",
            ) from None
        return "train", self.commands["train"], ["--without-app", *args]


class TrainCommand(click.Command):
    """`train`, whose --json may stand without a value."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        end = args.index("--") if "--" in args else len(args)
        spelled = ["--json=records" if arg == "--json" else arg for arg in args[:end]]
        return super().parse_args(ctx, spelled + args[end:])


verbose = click.option(
    "-v", "--verbose", is_flag=True, expose_value=False, help="Show the traceback of an error."
)


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, "-V", "--version", prog_name="nn-tui")
def commands() -> None:
    """A workbench for training neural networks, step by step.

    nn-tui PRESET trains a preset; without a name, the AND gate.
    """


@commands.command(cls=TrainCommand)
@click.argument("experiment")
@click.argument("changes", nargs=-1, metavar="[key=value]...")
@click.option(
    "--json", "json_kind", type=click.Choice(["records", "full"]), default=None,
    metavar="[=full]", help="Print records, one JSON object a line; =full prints all of them.",
)  # fmt: skip
@click.option("-q", "--quiet", is_flag=True, help="Print nothing but errors.")
@click.option("--target", multiple=True, metavar="NAME", help="Column of a table to predict.")
@click.option("--goal", help="Stop when reached, e.g. 'accuracy>=0.97'.")
@click.option("--epochs", type=int, help="How often every sample is seen.")
@click.option("--seed", type=int, help="Starts weights, order, dropout and split.")
@click.option("--device", help="auto, cpu, cuda or cuda:1.")
@click.option("--max-seconds", type=click.FloatRange(min=0, min_open=True), help="Stop by then.")
@click.option("--without-app", is_flag=True, hidden=True)
@verbose
def train(
    experiment: str,
    changes: tuple[str, ...],
    json_kind: str | None,
    quiet: bool,
    target: tuple[str, ...],
    goal: str | None,
    epochs: int | None,
    seed: int | None,
    device: str | None,
    max_seconds: float | None,
    without_app: bool,
) -> int:
    """Train an experiment to its goal or end.

    EXPERIMENT is a preset's name, a TOML file, or data of your own: a .csv or .npz file, a folder
    of pictures. key=value changes it: train.epochs=50 or optimizer='SGD(lr=0.03)'.

    Exit codes: 0 done, 1 failed, 2 bad input, 3 goal missed, 4 diverged, 130 Ctrl-C, 143 SIGTERM.
    """
    from tui_nn.data.open import open_experiment
    from tui_nn.headless.train import Options
    from tui_nn.headless.train import train as run
    from tui_nn.headless.waiting import waiting

    options: dict[str, Any] = {
        "train.epochs": epochs, "train.seed": seed, "train.device": device and f'"{device}"',
    }  # fmt: skip
    changes += tuple(f"{key}={value}" for key, value in options.items() if value is not None)
    changes += _goal_changes(goal)
    if max_seconds is not None and not isfinite(max_seconds):
        raise InvalidInput(f"is {max_seconds}", where="--max-seconds", hint="write a number")
    with waiting(quiet) as tell:
        prepared = open_experiment(experiment, changes, target, tell).to_train
    if without_app and not quiet:
        _say(f"training {experiment} headlessly (no screen yet)")
    return run(prepared, Options(json_kind or "", quiet, max_seconds))  # type: ignore[arg-type]


@commands.command()
@click.argument("experiment")
@click.argument("changes", nargs=-1, metavar="[key=value]...")
@click.option("--target", multiple=True, metavar="NAME", help="Column of a table to predict.")
@click.option("--toml", is_flag=True, help="Print the experiment's file with every choice made.")
@click.option("--json", "as_json", is_flag=True, help="Print a run as one JSON object.")
@click.option("--runs", default="runs", metavar="DIR", help="The folder of the runs.")
@verbose
def show(
    experiment: str,
    changes: tuple[str, ...],
    target: tuple[str, ...],
    toml: bool,
    as_json: bool,
    runs: str,
) -> None:
    """Show layers, data and settings of an experiment, or of a first guess at your data.

    EXPERIMENT may also be a run: its folder, its name or the end of it, or `latest`. Then follow
    how it ended, its numbers and its loss curve.
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


def _goal_changes(goal: str | None) -> tuple[str, ...]:
    """`accuracy>=0.97` as changes of the experiment."""
    if goal is None:
        return ()
    from tui_nn.spec import catalog

    match = re.fullmatch(r"\s*(\w+)\s*(>=|<=)\s*([-+.\deE]+)\s*(%?)\s*", goal)
    if not match:
        raise InvalidInput(
            f"'{goal}' is not a goal", where="--goal", hint="write 'accuracy>=0.97' or 'loss<=0.01'"
        )
    name, sign, text, percent = match.groups()
    try:
        metric = catalog.metric(name)
        value = float(text) / (100 if percent else 1)
    except InvalidInput as error:
        raise error.at("--goal") from None
    except ValueError:
        raise InvalidInput(f"'{text}' is not a number", where="--goal") from None
    if (sign == ">=") != metric.higher_is_better:
        right = ">=" if metric.higher_is_better else "<="
        raise InvalidInput(
            f"{name} gets better {'upwards' if metric.higher_is_better else 'downwards'}",
            where="--goal", hint=f"write '{name}{right}{text}'",
        )  # fmt: skip
    return (f"goal.{name}={value!r}", "goal.times=1")


def main() -> NoReturn:
    """Run the command line; every mistake is one line on standard error."""
    # A daemon may start us with its outputs closed.
    sys.stdout = sys.stdout or open(os.devnull, "w")  # noqa: SIM115
    sys.stderr = sys.stderr or open(os.devnull, "w")  # noqa: SIM115
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # a terminal without ≥ gets a ?, not an error
    arguments = sys.argv[1:]
    wants_traceback = any(argument in ("-v", "--verbose") for argument in arguments)
    try:
        result = commands.main(arguments, prog_name="nn-tui", standalone_mode=False)
        sys.stdout.flush()
        code = result if isinstance(result, int) else Exit.DONE
    except click.UsageError as error:
        path = error.ctx.command_path if error.ctx else "nn-tui"
        _say(f"{' '.join(error.format_message().split()).rstrip('.')}: see {path} --help")
        code = Exit.BAD_INPUT
    except (click.Abort, KeyboardInterrupt):
        code = Exit.INTERRUPTED
    except BrokenPipeError:
        # Whoever read standard output is gone; what is still buffered for them goes nowhere.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = Exit.FAILED
    except Exception as error:  # noqa: BLE001
        code = _report(error, wants_traceback)
    sys.exit(code)


def _report(error: Exception, wants_traceback: bool) -> Exit:
    if wants_traceback:
        traceback.print_exception(error)
    if isinstance(error, InvalidInput):
        _say(str(error))
        return Exit.BAD_INPUT
    lines = str(error).strip().splitlines() or [""]
    _say(f"failed: {type(error).__name__}: {lines[0]}: -v shows where")
    return Exit.FAILED


def _say(line: str) -> None:
    sys.stderr.write(f"nn-tui: {line}\n")


def _show_run(run: "Folder", changes: tuple[str, ...], toml: bool, as_json: bool) -> None:
    from tui_nn.headless.show_run import print_run, print_toml

    if changes:
        raise InvalidInput(
            f"{run.name} is a run and shown as it was", where=changes[0],
            hint=f"`nn-tui show {run.experiment} {changes[0]}` shows its experiment changed",
        )  # fmt: skip
    if toml:
        print_toml(run)
    else:
        print_run(run, as_json)


runs_folder = click.option(
    "--runs", "folder", metavar="DIR", help="The folder that holds the runs."
)


def _runs_at(folder: str | None) -> Path:
    """The folder of a subcommand's --runs, else of that before it, else ./runs."""
    context = click.get_current_context().parent
    before = context.params.get("folder") if context else None
    return Path(folder or before or "runs")


@commands.group(name="runs", invoke_without_command=True)
@click.option("--json", "as_json", is_flag=True, help="Print a JSON object a line.")
@runs_folder
@verbose
@click.pass_context
def list_runs(context: click.Context, as_json: bool, folder: str | None) -> None:
    """List the runs that were kept, the newest first."""
    if context.invoked_subcommand is None:
        from tui_nn.headless.runs import print_runs

        print_runs(Path(folder or "runs"), as_json)


@list_runs.command()
@click.argument("run", nargs=-1, required=True)
@runs_folder
@verbose
def rm(run: tuple[str, ...], folder: str | None) -> None:
    """Delete runs: by folder, by name or the end of it, or `latest`."""
    from tui_nn.headless.runs import remove

    remove(run, _runs_at(folder))


@list_runs.command()
@click.option("--keep", type=click.IntRange(min=0), metavar="N",
              help="Leave the newest N (default: 20; 0 with --failed).")  # fmt: skip
@click.option("--failed", is_flag=True, help="Only those that failed, diverged, were cut off.")
@click.option("--dry-run", is_flag=True, help="Only list what would go.")
@click.option("-y", "--yes", is_flag=True, help="Don't ask.")
@runs_folder
@verbose
def prune(keep: int | None, failed: bool, dry_run: bool, yes: bool, folder: str | None) -> None:
    """Delete all runs but the newest."""
    from tui_nn.headless.runs import prune as prune_runs

    prune_runs(_runs_at(folder), keep, failed, dry_run, yes)


@commands.command()
@click.argument("run", nargs=-1, required=True)
@click.option("--over", type=click.Choice(["epoch", "step", "seconds"]), default="epoch",
              show_default=True, help="What lies along the curves' x axis.")  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="Print a JSON object a run.")
@click.option("--runs", "folder", default="runs", metavar="DIR", help="The folder of the runs.")
@verbose
def compare(run: tuple[str, ...], over: str, as_json: bool, folder: str) -> None:
    """Compare runs: what differs between them, what came of them, their curves."""
    from tui_nn.headless.compare import compare as compare_runs
    from tui_nn.runs.folder import need_run

    found = [need_run(word, Path(folder)) for word in run]
    compare_runs(found, over, as_json)  # type: ignore[arg-type]
