"""Whatever an experiment may say, its script trains as the engine does."""

import ast
from collections.abc import Sequence
from pathlib import Path

import pytest
import torch

from tests.engine.export.support import (
    assert_laid_out,
    assert_same,
    change,
    losses_of_engine,
    run,
    save,
    trainer_of,
)
from tests.engine.test_losses import BASE
from tests.engine.test_losses import RUNS as LOSSES
from tests.engine.test_optimizers import RUNS as OPTIMIZERS
from tests.engine.test_schedules import CALLS as SCHEDULES
from tests.engine.test_schedules import OPTIMIZERS as OF_SCHEDULES
from tests.support import MOONS, RANDOM, prepared
from tui_nn.engine.export.script import FORMS, write_script
from tui_nn.engine.state import take
from tui_nn.engine.weights import put_weights

STEPS = 15
every_form = pytest.mark.parametrize("form", FORMS)
SETTINGS: dict[str, tuple[str, Sequence[str]]] = {
    "dropout, batch norm and residual": (RANDOM, ()),
    "double precision": (RANDOM, ("train.dtype=float64",)),
    "double precision and class weights": (
        BASE,
        ("data=iris()", "network=['Linear(4, 3)']", "train.dtype=float64",
         "loss=CrossEntropyLoss(weight=[1, 2, 3.5])"),
    ),
    "clipped gradients": (MOONS, ("train.clip_norm=0.05",)),
    "batches in their order": (MOONS, ("train.shuffle=False",)),
    "all samples at once": (MOONS, ("train.batch_size=0", "train.epochs=15")),
    "another seed, validation and test": (
        MOONS, ("train.seed=7", "train.val=0.2", "train.test=0.2", "train.eval_every=3"),
    ),
    "an init": (RANDOM, ("init=kaiming_normal_(nonlinearity='relu')",)),
    "everything zero": (MOONS, ("init=zeros_()",)),
    "no evaluation": (MOONS, ("train.eval_every=0",)),
}  # fmt: skip


def check(form: str, folder: Path, text: str, *changes: str) -> None:
    ready = prepared(text, *changes)
    losses = run(write_script(ready, form), folder, STEPS)["losses"]
    assert len(losses) == STEPS
    assert_same(losses, losses_of_engine(ready, STEPS), form)


@every_form
@pytest.mark.parametrize("name", SETTINGS)
def test_a_script_trains_under_these_settings(name: str, form: str, tmp_path: Path) -> None:
    text, changes = SETTINGS[name]
    check(form, tmp_path, text, *changes)


def test_scripts_of_all_settings_are_laid_out_as_ruff_does(tmp_path: Path) -> None:
    cases = [*SETTINGS.values(), *((text, (f"optimizer={call}",)) for text, call in OPTIMIZERS)]
    cases += [(MOONS, (f"schedule={call}",)) for call in SCHEDULES.values()]
    cases += [(BASE, (*data, f"loss={loss}")) for loss, data in LOSSES]
    cases += [
        (MOONS, ("train.patience=3", f"train.eval_every={every}", f"goal.{metric}=0.1"))
        for every in (1, 2)
        for metric in ("loss", "accuracy", "f1")
    ]
    changes = [
        change(3, "optimizer", "SGD(lr=0.3, momentum=0.5)"),
        change(3, "schedule", "CyclicLR(0.01, 0.1, 2, 3)"),
        change(5, "train.batch_size", 4),
        change(6, "train.patience", 4),
        change(7, "schedule", "StepLR(2)"),
        change(8, "loss", "SoftMarginLoss()"),
        change(9, "optimizer", ("Muon(lr=0.02)", "AdamW(lr=0.01)")),
    ]
    for number, (text, given) in enumerate(cases):
        for form in FORMS:
            ready = prepared(text, *given)
            save(write_script(ready, form), tmp_path / f"{number}-{form}")
    for form in FORMS:
        script = write_script(prepared(MOONS), form, steps=20, changes=changes)
        save(script, tmp_path / f"changed-{form}")
    assert_laid_out(tmp_path)


@pytest.mark.parametrize(("loss", "data"), LOSSES, ids=str)
def test_a_script_trains_with_every_loss(loss: str, data: Sequence[str], tmp_path: Path) -> None:
    check("module", tmp_path, BASE, *data, f"loss={loss}")


@every_form
@pytest.mark.parametrize(("text", "call"), OPTIMIZERS, ids=[call for _, call in OPTIMIZERS])
def test_a_script_trains_with_every_optimizer(
    text: str, call: str, form: str, tmp_path: Path
) -> None:
    check(form, tmp_path, text, f"optimizer={call}")


@pytest.mark.parametrize("optimizer", ["SGD", "Muon"])
@pytest.mark.parametrize("schedule", SCHEDULES)
def test_a_script_trains_under_every_schedule(
    schedule: str, optimizer: str, tmp_path: Path
) -> None:
    ready = prepared(
        MOONS, f"optimizer={OF_SCHEDULES[optimizer]}", f"schedule={SCHEDULES[schedule]}",
        "train.eval_every=1", "train.batch_size=25", "train.epochs=15",
    )  # fmt: skip
    losses = run(write_script(ready, "sequential"), tmp_path)["losses"]
    engine = trainer_of(ready)
    expected = []
    for _ in range(15):
        expected += engine.train_straight(2)[0]
        part = torch.from_numpy(ready.split.train.x)
        with torch.no_grad():
            target = torch.tensor(ready.split.train.y)[:, None].float()
            loss = engine.loss(engine.network(part), target).item()
        engine.schedule_evaluation(loss)
    assert_same(losses, expected, "sequential")


@every_form
def test_a_script_begins_with_the_weights_of_a_file(form: str, tmp_path: Path) -> None:
    ready = prepared(RANDOM)
    donor = trainer_of(prepared(RANDOM, "train.seed=5"))
    donor.train_straight(3)
    weights = take(donor).network
    engine = trainer_of(ready)
    put_weights(engine.network, weights, "")
    arrays = {name: tensor.numpy() for name, tensor in weights.items()}
    script = write_script(ready, form, initial=arrays, steps=STEPS)
    assert "weights.npz" in script.files
    expected, _ = engine.train_straight(STEPS)
    assert_same(run(script, tmp_path)["losses"], expected, form)


def test_a_script_says_what_its_data_is_and_no_folder_of_a_persons(tmp_path: Path) -> None:
    rows = "".join(f"{i},{2 * i},{'ab'[i % 2]}\n" for i in range(10))
    (tmp_path / "t.csv").write_text("u,v,kind\n" + rows)
    changes = (f"data=csv('{tmp_path}/t.csv', target='kind')", "network=['Linear(2, 1)']")
    text = write_script(prepared(MOONS, *changes)).text
    assert "# t.csv, read by csv: x is (samples, 2)." in text
    assert "# Classes: 0 a, 1 b." in text
    assert "From each input the mean of the training part was taken off" in text
    assert str(tmp_path) not in text
    assert "# moons(n=50, noise=0.1): x is (samples, 2)." in write_script(prepared(MOONS)).text


def test_a_name_in_the_data_stays_inside_its_comment(tmp_path: Path) -> None:
    names = ["a\nimport os", "b\r\0\u2028import os"]
    rows = "".join(f'{i},"{names[i % 2]}"\n' for i in range(10))
    (tmp_path / "t.csv").write_text("u,kind\n" + rows.replace("\0", ""))
    changes = (f"data=csv('{tmp_path}/t.csv', target='kind')", "network=['Linear(1, 1)']")
    text = write_script(prepared(MOONS, *changes)).text
    assert "import os" in text
    assert not [line for line in text.splitlines() if line.startswith("import os")]
    ast.parse(text)


def test_a_script_says_itself_what_it_lacks(tmp_path: Path) -> None:
    script = write_script(prepared(RANDOM))
    save(script, tmp_path)
    (tmp_path / "data.npz").unlink()
    with pytest.raises(FileNotFoundError, match=r"data\.npz"):
        run(type(script)(script.text, {}), tmp_path)
