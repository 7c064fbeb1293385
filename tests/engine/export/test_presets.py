"""Every preset as a script: the engine's losses, ruff's layout, nothing of nn-tui."""

import ast
import json
import subprocess
import sys
from itertools import cycle
from pathlib import Path

import pytest

from tests.engine.export.support import (
    assert_laid_out,
    assert_same,
    losses_apart,
    losses_of_engine,
    run,
    save,
    shortened,
    trainer_of,
)
from tests.presets.support import text
from tests.support import MOONS, prepared
from tests.support import run as train
from tui_nn.data.prepare import Prepared
from tui_nn.engine.export.script import FORMS, write_script
from tui_nn.spec.finding import preset_names, presets_folder

STEPS, FEW = 50, 8
WHOLE = ("xor-mlp", "iris-mlp", "lr-decay", "digits-cnn")
QUICK = ("and-gate", "iris-mlp", "digits-cnn", "muon-mlp", "sparse-embedding", "playground-spiral")
"""Literals, a table, a CNN with a schedule, a list of optimizers, tokens, unaligned batches."""
every_form = pytest.mark.parametrize("form", FORMS)


def preset(name: str, *changes: str) -> Prepared:
    return prepared(text(name), "train.threads=1", *changes, folder=presets_folder())


def write(ready: Prepared, form: str, folder: Path, steps: int) -> Path:
    return save(shortened(write_script(ready, form), steps), folder)


def check(ready: Prepared, form: str, losses: list[float], steps: int) -> None:
    ends_itself = ready.plan.experiment.goal or ready.plan.total_steps < steps
    assert len(losses) == steps or (ends_itself and losses)
    assert_same(losses, losses_of_engine(ready, len(losses)), form)


def test_a_script_of_every_preset_has_the_engines_losses(tmp_path: Path) -> None:
    forms = dict(zip(preset_names(), cycle(FORMS), strict=False))
    ready = {name: preset(name) for name in forms}
    paths = {n: write(ready[n], form, tmp_path / n, FEW) for n, form in forms.items()}
    losses = losses_apart(paths)
    for name, form in forms.items():
        check(ready[name], form, losses[name], FEW)


@every_form
@pytest.mark.parametrize("name", QUICK)
def test_each_form_of_a_preset_has_the_engines_losses(name: str, form: str, tmp_path: Path) -> None:
    ready = preset(name)
    losses = run(write_script(ready, form), tmp_path, STEPS)["losses"]
    check(ready, form, losses, STEPS)


@pytest.mark.slow
@every_form
def test_each_form_of_every_preset_has_the_engines_losses(form: str, tmp_path: Path) -> None:
    ready = {name: preset(name) for name in preset_names()}
    losses = losses_apart({n: write(r, form, tmp_path / n, STEPS) for n, r in ready.items()})
    for name in ready:
        check(ready[name], form, losses[name], STEPS)


@pytest.mark.slow
@every_form
@pytest.mark.parametrize("name", WHOLE)
def test_a_whole_script_has_the_engines_losses(name: str, form: str, tmp_path: Path) -> None:
    ready = preset(name)
    losses = run(write_script(ready, form), tmp_path)["losses"]
    expected = losses_of_engine(ready, len(losses))
    count = 50 if form == "matrices" else len(losses)  # whose last digits go their own way by then
    assert_same(losses[:count], expected[:count], form)


@pytest.mark.parametrize("name", ["and-gate", "one-weight", "circle"])
@every_form
def test_a_script_reaches_the_goal_in_the_step_in_which_the_engine_does(
    name: str, form: str, tmp_path: Path
) -> None:
    done = train(text(name), "train.threads=1", folder=presets_folder())
    left = run(write_script(preset(name), form), tmp_path)
    assert done.ended.reason == "goal"
    assert len(left["losses"]) == done.ended.step
    assert left["losses"][:50] == pytest.approx(done.history.losses()[1][:50].tolist(), rel=1e-5)


@every_form
def test_patience_ends_a_script_where_it_ends_the_engine_and_keeps_the_best_weights(
    form: str, tmp_path: Path
) -> None:
    changes = ("train.patience=3", "train.val=0.4", "train.epochs=60", "train.eval_every=2",
               "optimizer=Adam(lr=0.1)", "network[1]=BatchNorm1d(6)")  # fmt: skip
    done = train(MOONS, *changes)
    left = run(write_script(prepared(MOONS, *changes), form), tmp_path)
    assert done.ended.reason == "plateau"
    assert len(left["losses"]) == done.ended.step
    assert done.ended.val is not None
    kept, _ = left["evaluate"](left["x_val"], left["y_val"])
    assert kept == left["best"]["loss"]
    if form != "matrices":  # whose last digits have gone their own way by then
        assert kept == done.ended.val["loss"]


def test_every_script_is_laid_out_as_ruff_does_and_imports_nothing_of_nn_tui(
    tmp_path: Path,
) -> None:
    for name in preset_names():
        for form in FORMS:
            script = write_script(preset(name), form)
            save(script, tmp_path / f"{name}-{form}")
            assert imported(script.text) <= {"copy", "pathlib", "numpy", "torch"}
    assert_laid_out(tmp_path)


def imported(script: str) -> set[str]:
    """The packages that a script needs."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(script)):
        if isinstance(node, ast.Import):
            names |= {alias.name.partition(".")[0] for alias in node.names}
        if isinstance(node, ast.ImportFrom):
            names.add((node.module or "").partition(".")[0])
    return names


def test_a_script_runs_from_anywhere_and_tells_how_it_goes(tmp_path: Path) -> None:
    ready = preset("iris-mlp", "train.epochs=2")
    path = save(write_script(ready), tmp_path / "script")
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    done = subprocess.run(
        [sys.executable, "-P", str(path)], cwd=elsewhere, capture_output=True, text=True
    )
    assert done.stderr == ""
    lines = done.stdout.splitlines()
    assert [line.partition(":")[0] for line in lines[:3]] == [
        "epoch 1",
        "epoch 2",
        "after 22 steps",
    ]
    trained = trainer_of(ready)
    trained.train_straight(22)
    assert lines[-2].startswith("training loss ")
    assert lines[-1].startswith("validation loss ")


@pytest.mark.parametrize(
    "words",
    [
        '"""\nimport os\nos.abort()\n"""',
        "\\",
        'ends in "',
        '"""',
        "x" * 500,
        "\\N{x} \\u1",
        "\0\x1b",
    ],
)
def test_whatever_a_title_says_stays_inside_the_scripts_docstring(words: str) -> None:
    ready = prepared(f"title = {json.dumps(words)}\nabout = {json.dumps(words)}\n" + MOONS)
    script = write_script(ready).text
    tree = ast.parse(script)
    assert imported(script) <= {"copy", "pathlib", "numpy", "torch"}
    assert ast.get_docstring(tree)
