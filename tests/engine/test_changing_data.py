"""Data exchanged while training: the weights stay, and every step can be stood at again."""

from pathlib import Path

import pytest
import torch
from torch import Tensor, nn
from torch.optim import SGD

from tests.engine.travelling import MB, Travelled, look_often, state_of
from tests.spec.support import refusal
from tests.support import (
    MOONS,
    SMALL,
    begun,
    prepared,
    same_tensors,
    saved_and_resumed,
    silent,
    trainer,
)
from tui_nn.data.open import open_experiment
from tui_nn.engine.batches import Batches
from tui_nn.engine.export.segments import segments
from tui_nn.engine.session import Request, Session
from tui_nn.engine.starting import resume
from tui_nn.engine.travel import change, go_to, step_of_epoch
from tui_nn.spec.protocol import Changed

MORE = "data=edited(moons(n=50, noise=0.1), add=[(0.5, -1.2, 1), (2, 2, 0)], remove=[17])"
FEWER = "data=edited(moons(n=50, noise=0.1), remove=[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12])"
FULL = MOONS.replace("batch_size = 8", "batch_size = 0\nshuffle = false").replace("= 4", "= 100")


@pytest.fixture(autouse=True)
def often(monkeypatch: pytest.MonkeyPatch) -> None:
    look_often(monkeypatch)


def parameters(session: Session) -> list[Tensor]:
    return [p.detach().clone() for p in session.training.trainer.network.parameters()]


def test_training_goes_on_with_the_weights_it_has_on_the_other_samples() -> None:
    session = Session(prepared(FULL), lambda record: None)
    session.run(Request(until=5))
    change(session, [MORE])
    session.run(Request(until=11))

    plain, other = trainer(FULL), prepared(FULL, MORE).split.train
    loss, optimizer = nn.BCEWithLogitsLoss(), SGD(plain.network.parameters(), lr=0.1)
    x, y = plain.batches.x, plain.batches.y
    for step in range(11):
        if step == 5:
            x, y = torch.tensor(other.x), torch.tensor(other.y).float()[:, None]
        optimizer.zero_grad()
        loss(plain.network(x), y).backward()
        optimizer.step()
    assert len(x) == 51
    assert same_tensors(parameters(session), plain.network.parameters())


def test_the_epoch_that_has_begun_has_as_many_batches_done_as_before() -> None:
    x = torch.arange(10.0)[:, None]
    batches = Batches(x, x, 4, shuffle=True, seed=0)
    batches.next()
    other = torch.arange(100.0, 113)[:, None]
    batches.exchange(other, other, 4)
    assert (batches.left, batches.epochs_done) == (3, 0)
    seen = [batches.next()[0] for _ in range(3)]
    assert [len(part) for part in seen] == [4, 4, 1]
    assert len(set(torch.cat(seen).flatten().tolist())) == 9
    assert batches.epochs_done == 1
    whole = torch.cat([batches.next()[0] for _ in range(4)])
    assert sorted(whole.flatten().tolist()) == other.flatten().tolist()


@pytest.mark.parametrize("shuffle", [True, False])
def test_between_two_epochs_the_next_one_is_whole(shuffle: bool) -> None:
    x = torch.arange(8.0)[:, None]
    batches = Batches(x, x, 4, shuffle=shuffle, seed=0)
    batches.next(), batches.next()
    batches.exchange(x[:6], x[:6], 4)
    assert (batches.left, batches.epochs_done, batches.per_epoch) == (0, 1, 2)
    batches.go_to(batches.place())
    whole = torch.cat([batches.next()[0] for _ in range(2)])
    assert sorted(whole.flatten().tolist()) == [0, 1, 2, 3, 4, 5]


def test_an_epoch_does_not_end_by_taking_samples_out() -> None:
    x = torch.arange(8.0)[:, None]
    batches = Batches(x, x, 4, shuffle=False, seed=0)
    batches.next()
    batches.exchange(x[:4], x[:4], 4)
    assert (batches.left, batches.epochs_done) == (1, 0)
    batches.exchange(x, x, 2)
    assert (batches.left, batches.epochs_done) == (4, 0)


@pytest.mark.parametrize("budget", [0, 1, 64 * MB])
@pytest.mark.parametrize("optimizer", ["SGD(lr=0.1, momentum=0.9)", "Adam(lr=0.01)"])
def test_every_step_is_the_same_when_it_is_gone_to_again(budget: int, optimizer: str) -> None:
    gone = Travelled(SMALL, f"optimizer={optimizer}", "train.val=0.1", budget=budget)
    seen = {0: gone.state}
    for step in range(1, 25):
        if step == 5:
            change(gone.session, [MORE])
        if step == 13:
            change(gone.session, [FEWER, "train.batch_size=6"])
        seen[step] = gone.train(step)
    assert gone.session.branch == 0
    for step in (23, 7, 0, 4, 12, 14, 24, 1):
        assert gone.go_to(step) == seen[step], step
    assert gone.train(24) == seen[24]


def test_a_change_behind_the_head_is_a_branch_and_the_old_one_keeps_its_data() -> None:
    gone = Travelled(MOONS, "train.epochs=20")
    old = gone.train(30)
    gone.go_to(10)
    change(gone.session, [MORE])
    new = gone.train(30)
    assert (gone.session.branch, len(gone.session.training.parts["train"].x)) == (1, 51)
    assert gone.go_to(30) == old
    assert len(gone.session.training.parts["train"].x) == 50
    assert gone.go_to(30, 1) == new


def test_a_run_taken_up_again_goes_on_with_the_data_it_was_saved_with(tmp_path: Path) -> None:
    def begin(name: str) -> Session:
        session = begun('title = "Small"\n' + SMALL, runs=tmp_path / name)
        session.run(Request(until=5))
        change(session, [MORE])
        session.run(Request(until=9))
        return session

    whole = begin("whole")
    whole.run(Request(until=20))
    late = state_of(whole)
    go_to(whole, 0, 3)
    early = state_of(whole)
    again = saved_and_resumed(begin("halves"))
    again.run(Request(until=20))
    assert state_of(again) == late
    go_to(again, 0, 3)
    assert state_of(again) == early


def test_what_is_changed_is_recorded_with_what_it_comes_to(tmp_path: Path) -> None:
    session = begun('title = "Small"\n' + SMALL, runs=tmp_path)
    session.run(Request(until=5))
    change(session, [MORE])
    session.run(Request(until=9))
    assert session.keeper is not None
    folder = session.keeper.folder
    session.keeper.close()
    assert b'"train_count":51' in folder.changes.read_bytes()
    assert b'"train_count":51' in folder.recipe.read_bytes()
    opened = open_experiment(str(folder.experiment))
    assert len(resume(folder, opened, silent()).training.parts["train"].x) == 51


def test_the_validation_part_stays_though_another_seed_was_chosen_meanwhile() -> None:
    gone = Travelled(MOONS, "train.val=0.2", "train.epochs=20")
    val = gone.session.training.parts["val"].x.clone()
    gone.train(3)
    change(gone.session, ["train.seed=7"])
    gone.train(5)
    change(gone.session, [MORE])
    assert torch.equal(gone.session.training.parts["val"].x, val)
    assert len(gone.session.training.parts["train"].x) == 41


def test_the_best_on_other_data_is_not_one_to_beat() -> None:
    gone = Travelled(MOONS, "train.patience=50", "train.epochs=100", "train.eval_every=1")
    gone.train(21)
    assert gone.session.training.decisions.best is not None
    change(gone.session, [MORE])
    decided = gone.session.moment().decided
    assert (decided.best, decided.since_best) == (None, 0)


def test_epochs_are_counted_by_the_samples_there_were() -> None:
    gone = Travelled(SMALL, "train.epochs=20")
    ends = {0: 0}
    for step in range(1, 40):
        if step in (5, 16):
            change(gone.session, [MORE if step == 5 else FEWER])
        gone.train(step)
        trainer = gone.session.training.trainer
        if not trainer.batches.left:
            ends[trainer.epoch] = step
    assert {epoch: step_of_epoch(gone.session, epoch) for epoch in ends} == ends


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ("data=iris()", "inputs 4, 3 classes, not inputs 2, 2 classes"),
        ("data=points([(0, 0, 0), (1, 1, 2)])", "inputs 2, 3 classes, not"),
        ("data=plane()", "not inputs 2, 2 classes"),
        ("data=edited(moons(n=50, noise=0.1), remove=[50])", "there is no sample 50"),
    ],
)
def test_data_of_another_form_is_refused_and_nothing_is_changed(data: str, said: str) -> None:
    gone = Travelled(MOONS)
    gone.train(5)
    before = gone.state
    assert said in refusal(lambda: change(gone.session, [data]))
    assert gone.state == before
    assert gone.train(9) == Travelled(MOONS).train(9)


def test_a_script_can_not_do_it_and_says_so() -> None:
    gone = Travelled(MOONS)
    gone.train(5)
    plan = gone.session.training.plan
    change(gone.session, [MORE])
    told = [record for record in gone.records if isinstance(record, Changed)]
    assert refusal(lambda: segments(plan, told)) == (
        "data: was changed after step 5, which a script can't do: "
        "--to safetensors and pt2 take the weights along"
    )
