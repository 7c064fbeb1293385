"""How long an edit takes to be answered: checked, with shapes and errors, and painted.

`python tests/benchmarks/editing.py`; no engine, no terminal.
"""

import sys
import time
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from tests.runs.support import a_whole_run, ended
from tests.views.support import started
from tui_nn.app.driving import Driving
from tui_nn.app.editing.changing import Changing
from tui_nn.spec.errors import InvalidInput
from tui_nn.spec.files import load_experiment
from tui_nn.spec.protocol.lines import encode
from tui_nn.views.canvas import Canvas
from tui_nn.views.field import Subject, Typed, paint_field
from tui_nn.views.ink import DARK
from tui_nn.views.network_form import Ends, draft_of, paint_network_form
from tui_nn.views.shelf import kept_runs, presets
from tui_nn.views.world import World

P95_MS = 50.0
RUNS, RUNS_MS = 500, 1000.0
DEEP = 60
"""Layers of the longest network."""


def world_of(preset: str, **changes: object) -> World:
    table = dict(load_experiment(preset).table)
    world = World()
    fields: dict[str, object] = {
        "experiment": table, "input_shape": (1, 8, 8), "classes": 10, "train_count": 1438,
        "val_count": 359,
    }  # fmt: skip
    world.take(started(**(fields | changes)))
    return world


def network_edits(changing: Changing, layers: tuple[str, ...], ends: Ends) -> list[float]:
    """Each layer exchanged once for one that fits and once for one that doesn't."""

    def edit(calls: tuple[str, ...]) -> None:
        draft = draft_of(calls)
        verdict = ""
        if ends.walked(calls).error is None:
            try:
                verdict = changing.check({"network": [*calls]})
            except InvalidInput as error:
                verdict = f"!{error}"
        paint_network_form(Canvas(82, 24, DARK), draft, ends, verdict)

    tries = []
    for index in range(len(layers)):
        for call in ("Tanh()", "Linear(3, 3)"):
            changed = (*layers[:index], call, *layers[index + 1 :])
            tries.append(timed(lambda changed=changed: edit(changed)))  # type: ignore[misc]
    return tries


def typing(changing: Changing, text: str) -> list[float]:
    """An optimizer typed letter by letter."""

    def check(typed: str) -> str:
        return changing.check({"optimizer": typed})

    subject = Subject("optimizer", check, "optimizer")
    return [
        timed(lambda end=end: paint_field(  # type: ignore[misc]
            Canvas(82, 18, DARK), subject, Typed(text[:end], end), 0))
        for end in range(len(text) + 1)
    ]  # fmt: skip


def opening(folder: Path) -> tuple[float, float]:
    """How long the list of what can be opened takes to be there, and all runs of a folder."""
    events = b"".join(encode(record) + b"\n" for record in a_whole_run(ended("goal", met=True)))
    for number in range(RUNS):
        run = folder / f"2026-01-01-{number // 60:04}-{number % 60:02}-run"
        run.mkdir()
        (run / "experiment.toml").touch()
        (run / "events.jsonl").write_bytes(events)
    return timed(lambda: presets()), timed(lambda: kept_runs(str(folder)))


def timed(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return (time.perf_counter() - began) * 1e3


def main() -> None:
    small = world_of("digits-cnn")
    deep = world_of(
        "digits-cnn", input_shape=(2,), classes=3,
        experiment=dict(load_experiment("empty").table)
        | {"network": ("Linear(2, 8)", *["Linear(8, 8)", "ReLU()"] * DEEP, "Linear(8, 3)")},
    )  # fmt: skip
    good = True
    for name, world in (("digits-cnn", small), ("deep", deep)):
        changing = Changing(world, Driving(world, lambda command: 1))
        layers = tuple(world.settings["network"])
        facts = changing.facts
        assert facts is not None
        tries = network_edits(changing, layers, Ends(facts, "CrossEntropyLoss()"))
        tries += typing(changing, "AdamW(lr=0.003, betas=(0.9, 0.98), weight_decay=0.1)")
        p95 = float(np.percentile(tries, 95))
        good &= p95 < P95_MS
        print(f"{name:11} {len(layers):3} layers: an edit is answered in {np.median(tries):.1f} ms "
              f"(median), {p95:.1f} ms (95 of 100; wanted < {P95_MS:g})")  # fmt: skip
    with TemporaryDirectory() as folder:
        there, runs = opening(Path(folder))
    good &= there < P95_MS and runs < RUNS_MS
    print(f"what can be opened is listed in {there:.1f} ms (wanted < {P95_MS:g}), {RUNS} runs "
          f"behind it in {runs:.0f} ms (wanted < {RUNS_MS:g})")  # fmt: skip
    sys.exit(not good)


if __name__ == "__main__":
    main()
