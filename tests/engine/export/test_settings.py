"""Whatever an experiment may say, its script trains as the engine does."""

from collections.abc import Sequence
from pathlib import Path

import pytest
import torch

from tests.engine.export.support import assert_same, losses_of_engine, run, save, trainer_of
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


def test_a_script_says_itself_what_it_lacks(tmp_path: Path) -> None:
    script = write_script(prepared(RANDOM))
    save(script, tmp_path)
    (tmp_path / "data.npz").unlink()
    with pytest.raises(FileNotFoundError, match=r"data\.npz"):
        run(type(script)(script.text, {}), tmp_path)
