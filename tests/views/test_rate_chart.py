"""The learning rate is drawn before it runs, with what is asked for and not yet so."""

from typing import Any

import numpy as np
import pytest

from tests.views.support import PALETTES, present, started, stepped, world_of
from tui_nn.spec.files import experiment_of
from tui_nn.spec.protocol import Array, Changed, Phase
from tui_nn.views.canvas import Canvas
from tui_nn.views.ink import DARK, Palette
from tui_nn.views.panels.optimizer_rate import Course, course, course_with, rates_ahead
from tui_nn.views.rate_chart import paint_rate_chart
from tui_nn.views.rules import bound
from tui_nn.views.world import World


def run(step: int = 0, lr: float = 1.0, **experiment: Any) -> World:
    """Eight epochs of 40 steps."""
    known = {"optimizer": f"SGD(lr={lr})", **experiment}
    return world_of(started(experiment=known, epochs=8), present(step, lr=lr))


def asked(world: World, keys: set[str], lr: float = 1.0, epochs: int = 8, **lines: str) -> Course:
    """What the rates follow from with an experiment of which these keys are asked for."""
    text = "\n".join(
        ['data = "spiral()"', 'network = ["Linear(2, 1)"]', 'loss = "BCEWithLogitsLoss()"',
         f'optimizer = "SGD(lr={lr})"', *(f'{key} = "{value}"' for key, value in lines.items()),
         "[train]", f"epochs = {epochs}", 'schedule_every = "epoch"']
    )  # fmt: skip
    return course_with(world, experiment_of(text, "asked", "asked"), keys)


def drawn(world: World, known: Course, size: tuple[int, int] = (60, 8)) -> list[str]:
    canvas = Canvas(*size, DARK)
    paint_rate_chart(canvas, world, known)
    return canvas.text().split("\n")


def each_epoch(world: World, known: Course, epochs: int = 8) -> list[float]:
    found: list[float] = rates_ahead(world, known, np.arange(0.0, 40.0 * epochs, 40.0)).tolist()
    return found


def test_a_schedule_that_is_typed_is_drawn_from_its_first_rate_to_its_last() -> None:
    world = run()
    known = asked(world, {"schedule"}, schedule="ExponentialLR(gamma=0.5)")
    lines = drawn(world, known)
    assert lines[0] == " lr 1 ▸ 0.00781   8 epochs, 320 steps"
    assert lines[-1].startswith(" epoch└0──")
    assert each_epoch(world, known) == [0.5**k for k in range(8)]


def test_another_lr_and_other_epochs_are_drawn_at_once() -> None:
    world = run(schedule="ExponentialLR(gamma=0.5)")
    known = asked(world, {"optimizer"}, lr=0.25, schedule="ExponentialLR(gamma=0.5)")
    assert drawn(world, known)[0] == " lr 0.25 ▸ 0.00195   8 epochs, 320 steps"
    known = asked(world, {"train.epochs"}, epochs=4, schedule="ExponentialLR(gamma=0.5)")
    assert drawn(world, known)[0] == " lr 1 ▸ 0.125   4 epochs, 160 steps"


def test_a_schedule_asked_for_on_the_way_begins_where_training_stands() -> None:
    world = run(80, schedule="StepLR(2)")
    world.take(stepped(1, [0.5] * 80, lr=Array.of(np.full(80, 1.0, np.float32))))
    known = asked(world, {"schedule"}, schedule="ExponentialLR(gamma=0.5)")
    assert each_epoch(world, known)[2:] == [0.5**k for k in range(6)]
    assert drawn(world, known)[0] == " lr 1 ▸ 0.0312   8 epochs, 320 steps"


def test_without_a_schedule_the_rate_is_that_of_the_call() -> None:
    world = run(40, lr=0.5, schedule="StepLR(2)")
    assert each_epoch(world, asked(world, {"schedule"}, lr=0.5)) == [0.5] * 8
    assert drawn(world, asked(world, {"schedule"}, lr=0.5))[0].startswith(" lr 0.5   8 epochs")


@pytest.mark.parametrize(
    ("schedule", "keys", "words"),
    [
        ("ReduceLROnPlateau()", {"schedule"}, "its rates follow from the losses to come"),
        ("CosineAnnealingLR(T_max=8, eta_min=0.1)", {"optimizer"}, "it was disturbed on its way"),
        ("ExponentialLR(gamma=0.5)", {"train.eval_every"}, "it was disturbed on its way"),
        ("ChainedScheduler([CosineAnnealingLR(4), ExponentialLR(0.9)])", {"schedule"},
         "no formula tells its rates ahead"),
    ],
)  # fmt: skip
def test_what_nobody_can_know_is_said_and_not_drawn(
    schedule: str, keys: set[str], words: str
) -> None:
    world = run(80, schedule=schedule)
    lines = drawn(world, asked(world, keys, schedule=schedule))
    assert lines[0].startswith(f" {words}")
    assert not any(0x2800 < ord(character) < 0x2900 for line in lines for character in line)


def test_what_was_is_drawn_as_it_was() -> None:
    world = run(160, schedule="ExponentialLR(gamma=0.5)")
    world.take(Changed(step=80, key="optimizer", old=None, new="SGD(lr=1.0)", phase=Phase.EVALUATE))
    told = np.repeat([1.0, 0.5, 0.25, 0.125], 40).astype(np.float32)
    world.take(stepped(1, [0.5] * 160, lr=Array.of(told)))
    now = course(world)
    assert now is not None
    canvas = Canvas(60, 8, DARK)
    paint_rate_chart(canvas, world, now)
    inks = {ink.fg for row in range(1, 7) for _, ink in canvas.row(row)}
    assert {DARK.lines[0], DARK.lines[1]} <= inks


def test_a_run_whose_calls_can_not_be_read_has_no_course() -> None:
    assert course(run(optimizer="Unheard(lr=1)")) is None
    assert course(run(schedule="Unheard(1)")) is None


@pytest.mark.parametrize("palette", PALETTES)
def test_it_is_painted_at_any_size(palette: Palette) -> None:
    world = run()
    call = bound("OneCycleLR(max_lr=1.0, total_steps=8)", "schedule")
    for known in (
        course(world),
        Course(call, 1.0, "epoch", 1, 0, 0),
        Course(call, 1.0, "step", 1, 3, 0),
    ):
        assert known is not None
        for width in range(1, 90, 7):
            for height in range(1, 14):
                canvas = Canvas(width, height, palette)
                paint_rate_chart(canvas, world, known)
                assert not palette.ascii_only or canvas.text().isascii()


@pytest.mark.parametrize(
    ("key", "new", "typed"),
    [
        ("schedule", "StepLR(2, 0.5)", {"schedule": "StepLR(2, 0.5)"}),
        ("optimizer", "SGD(lr=0.25)", {"lr": 0.25, "schedule": "ExponentialLR(gamma=0.5)"}),
        ("train.epochs", 12, {"epochs": 12, "schedule": "ExponentialLR(gamma=0.5)"}),
    ],
)
def test_what_is_drawn_is_what_the_panel_shows_once_it_is_so(
    key: str, new: Any, typed: dict[str, Any]
) -> None:
    world = run(80, schedule="ExponentialLR(gamma=0.5)")
    before = each_epoch(world, asked(world, {key}, **typed), 12)
    world.take(Changed(step=80, key=key, old=None, new=new, phase=Phase.EVALUATE))
    after = course(world)
    assert after is not None
    assert each_epoch(world, after, 12)[2:] == before[2:]
