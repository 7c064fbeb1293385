"""Scripts written, run where they lie, and what their engine would have done."""

import contextlib
import io
import json
import os
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
from tui_nn.engine.trainer import Trainer
from tui_nn.spec.protocol import Changed, Phase

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


def shortened(script: Script, steps: int | None) -> Script:
    """A script that ends after so many steps."""
    if steps is None:
        return script
    assert "\nSTEPS = None" in script.text
    text = script.text.replace("\nSTEPS = None", f"\nSTEPS = {steps}")
    return Script(text, script.files)


APART = """
import contextlib, io, json, runpy, sys

sys.modules["tui_nn"] = None  # importing it fails
left = {}
for name, path in json.load(sys.stdin).items():
    with contextlib.redirect_stdout(io.StringIO()):
        left[name] = runpy.run_path(path)["losses"]
json.dump(left, sys.stdout)
"""


def losses_apart(paths: Mapping[str, Path]) -> dict[str, list[float]]:
    """The losses of scripts, run one after the other in a process that can't import nn-tui."""
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", APART],
        input=json.dumps({name: str(path) for name, path in paths.items()}),
        capture_output=True, text=True, cwd=os.sep,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    found: dict[str, list[float]] = json.loads(done.stdout)
    return found


def run(script: Script, folder: Path, steps: int | None = None) -> dict[str, Any]:
    """What the script leaves behind; `steps` ends it sooner."""
    return left_by(save(shortened(script, steps), folder))


def left_by(path: Path) -> dict[str, Any]:
    """What a script's file leaves behind, and what it told."""
    with restored(), contextlib.redirect_stdout(io.StringIO()) as told:
        left = runpy.run_path(str(path))
    return left | {"told": told.getvalue()}


def losses_of(path: Path) -> list[float]:
    """The losses of a script's file."""
    losses: list[float] = left_by(path)["losses"]
    return losses


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


def losses_of_engine(prepared: Prepared, steps: int) -> list[float]:
    """The loss before each of the first steps."""
    losses, _ = trainer_of(prepared).train_straight(steps)
    return losses


def change(step: int, key: str, new: Any, old: Any = None) -> Changed:
    return Changed(step=step, key=key, old=old, new=new, phase=Phase.OPTIMIZER)


def assert_same(losses: Sequence[float], expected: Sequence[float], form: str) -> None:
    """To the bit, or in the written-out form to six digits."""
    assert losses
    assert len(losses) == len(expected)
    if form == "matrices":
        assert losses == pytest.approx(expected, rel=SIX_DIGITS, abs=1e-9, nan_ok=True)
    else:
        assert np.array_equal(losses, expected, equal_nan=True)


def losses_of_script(
    prepared: Prepared, form: str, folder: Path, steps: int, changes: Sequence[Changed] = ()
) -> list[float]:
    script = write_script(prepared, form, steps=steps, changes=changes)
    losses: list[float] = run(script, folder)["losses"]
    return losses


def assert_laid_out(folder: Path) -> None:
    """All scripts in a folder look as `ruff format` leaves them, and ruff finds no mistake."""
    options = ["--isolated", "--line-length", "100"]
    for command in (["format", "--check"], ["check", "--select", "F"]):
        done = subprocess.run(
            [sys.executable, "-m", "ruff", *command, *options, "--no-cache", str(folder)],
            capture_output=True, text=True,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout + done.stderr
