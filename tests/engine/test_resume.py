"""A run that goes on from its file is the run that was never stopped, to the bit."""

from collections.abc import Callable, Iterator
from itertools import product
from pathlib import Path

import pytest
import torch
from msgspec import structs
from safetensors.torch import save_file

from tests.engine.test_optimizers import ALONE, SHARED, SPARSE, TOKENS
from tests.engine.test_schedules import CALLS, REFUSED, SAME
from tests.support import (
    GATE,
    MOONS,
    SMALL,
    Kept,
    begun,
    digest,
    keep,
    let_go,
    losses_told,
    opened,
    prepared,
    saved_and_resumed,
    take_up,
)
from tui_nn.engine.session import Request, Session
from tui_nn.engine.travel import change
from tui_nn.engine.verifying import verify
from tui_nn.runs.log import read_records
from tui_nn.spec.catalog import CATALOG
from tui_nn.spec.protocol import Ended, Evaluated, Record

OPTIMIZERS = {name: (ALONE | SHARED).get(name, f"{name}()") for name in CATALOG["optimizer"]}
SCHEDULES = {name: CALLS.get(name, f"{name}()") for name in CATALOG["schedule"]}
MID_EPOCH = 17
"""Of 7 steps an epoch: after 3 of the third."""
NESTED = [call for call, _ in SAME if "[" in call and "MultiStepLR" not in call]


def pairs() -> Iterator[tuple[str, str]]:
    """Every optimizer and every schedule at least once, each with another one."""
    left = list(SCHEDULES)
    for optimizer in OPTIMIZERS:
        fitting = [s for s in (*left, *SCHEDULES) if (optimizer, s) not in REFUSED]
        yield optimizer, fitting[0]
        left = [schedule for schedule in left if schedule != fitting[0]]
    yield from (("Adam", schedule) for schedule in left)


def text_for(optimizer: str) -> str:
    return TOKENS + "epochs = 6\neval_every = 1\n" if "Sparse" in optimizer else SMALL


def proved(text: str, *changes: str, steps: int = MID_EPOCH) -> None:
    proof = verify(opened(text, *changes), steps, lambda words: None)
    assert proof.whole == proof.halves
    assert proof.first_loss_apart is None


def test_every_optimizer_and_every_schedule_is_among_the_pairs() -> None:
    optimizers, schedules = zip(*pairs(), strict=True)
    assert {*optimizers} == CATALOG["optimizer"].keys()
    assert {*schedules} == CATALOG["schedule"].keys()


@pytest.mark.parametrize(("optimizer", "schedule"), [*pairs()])
def test_every_optimizer_and_every_schedule_goes_on(optimizer: str, schedule: str) -> None:
    changes = f"optimizer={OPTIMIZERS[optimizer]}", f"schedule={SCHEDULES[schedule]}"
    proved(text_for(optimizer), *changes)


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_every_optimizer_goes_on_without_a_schedule(optimizer: str) -> None:
    proved(text_for(optimizer), f"optimizer={OPTIMIZERS[optimizer]}")


@pytest.mark.parametrize("schedule", NESTED)
def test_schedules_in_schedules_go_on(schedule: str) -> None:
    proved(SMALL, "optimizer=Adam(lr=0.01)", f"schedule={schedule}", "train.schedule_every=step")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("optimizer", "schedule"), [p for p in product(OPTIMIZERS, SCHEDULES) if p not in REFUSED]
)
def test_every_pair_goes_on(optimizer: str, schedule: str) -> None:
    changes = f"optimizer={OPTIMIZERS[optimizer]}", f"schedule={SCHEDULES[schedule]}"
    for steps in (1, MID_EPOCH, 21):
        proved(text_for(optimizer), *changes, steps=steps)


@pytest.mark.parametrize("optimizer", SPARSE.values())
def test_sparse_embeddings_go_on(optimizer: str) -> None:
    proved(text_for("Sparse"), f"optimizer={optimizer}", steps=7)


@pytest.mark.parametrize(
    "change",
    [
        "train.dtype=float64", "train.clip_norm=0.1", "train.shuffle=false", "train.val=0.3",
        "train.batch_size=0", "train.batch_size=3", "loss=BCEWithLogitsLoss(pos_weight=[3.0])",
        "network=[\"Linear(2, 4)\", \"LayerNorm(4)\", \"Residual(Dropout(0.5), Linear(4, 4))\", "
        "\"Linear(4, 1)\"]",
    ],
)  # fmt: skip
def test_what_else_could_matter_goes_on(change: str) -> None:
    proved(SMALL, "optimizer=Adam(lr=0.01)", change, steps=10)


def test_weighted_classes_and_images_go_on() -> None:
    weights = ", ".join(str(1.0 + i / 3) for i in range(10))
    network = '["Conv2d(1, 3, 3)", "BatchNorm2d(3)", "ReLU()", "Dropout2d(0.3)", "Flatten()", '
    network += '"Linear(108, 10)"]'
    changes = [f"network={network}", f"loss=CrossEntropyLoss(weight=[{weights}])", "data=digits()"]
    proved(SMALL, *changes, "train.batch_size=200", "train.val=0.2", steps=10)


@pytest.mark.parametrize("shuffle", ["true", "false"])
def test_a_perceptron_goes_on(shuffle: str) -> None:
    proved(GATE, f"train.shuffle={shuffle}", "data=xor_gate()", steps=5)


@pytest.mark.parametrize("steps", [1, 6, 7, 8, 20, 21])
def test_it_goes_on_from_every_place_in_an_epoch(steps: int) -> None:
    proved(SMALL, "schedule=ExponentialLR(0.9)", steps=steps)


def told(kept: Kept) -> list[Record]:
    """What the log says at evaluations and at the end, without the clock."""
    bare: list[Record] = []
    for record in read_records(kept.folder.events):
        if isinstance(record, Ended):
            bare.append(structs.replace(record, elapsed_s=0.0, seconds=0.0))
        elif isinstance(record, Evaluated):
            bare.append(structs.replace(record, elapsed_s=0.0))
    return bare


ENDS = {
    "goal": (SMALL, ["goal.accuracy=0.8", "train.val=0.2", "train.epochs=50"], "goal"),
    "goal twice": (GATE, ["goal.accuracy=1.0", "goal.times=2"], "goal"),
    "patience": (
        SMALL, ["train.patience=2", "train.epochs=60", "optimizer=SGD(lr=30)", "train.val=0.2"],
        "plateau",
    ),
    "plateau": (SMALL, ["schedule=ReduceLROnPlateau(patience=0)", "optimizer=SGD(lr=5)"], "epochs"),
    "cycle": (GATE, ["data=xor_gate()"], "cycle"),
    "diverged": (MOONS, ["loss=MSELoss()", "optimizer=SGD(lr=8)", "train.epochs=50"], "diverged"),
}  # fmt: skip


@pytest.mark.parametrize(("text", "changes", "reason"), ENDS.values(), ids=ENDS)
def test_it_comes_to_the_same_end_in_the_same_words(
    text: str, changes: list[str], reason: str, tmp_path: Path
) -> None:
    whole = keep(text, *changes, runs=tmp_path / "whole")
    assert whole.ended.reason == reason
    for until in {1, 5, whole.ended.step // 2, whole.ended.step - 1} - {0}:
        first = keep(text, *changes, runs=tmp_path / f"{until}", until=until)
        second = take_up(first.folder)
        assert told(second) == told(whole)
        assert losses_told(second.folder) == losses_told(whole.folder)
        assert digest(second.folder) == digest(whole.folder)
        assert same_weights(second.session, whole.session)


def same_weights(one: Session, other: Session) -> bool:
    """With patience the best ones are left behind."""
    a, b = (session.training.trainer.network.state_dict() for session in (one, other))
    return all(torch.equal(a[name], b[name]) for name in a)


@pytest.mark.parametrize(("text", "changes", "reason"), ENDS.values(), ids=ENDS)
def test_what_has_come_to_its_end_ends_again_at_once(
    text: str, changes: list[str], reason: str, tmp_path: Path
) -> None:
    whole = keep(text, *changes, runs=tmp_path)
    before, says = digest(whole.folder), told(whole)
    again = take_up(whole.folder)
    assert (again.ended.reason, again.ended.step) == (reason, whole.ended.step)
    assert told(again) == says
    assert digest(again.folder) == before


def test_the_perceptrons_changes_are_counted_on(tmp_path: Path) -> None:
    changes = "goal.accuracy=1.0", "goal.times=2"
    for until in range(1, 24, 3):
        first = keep(GATE, *changes, runs=tmp_path, until=until)
        watch = take_up(first.folder).session.training.watch
        assert watch is not None
        assert watch.changes == 10  # of AND, by hand


def test_weights_from_a_file_are_those_of_the_resumed_run_too(tmp_path: Path) -> None:
    network = keep(SMALL, "train.seed=5", runs=tmp_path).session.training.trainer.network
    weights = {name: tensor.clone() for name, tensor in network.state_dict().items()}
    save_file(weights, tmp_path / "weights.safetensors")
    given = tmp_path / "weights.safetensors"
    whole = keep(SMALL, runs=tmp_path / "whole", init_from=given)
    first = keep(SMALL, runs=tmp_path / "halves", init_from=given, until=MID_EPOCH)
    given.unlink()
    second = take_up(first.folder)
    assert (
        digest(second.folder) == digest(whole.folder) != digest(keep(SMALL, runs=tmp_path).folder)
    )
    first.folder.last.unlink()  # never saved: from its start, with these weights
    assert digest(take_up(first.folder).folder) == digest(whole.folder)


def test_a_run_stopped_at_every_third_step_is_the_same_run(tmp_path: Path) -> None:
    changes = "optimizer=Adam(lr=0.01)", "schedule=OneCycleLR(0.1)", "train.epochs=3"
    whole = keep(SMALL, *changes, runs=tmp_path / "whole")
    stretch = keep(SMALL, *changes, runs=tmp_path / "many", until=3)
    while stretch.ended.reason == "stopped":
        stretch = take_up(stretch.folder, until=stretch.ended.step + 3)
    assert told(stretch) == told(whole)
    assert losses_told(stretch.folder) == losses_told(whole.folder)
    assert digest(stretch.folder) == digest(whole.folder)


@pytest.mark.parametrize("schedule", ["", "CosineAnnealingLR(6)", "CyclicLR(0.01, 0.1, 5)"])
def test_more_epochs_are_those_of_a_run_that_had_them_from_the_start(
    schedule: str, tmp_path: Path
) -> None:
    changes = [f"schedule={schedule}"] if schedule else []
    whole = keep(SMALL, *changes, "train.epochs=9", runs=tmp_path / "whole")
    for epochs, until in ((4, None), (4, 10), (9, 10)):
        short = [f"train.epochs={epochs}"]
        first = keep(SMALL, *changes, *short, runs=tmp_path / f"{epochs}{until}", until=until)
        second = take_up(first.folder, "train.epochs=9")
        assert losses_told(second.folder) == losses_told(whole.folder)
        assert second.ended.message == whole.ended.message
        assert second.ended.train == whole.ended.train
        assert same_weights(second.session, whole.session)


def test_more_epochs_take_up_no_run_that_met_its_goal(tmp_path: Path) -> None:
    first = keep(SMALL, "goal.accuracy=0.6", runs=tmp_path)
    assert first.ended.reason == "goal"
    assert take_up(first.folder, "train.epochs=50").ended.step == first.ended.step
    further = take_up(first.folder, "goal.accuracy=0.7")
    assert further.ended.step > first.ended.step


CHANGES: list[tuple[int, list[str]]] = [
    (3, ["optimizer=SGD(lr=0.05, momentum=0.9)"]),
    (5, ["train.batch_size=5", "train.clip_norm=1.0"]),
    (9, ["optimizer=Adam(lr=0.01)", "schedule=ExponentialLR(0.9)"]),
    (12, ["train.shuffle=false"]),
    (14, ["optimizer=Adam(lr=0.02, amsgrad=True)"]),
    (18, ["train.seed=7"]),
    (23, ["loss=SoftMarginLoss()", "train.shuffle=true"]),
    (26, ["train.dtype=float64"]),
    (28, ["schedule=SequentialLR([ConstantLR(0.5, 2), CosineAnnealingLR(5)], [2])"]),
    (33, ['optimizer=["Muon(lr=0.02)", "AdamW(lr=0.01)"]']),
    (35, ["train.epochs=5", "train.eval_every=2"]),
    (35, ["train.patience=3"]),
]


def changed_run(session: Session, stop: Callable[[Session], Session], stops: list[int]) -> Kept:
    """A run with CHANGES, given to `stop` at some steps; to its end."""
    for step, changes in [*CHANGES, (10**9, [])]:
        for at in [s for s in stops if session.step < s <= step]:
            session.run(Request(until=at))
            session = stop(session)
        if changes:
            session.run(Request(until=step))
            change(session, changes)
    ended = session.run(Request())
    return Kept(let_go(session), session, [], [], ended)


@pytest.mark.parametrize("stops", [[step] for step in (1, 4, 5, 11, 14, 20, 26, 27, 30, 36)])
def test_a_run_whose_settings_were_changed_goes_on(stops: list[int], tmp_path: Path) -> None:
    def undisturbed(session: Session) -> Session:
        return session

    one = changed_run(begun(SMALL, runs=tmp_path / "whole"), undisturbed, [])
    other = changed_run(begun(SMALL, runs=tmp_path / "halves"), saved_and_resumed, stops)
    assert one.ended.step == other.ended.step
    assert one.ended.message == other.ended.message
    assert losses_told(one.folder) == losses_told(other.folder)
    assert digest(one.folder) == digest(other.folder)


def test_a_change_between_a_save_and_the_end_is_taken_up(tmp_path: Path) -> None:
    """Two changes at one step: B is in force, though the setting is A's again."""
    session = begun(SMALL, "schedule=ExponentialLR(0.5)", runs=tmp_path)
    session.run(Request(until=14))
    change(session, ["schedule=StepLR(1)"])
    change(session, ["schedule=ExponentialLR(0.5)"])
    assert session.training.trainer.lr == 0.1  # from its beginning again
    session.save()
    resumed = saved_and_resumed(session)
    assert resumed.training.trainer.lr == 0.1
    let_go(resumed)


def test_the_other_settings_of_a_resumed_run_are_recorded(tmp_path: Path) -> None:
    first = keep(SMALL, runs=tmp_path, until=5)
    second = take_up(first.folder, "optimizer=SGD(lr=0.2)", until=9)
    assert first.folder.changes.read_text().count("\n") == 1
    assert second.session.training.plan.experiment.optimizers[0]["lr"] == 0.2
    assert take_up(first.folder).session.training.trainer.lr == 0.2


def test_threads_and_torch_that_differ_are_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = keep(SMALL, runs=tmp_path, until=5)
    monkeypatch.setattr(torch, "__version__", "9.9.9")
    assert any("torch was" in words and "9.9.9" in words for words in take_up(first.folder).words)


def test_prepared_data_is_not_read_again(tmp_path: Path) -> None:
    first = keep(SMALL, "train.val=0.2", "train.test=0.2", runs=tmp_path, until=5)
    second = take_up(first.folder)
    parts = prepared(SMALL, "train.val=0.2", "train.test=0.2").split
    assert (second.session.root.split.test_indices == parts.test_indices).all()
