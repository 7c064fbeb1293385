"""Frozen layers as scripts write them: the numbers of the engine."""

from pathlib import Path

import numpy as np
import pytest

from tests.engine.export.support import (
    assert_laid_out,
    assert_same,
    change,
    losses_of_engine,
    losses_of_script,
    run,
    save,
    trainer_of,
)
from tests.engine.test_optimizers import ALONE, SHARED
from tests.support import MOONS, SMALL, advance_to, prepared
from tui_nn.engine import travel
from tui_nn.engine.export.script import FORMS, write_script
from tui_nn.engine.session import Session
from tui_nn.spec.protocol import Changed, Record, Stepped

PICTURES = """
data = "digits()"
network = ["Conv2d(1, 2, 3)", "BatchNorm2d(2)", "Residual(Conv2d(2, 2, 3, padding=1), Tanh())",
           "Flatten()", "Linear(72, 10)"]
loss = "CrossEntropyLoss()"
optimizer = "Adam(lr=0.01)"
[train]
batch_size = 400
threads = 1
clip_norm = 0.5
"""
FREEZE = {"sequential": "network[0].requires_grad_(False)",
          "module": "network.conv1.requires_grad_(False)"}  # fmt: skip


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(
    ("text", "freeze"), [(MOONS, "[0, 2]"), (SMALL, "[0, 1]"), (PICTURES, "[2, 0, 1]")]
)
def test_a_frozen_layer_gives_the_losses_of_the_engine(
    text: str, freeze: str, form: str, tmp_path: Path
) -> None:
    ready = prepared(text, f"train.freeze={freeze}")
    expected = losses_of_engine(ready, 12)
    assert_same(losses_of_script(ready, form, tmp_path, 12), expected, form)
    assert_laid_out(tmp_path)


@pytest.mark.parametrize("form", FREEZE)
def test_it_is_written_as_a_person_would(form: str) -> None:
    text = write_script(prepared(PICTURES, "train.freeze=[0]"), form).text
    assert f"# Frozen: these parameters don't train.\n{FREEZE[form]}\n" in text
    assert "[p for p in network.parameters() if p.requires_grad]" in text


def test_bare_matrices_that_are_frozen_ask_for_no_gradient(tmp_path: Path) -> None:
    ready = prepared(MOONS, "train.freeze=[0]")
    left = run(write_script(ready, "matrices"), tmp_path, 3)
    assert [p.requires_grad for p in left["parameters"]] == [False] * 2 + [True] * 4


def told(text: str, *settings: str) -> tuple[list[Changed], list[float]]:
    """What a run recorded whose layers were frozen and unfrozen, and its losses."""
    records: list[Record] = []
    session = Session(prepared(text, *settings), records.append)
    for step, freeze in ((5, "[0]"), (9, "[2]"), (13, "[]")):
        advance_to(session, step)
        travel.change(session, [f"train.freeze={freeze}"])
    advance_to(session, 18)
    session.tell_steps()
    losses = [loss for r in records if isinstance(r, Stepped) for loss in r.loss.numpy().tolist()]
    return [record for record in records if isinstance(record, Changed)], losses


@pytest.mark.parametrize("optimizer", [*ALONE.values(), SHARED["Muon"]])
@pytest.mark.parametrize("form", ["sequential", "matrices"])
def test_a_run_whose_layers_were_frozen_meanwhile_is_repeated(
    optimizer: str, form: str, tmp_path: Path
) -> None:
    settings = [f"optimizer={optimizer}", "train.clip_norm=1"]
    if optimizer.startswith("LBFGS"):
        settings.pop()
    changes, losses = told(MOONS, *settings)
    script = write_script(prepared(MOONS, *settings), form, steps=18, changes=changes)
    found = run(script, tmp_path)["losses"]
    if form == "matrices":
        assert found == pytest.approx(losses, rel=2e-4)
    else:
        assert np.array_equal(np.array(found, np.float32), losses)


def test_frozen_and_unfrozen_inside_a_class_of_ones_own_and_laid_out(tmp_path: Path) -> None:
    ready = prepared(PICTURES)
    changes = [change(2, "train.freeze", [2, 1]), change(4, "train.freeze", [0], [2, 1])]
    for form in FORMS:
        save(write_script(ready, form, steps=8, changes=changes), tmp_path / form)
    assert_laid_out(tmp_path)
    losses = [run(write_script(ready, form, steps=8, changes=changes), tmp_path / f"{form}-run")
              ["losses"] for form in FORMS]  # fmt: skip
    assert losses[0] == losses[1]
    assert losses[2] == pytest.approx(losses[0], rel=1e-4)
    trainer = trainer_of(ready)
    assert losses[0][:2] == trainer.train_straight(2)[0]
