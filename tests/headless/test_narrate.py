"""When something is said: at once, when it is its turn, or not at all."""

import pytest
from msgspec.structs import replace

from tests.headless.test_progress import STARTED, Clock, changed, stepped
from tui_nn.headless.narrate import CALM_S, SILENCE_S, Narrator
from tui_nn.spec.protocol import Ended, Evaluated, Numbers

ENDED = Ended(
    step=28, reason="epochs", epoch=4, train={"loss": 0.25}, val=None, goal=None, seconds=12.0,
    message="All 4 epochs done.", train_count=50, val_count=0,
)  # fmt: skip


class Told:
    """A narrator that has begun, and the lines said since then."""

    def __init__(self) -> None:
        self.clock = Clock()
        self.lines: list[str] = []
        self.narrator = Narrator(self.lines.append, self.clock)

    def begin(self) -> "Told":
        self.narrator.take(STARTED)
        self.lines.clear()
        return self

    def evaluate(self, epoch: int, at: float) -> None:
        self.clock.now = at
        step = 7 * epoch
        loss: Numbers = {"loss": 1 / epoch}
        self.narrator.take(stepped(step))
        self.narrator.take(Evaluated(step=step, epoch=epoch, lr=0.1, train=loss, val=None))


@pytest.fixture
def told() -> Told:
    return Told()


def test_a_start_is_said_at_once(told: Told) -> None:
    told.narrator.take(STARTED)
    assert told.lines[0].startswith("Training Moons")


def test_of_many_evaluations_the_latest_is_said_now_and_then(told: Told) -> None:
    told.begin()
    for epoch in range(1, 102):
        told.evaluate(epoch, at=0.1 * epoch)
    assert [line.split(":")[0] for line in told.lines] == ["Epoch 49", "Epoch 99"]


def test_a_seldom_evaluation_is_said_at_once(told: Told) -> None:
    told.begin()
    told.evaluate(1, at=CALM_S + 1)
    assert told.lines == ["Epoch 1: training loss 1."]


def test_an_evaluation_that_waits_is_said_when_it_is_its_turn(told: Told) -> None:
    told.begin().evaluate(1, at=1)
    assert told.lines == []
    told.clock.now = CALM_S
    told.narrator.take(stepped(8))
    assert told.lines == ["Epoch 1: training loss 1."]


def test_the_end_is_said_in_place_of_the_last_evaluation(told: Told) -> None:
    told.begin().evaluate(4, at=1)
    told.narrator.take(ENDED)
    told.narrator.close()
    assert told.lines == [
        "Done after 28 steps, 4 epochs and 12 seconds.",
        "All 4 epochs done.",
        "Training: loss 0.25.",
    ]


def test_where_no_end_comes_the_last_evaluation_is_said_all_the_same(told: Told) -> None:
    told.begin().evaluate(4, at=1)
    told.narrator.close()
    assert told.lines == ["Epoch 4: training loss 0.25."]


def test_no_change_is_left_out_and_a_key_that_is_held_is_one(told: Told) -> None:
    told.begin()
    told.clock.now = 1.0
    for old, new in ((4, 5), (5, 6), (6, 9)):
        told.narrator.take(replace(changed("train.epochs", new), old=old))
    told.narrator.take(replace(changed("train.batch_size", 16), old=8))
    assert told.lines == []
    told.narrator.take(ENDED)
    assert told.lines[:2] == [
        "At step 7, epochs changes from 4 to 9.",
        "At step 7, batch size changes from 8 to 16.",
    ]


def test_a_notice_is_a_sentence_at_once(told: Told) -> None:
    told.begin().narrator.notice("lr ≥ 1 is large")
    assert told.lines == ["lr at least 1 is large."]


def test_a_long_silence_is_broken_by_where_it_stands(told: Told) -> None:
    told.begin()
    for second in range(1, 121):
        told.clock.now = float(second)
        told.narrator.take(stepped(14, loss=0.5))
    assert told.lines == [
        "Epoch 2, step 14: loss 0.5, about 60 seconds left.",
        "Epoch 2, step 14: loss 0.5, about 2 minutes left.",
    ]
    assert SILENCE_S == 60


def test_what_goes_on_says_what_it_is_and_where_it_stands(told: Told) -> None:
    for record in (STARTED, stepped(7), stepped(14)):
        told.narrator.remember(record)
    told.narrator.remember(Evaluated(step=14, epoch=2, lr=0.1, train={"loss": 0.5}, val=None))
    assert len(told.lines) == 4
    told.clock.now = CALM_S
    told.narrator.take(stepped(15))
    assert told.lines[4:] == ["It goes on at step 14."]
    told.clock.now = 2 * CALM_S
    told.narrator.take(stepped(16))
    assert told.lines[5:] == ["Epoch 2: training loss 0.5."]
