"""What a lesson waits for happens when events say so, and not before."""

from typing import Any

import pytest

from tests.views.support import evaluated, present, started, stepped, world_of
from tui_nn.spec.lesson import Lesson, lesson_of
from tui_nn.spec.protocol import Changed, Phase
from tui_nn.views.world import World

EXPERIMENT = {"optimizer": "SGD(lr=0.1)", "train": {"batch_size": 10}}


def lesson(*checks: str) -> Lesson:
    slides = "".join(f'[[slide]]\ntext = "Look."\ncheck = {check}\n' for check in checks)
    return lesson_of(slides, "x")


class Class:
    """A world and its judge, told the same."""

    def __init__(self, *checks: str) -> None:
        self.world: World = world_of(started(experiment=EXPERIMENT), present(0, "ready"))
        self.world.teach(lesson(*checks))
        assert self.world.judge is not None
        self.judge = self.world.judge
        self.judge.turn_to((0,), self.world)

    def told(self, *events: Any) -> set[int]:
        for event in events:
            self.world.take(event)
        return self.judge.met


def changed(key: str, new: Any, step: int = 0) -> Changed:
    return Changed(step=step, key=key, old=None, new=new, phase=Phase.EVALUATE)


@pytest.mark.parametrize(
    ("check", "before", "then"),
    [
        ("{ step = 4 }", present(3), present(4)),
        ("{ step = 4 }", present(3), present(9)),
        ("{ epoch = 2 }", present(79), present(80)),
        ("{ phase = 'gradient' }", present(0, phase=Phase.FORWARD),
         present(0, phase=Phase.GRADIENT)),
        ("{ state = 'goal' }", present(40, "running"), present(40, "goal")),
        ("{ state = 'diverged' }", present(40, "stopped"), present(40, "diverged")),
        ("{ back = true }", present(4), present(3)),
        ("{ back = true }", present(4), present(4, phase=Phase.UPDATE)),
        ("{ number = 'lr', at_least = 10 }", present(0, lr=3.0), present(0, lr=10.0)),
        ("{ number = 'accuracy', at_least = 1 }", evaluated(40, {"accuracy": 0.75}),
         evaluated(80, {"accuracy": 1.0})),
        ("{ number = 'loss', at_most = 0.1 }", evaluated(40, {"loss": 0.05}, {"loss": 0.2}),
         evaluated(80, {"loss": 0.2}, {"loss": 0.1})),
        ("{ number = 'loss', part = 'train', at_most = 0.1 }",
         evaluated(40, {"loss": 0.2}, {"loss": 0.05}), evaluated(80, {"loss": 0.1}, {"loss": 1.0})),
        ("{ number = 'loss', at_most = 1 }", evaluated(40, {"loss": float("nan")}),
         evaluated(80, {"loss": 0.1})),
        ("{ setting = 'optimizer' }", changed("train.epochs", 5),
         changed("optimizer", "SGD(lr=0.3)")),
        ("{ setting = 'optimizer', value = 'SGD( lr=0.3 )' }", changed("optimizer", "SGD(lr=0.5)"),
         changed("optimizer", "SGD(lr=0.3)")),
        ("{ setting = 'optimizer', call = 'Adam' }", changed("optimizer", "AdamW()"),
         changed("optimizer", ["Muon()", "Adam(lr=0.3)"])),
        ("{ setting = 'train.batch_size', at_most = 4 }", changed("train.batch_size", 5),
         changed("train.batch_size", 4)),
        ("{ setting = 'train.shuffle', value = false }", changed("train.shuffle", True),
         changed("train.shuffle", False)),
    ],
)  # fmt: skip
def test_a_check_is_met_when_it_happens(check: str, before: Any, then: Any) -> None:
    room = Class(check)
    assert room.told(before) == set()
    assert room.told(then) == {0}


def test_conditions_have_to_hold_at_one_moment() -> None:
    room = Class("[{ number = 'lr', at_least = 3 }, { state = 'diverged' }]")
    assert room.told(present(3, "diverged", lr=0.1), present(0, "ready", lr=3.0)) == set()
    assert room.told(present(3, "diverged", lr=3.0)) == {0}


def test_what_was_met_stays_met() -> None:
    room = Class("{ state = 'goal' }")
    assert room.told(present(40, "goal"), present(0, "ready")) == {0}


def test_only_the_slide_that_is_looked_at_is_waited_for() -> None:
    room = Class("{ step = 1 }", "{ step = 2 }")
    assert room.told(present(5)) == {0}
    room.judge.turn_to((1,), room.world)
    assert room.judge.met == {0, 1}


def test_going_back_counts_from_when_the_slide_is_looked_at() -> None:
    room = Class("{ step = 1 }", "{ back = true }")
    room.told(present(5), present(2))
    room.judge.turn_to((1,), room.world)
    assert room.told(present(3)) == {0}
    assert room.told(present(2)) == {0, 1}


def test_what_happens_while_no_slide_is_looked_at_does_not_count() -> None:
    room = Class("{ step = 1 }")
    room.judge.turn_to((), room.world)
    assert room.told(present(5), present(0)) == set()


def test_an_evaluation_behind_where_training_went_back_to_does_not_count() -> None:
    room = Class("{ step = 9999 }", "{ number = 'accuracy', at_least = 1 }")
    room.told(stepped(1, [1.0] * 40), evaluated(40, {"accuracy": 1.0}), present(40), present(0))
    room.judge.turn_to((1,), room.world)
    assert room.judge.met == set()
    assert room.told(present(40)) == {1}


def test_a_slide_without_a_check_is_never_met() -> None:
    room = Class("[]")
    assert room.told(present(40, "goal")) == set()
