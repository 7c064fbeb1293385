"""`train` and `verify-resume`."""

import re
from collections.abc import Mapping
from math import isfinite
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from tui_nn.cli import completing
from tui_nn.cli.group import commands, narrated, refuse_beside_narrate, verbose
from tui_nn.spec.errors import InvalidInput

if TYPE_CHECKING:
    from tui_nn.headless.train import Options


class TrainCommand(click.Command):
    """`train`, whose --json may stand without a value."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        end = args.index("--") if "--" in args else len(args)
        spelled = ["--json=records" if arg == "--json" else arg for arg in args[:end]]
        return super().parse_args(ctx, spelled + args[end:])


@commands.command(cls=TrainCommand)
@click.argument("experiment", required=False, shell_complete=completing.experiments)
@click.argument("changes", nargs=-1, metavar="[key=value]...", shell_complete=completing.changes)
@click.option(
    "--json", "json_kind", type=click.Choice(["records", "full"]), default=None,
    metavar="[=full]", help="Print records, one JSON object a line; =full prints all of them.",
)  # fmt: skip
@click.option("-q", "--quiet", is_flag=True, help="Print nothing but errors.")
@narrated
@click.option("--target", multiple=True, metavar="NAME", help="Column of a table to predict.")
@click.option("--goal", help="Stop when reached, e.g. 'accuracy>=0.97'.")
@click.option("--epochs", type=int, help="How often every sample is seen.")
@click.option("--seed", type=int, help="Starts weights, order, dropout and split.")
@click.option("--device", help="auto, cpu, cuda or cuda:1.")
@click.option("--max-seconds", type=click.FloatRange(min=0, min_open=True), help="Stop by then.")
@click.option("--resume", metavar="RUN", help="Go on with a run where it was last saved.",
              shell_complete=completing.runs)  # fmt: skip
@click.option("--no-save", is_flag=True, help="Keep no folder of this run.")
@click.option("--runs", default="runs", metavar="DIR", help="Where runs are kept: runs.")
@click.option(
    "--save-every", type=click.FloatRange(min=0), metavar="S", help="Seconds between saves: 30."
)
@click.option("--init-from", metavar="FILE", help="Begin with the weights of a .safetensors file.")
@click.option(
    "--engine", metavar="COMMAND", help="Train elsewhere: 'ssh box nn-tui engine --stay'."
)
@verbose
def train(
    experiment: str | None,
    changes: tuple[str, ...],
    json_kind: str | None,
    quiet: bool,
    narrate: bool,
    target: tuple[str, ...],
    goal: str | None,
    epochs: int | None,
    seed: int | None,
    device: str | None,
    max_seconds: float | None,
    resume: str | None,
    no_save: bool,
    runs: str,
    save_every: float | None,
    init_from: str | None,
    engine: str | None,
) -> int:
    """Train an experiment to its goal or end.

    EXPERIMENT is a preset's name, a TOML file, or data of your own: a .csv or .npz file, a folder
    of pictures. key=value changes it: train.epochs=50 or optimizer='SGD(lr=0.03)'.

    Exit codes: 0 done, 1 failed, 2 bad input, 3 goal missed, 4 diverged, 130 Ctrl-C, 143 SIGTERM.
    """
    from tui_nn.data.open import open_experiment
    from tui_nn.headless import train as headless
    from tui_nn.headless.waiting import waiting

    options: dict[str, Any] = {
        "train.epochs": epochs, "train.seed": seed, "train.device": device and f'"{device}"',
    }  # fmt: skip
    changes += tuple(f"{key}={value}" for key, value in options.items() if value is not None)
    changes += _goal_changes(goal)
    refuse_beside_narrate(narrate, {"--json": json_kind, "--quiet": quiet})
    if max_seconds is not None and not isfinite(max_seconds):
        raise InvalidInput(f"is {max_seconds}", where="--max-seconds", hint="write a number")
    how = headless.Options(
        json=json_kind or "",  # type: ignore[arg-type]
        quiet=quiet,
        narrate=narrate,
        max_seconds=max_seconds,
        runs=None if no_save else Path(runs),
        save_every=save_every,
        init_from=None if init_from is None else Path(init_from),
    )
    if resume is not None and experiment is not None:
        changes = (_first_change(experiment, resume), *changes)
    if engine is not None:
        word, local = resume or experiment, {"--save-every": save_every, "--init-from": init_from}
        return _train_there(engine, word, changes, target, how, local)
    if resume is not None:
        return _resume(resume, changes, how, {"--target": target, "--init-from": init_from})
    if experiment is None:
        raise click.UsageError("Missing argument 'EXPERIMENT'", click.get_current_context())
    with waiting(quiet or narrate) as tell:
        opened = open_experiment(experiment, changes, target, tell)
    return headless.train(opened, how)


def _first_change(word: str, run: str) -> str:
    """`train --resume RUN key=value`: what stands in the experiment's place is a change."""
    if "=" not in word:
        raise InvalidInput(
            f"goes on with a run's own experiment: leave {word} out",
            where="--resume",
            hint=f"write nn-tui train --resume {run}, with key=value for what is to change",
        )
    return word


def _resume(
    word: str, changes: tuple[str, ...], how: "Options", others: Mapping[str, object]
) -> int:
    from tui_nn.headless import train as headless
    from tui_nn.runs.folder import need_run

    for option, value in {**others, "--no-save": how.runs is None}.items():
        if value:
            raise InvalidInput("goes with a new run", where=option, hint="leave it or --resume out")
    return headless.resume(need_run(word, how.runs or Path("runs")), changes, how)


def _train_there(
    engine: str,
    word: str | None,
    changes: tuple[str, ...],
    target: tuple[str, ...],
    how: "Options",
    local: Mapping[str, object],
) -> int:
    from tui_nn.client import split_command
    from tui_nn.headless.follow import Asked, train_there

    if word is None:
        raise click.UsageError("Missing argument 'EXPERIMENT'", click.get_current_context())
    for option, value in local.items():
        if value is not None:
            raise InvalidInput("goes without --engine", where=option, hint="leave one of them out")
    return train_there(split_command(engine), Asked(word, changes, target), how)


@commands.command("verify-resume")
@click.argument("experiment", shell_complete=completing.experiments)
@click.argument("changes", nargs=-1, metavar="[key=value]...", shell_complete=completing.changes)
@click.option("--steps", type=click.IntRange(min=1), help="N: half of the run, at most 100.")
@click.option("--target", multiple=True, metavar="NAME", help="Column of a table to predict.")
@verbose
def verify_resume(
    experiment: str, changes: tuple[str, ...], steps: int | None, target: tuple[str, ...]
) -> int:
    """Prove that a run goes on as if never stopped: 2N steps against N, a save, and N."""
    from tui_nn.data.open import open_experiment
    from tui_nn.headless.verify import verify_resume as prove
    from tui_nn.headless.waiting import waiting

    with waiting() as tell:
        opened = open_experiment(experiment, changes, target, tell)
    return prove(opened, steps)


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
