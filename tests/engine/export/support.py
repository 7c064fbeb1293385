"""Scripts written, run where they lie, and what their engine would have done."""

import contextlib
import io
import json
import runpy
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from tui_nn.data.prepare import Prepared
from tui_nn.engine.export.script import Script, write_script
from tui_nn.engine.session import Session
from tui_nn.engine.trainer import Trainer
from tui_nn.engine.training import Block
from tui_nn.spec.protocol import Changed, Phase, Reason

SIX_DIGITS = 5e-6
"""Numbers that agree in six digits lie no further apart, relatively."""


def save(script: Script, folder: Path) -> Path:
    """The script's file, its data beside it."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "train.py"
    path.write_text(script.text, encoding="utf-8")
    for name, arrays in script.files.items():
        np.savez(folder / name, **arrays)  # type: ignore[arg-type]
    return path


def shortened(script: Script, steps: int) -> Script:
    """The script of an experiment, ended sooner."""
    assert "\nSTEPS = None" in script.text
    return Script(script.text.replace("\nSTEPS = None", f"\nSTEPS = {steps}"), script.files)


RUN_ALL = """
import contextlib, io, json, runpy, sys, traceback
sys.modules["tui_nn"] = None  # whoever imports it fails
told = {}
for path in sys.argv[1:]:
    try:
        with contextlib.redirect_stdout(io.StringIO()):
            left = runpy.run_path(path)
        told[path] = [loss.hex() for loss in left["losses"]]
    except Exception:
        told[path] = traceback.format_exc()
print(json.dumps(told))
"""


def losses_apart(
    scripts: Mapping[str, Script], folder: Path, steps: int
) -> dict[str, list[float] | str]:
    """The losses of each script, all run in one process without nn-tui; a traceback if it fails."""
    paths = {
        str(save(shortened(script, steps), folder / name)): name for name, script in scripts.items()
    }
    elsewhere = folder / "elsewhere"
    elsewhere.mkdir()
    done = subprocess.run(
        [sys.executable, "-I", "-c", RUN_ALL, *paths],
        cwd=elsewhere, capture_output=True, text=True, check=True,
    )  # fmt: skip
    told = json.loads(done.stdout)
    return {
        name: told[path]
        if isinstance(told[path], str)
        else [float.fromhex(loss) for loss in told[path]]
        for path, name in paths.items()
    }


def run(script: Script, folder: Path, steps: int | None = None) -> dict[str, Any]:
    """What the script leaves behind; `steps` ends it sooner."""
    return run_path(save(script if steps is None else shortened(script, steps), folder))


def run_path(path: Path) -> dict[str, Any]:
    """What a script leaves behind, and what it told."""
    with restored(), contextlib.redirect_stdout(io.StringIO()) as told:
        left = runpy.run_path(str(path))
    return left | {"told": told.getvalue()}


@contextlib.contextmanager
def restored() -> Iterator[None]:
    """The generator and the threads as they were."""
    threads = torch.get_num_threads()
    with torch.random.fork_rng(devices=[]):
        yield
    torch.set_num_threads(threads)


def trainer_of(prepared: Prepared) -> Trainer:
    torch.set_num_threads(prepared.plan.experiment.train.threads or 1)
    return Trainer(prepared.plan, prepared.split, torch.device("cpu"))


def losses_of_engine(prepared: Prepared, steps: int) -> tuple[list[float], Reason | None]:
    """The loss before each of the first steps, and why there are no more."""
    losses: list[float] = []

    class Noting(Session):
        def _take_steps(self, block: Block) -> None:
            losses.extend(block.losses)
            super()._take_steps(block)

    session, reason = Noting(prepared, lambda record: None), None
    session.begin()
    while reason is None and session.step < steps:
        reason = session.advance(steps - session.step)
    return losses, reason


def change(step: int, key: str, new: Any, old: Any = None) -> Changed:
    return Changed(step=step, key=key, old=old, new=new, phase=Phase.OPTIMIZER)


def differing(
    ready: Mapping[str, Prepared], forms: Sequence[str], folder: Path, steps: int
) -> dict[str, object]:
    """Which experiments' scripts do other than the engine: a traceback, or both losses.

    The forms take turns. A script ends where the engine does, but where it sees what a script
    does not: a cycle, or a loss without bound.
    """
    names = {str(i): name for i, name in enumerate(ready)}
    form_of = {short: forms[int(short) % len(forms)] for short in names}
    scripts = {short: write_script(ready[name], form_of[short]) for short, name in names.items()}
    found: dict[str, object] = {}
    for short, losses in losses_apart(scripts, folder, steps).items():
        expected, reason = losses_of_engine(ready[names[short]], steps)
        if not isinstance(losses, str) and reason in ("cycle", "diverged"):
            losses = losses[: len(expected)]
        if isinstance(losses, str) or not are_same(losses, expected, form_of[short]):
            found[names[short]] = (losses, expected, reason)
    return found


def are_same(losses: Sequence[float], expected: Sequence[float], form: str) -> bool:
    """To the bit, or in the written-out form to six digits."""
    if form == "matrices":
        return losses == pytest.approx(expected, rel=SIX_DIGITS, abs=1e-9, nan_ok=True)
    return np.array_equal(losses, expected, equal_nan=True)


def losses_of_script(
    prepared: Prepared, form: str, folder: Path, steps: int, changes: Sequence[Changed] = ()
) -> list[float]:
    script = write_script(prepared, form, steps=steps, changes=changes)
    losses: list[float] = run(script, folder)["losses"]
    return losses
