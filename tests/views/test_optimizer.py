from typing import Any

import numpy as np
import pytest

from tests.views.support import (
    ASCII,
    painted,
    paints_at_any_size,
    present,
    started,
    stepped,
    world_of,
)
from tui_nn.spec.catalog import CATALOG
from tui_nn.spec.protocol import Array, Changed, Phase
from tui_nn.views.canvas import Canvas
from tui_nn.views.desk import Desk
from tui_nn.views.ink import DARK
from tui_nn.views.panels.optimizer import OPTIMIZER
from tui_nn.views.panels.optimizer_rate import rates
from tui_nn.views.rules import bound, calls, rule, step_words
from tui_nn.views.world import World

[CALL] = OPTIMIZER.views
SIZE = (34, 3)


def run(step: int = 0, **experiment: Any) -> World:
    return world_of(started(experiment=experiment, epochs=40), present(step))


def test_the_call_its_rule_and_the_rate_stand_below_each_other() -> None:
    assert painted(CALL, run(optimizer="Adam(lr=0.01)"), SIZE) == [
        " Adam(lr=0.01)",
        " w ← w − lr·m/√v   m, v means",
        " schedule none  lr 0.01 ▁▁▁▁▁▁▁▁▁",
    ]


def test_in_two_rows_the_rule_is_left_out() -> None:
    assert painted(CALL, run(optimizer="SGD(lr=0.01)"), (34, 2))[1].startswith(" schedule none")


def test_a_schedule_has_its_row_and_its_way_is_drawn_ahead() -> None:
    experiment = {
        "optimizer": "SGD(lr=0.3)",
        "schedule": "ExponentialLR(gamma=0.9)",
        "train": {"schedule_every": "epoch"},
    }
    world = world_of(started(experiment=experiment, epochs=40), present(0, lr=0.3))
    assert painted(CALL, world, (34, 4)) == [
        " SGD(lr=0.3)",
        " w ← w − lr·g",
        " ExponentialLR(gamma=0.9)",
        " lr 0.3     █▇▆▅▄▃▃▃▂▂▂▂▂▁▁▁▁▁▁▁▁",
    ]
    assert painted(CALL, world, (80, 4))[3].endswith("each epoch")
    assert painted(CALL, world, (34, 2))[1] == " ExponentialLR  lr 0.3"


def test_what_was_is_drawn_as_it_was_and_what_nobody_can_know_as_dots() -> None:
    experiment = {"optimizer": "SGD(lr=0.01)", "schedule": "ReduceLROnPlateau()"}
    world = world_of(started(experiment=experiment, epochs=40), present(800))
    for first, lr in ((1, 0.01), (401, 0.001)):
        rates = Array.of(np.full(400, lr, np.float32))
        world.take(stepped(first, [0.5] * 400, lr=rates))
    canvas = Canvas(34, 4, DARK)
    CALL.paint(canvas, world, Desk())
    assert canvas.text().split("\n")[3] == " lr 0.01    █████▁▁▁▁▁▁··········"
    inks = dict(canvas.row(3))
    assert inks["█████▁▁▁▁▁▁"].fg == DARK.lines[0]
    assert inks["··········"] == DARK.quiet


def _changed(step: int, key: str, new: Any) -> Changed:
    return Changed(step=step, key=key, old=None, new=new, phase=Phase.EVALUATE)


def test_a_schedule_that_was_changed_on_the_way_begins_there() -> None:
    experiment = {"optimizer": "SGD(lr=1.0)", "schedule": "StepLR(2)"}
    world = world_of(started(experiment=experiment, epochs=8), present(100))
    world.take(_changed(100, "schedule", "ExponentialLR(gamma=0.5)"))
    found, past = rates(world, 8)
    assert past == 0
    assert found[2:].tolist() == [1.0, 0.5, 0.25, 0.125, 0.0625, 0.03125]


def test_epochs_after_another_batch_size_are_counted_as_they_are() -> None:
    experiment = {"optimizer": "SGD(lr=1.0)", "schedule": "ExponentialLR(gamma=0.5)"}
    world = world_of(started(experiment=experiment, epochs=4), present(80))
    world.take(_changed(80, "train.batch_size", 20))
    found, _ = rates(world, 12)  # 2 epochs of 40 steps, 2 of 20
    assert found[[0, 4, 8, 9, 10, 11]].tolist() == [1, 0.5, 0.25, 0.25, 0.125, 0.125]


@pytest.mark.parametrize(
    ("schedule", "known"),
    [
        ("ExponentialLR(gamma=0.5)", True),
        ("OneCycleLR(max_lr=1.0, total_steps=8)", True),
        ("CosineAnnealingLR(T_max=8)", True),
        ("CosineAnnealingLR(T_max=8, eta_min=0.1)", False),
        ("SequentialLR([StepLR(2), CyclicLR(0.1, 1)], [3])", False),
    ],
)
def test_what_another_lr_does_to_a_schedule_is_drawn_where_it_is_known(
    schedule: str, known: bool
) -> None:
    experiment = {"optimizer": "SGD(lr=1.0)", "schedule": schedule}
    world = world_of(started(experiment=experiment, epochs=8), present(100))
    assert np.isfinite(rates(world, 8)[0]).all()
    world.take(_changed(100, "optimizer", "SGD(lr=0.3)"))
    assert np.isfinite(rates(world, 8)[0]).all() == known


def test_several_optimizers_say_what_each_updates() -> None:
    world = run(optimizer=["Muon(lr=0.02)", "AdamW(lr=0.003)"])
    assert (
        painted(CALL, world, (34, 5))
        == [
            " Muon(lr=0.02)    hidden matrices",
            " w ← w − lr·evened b",
            " m mean of g",
            " AdamW(lr=0.003)         the rest",
            " w ← w − lr·(m/√v + decay·w)",
        ]
        or painted(CALL, world, (34, 6))[0] == " Muon(lr=0.02)    hidden matrices"
    )
    assert painted(CALL, world, (34, 3)) == [
        " Muon(lr=0.02)    hidden matrices",
        " AdamW(lr=0.003)         the rest",
        " schedule none  lr 0.01 ▁▁▁▁▁▁▁▁▁",
    ]


def test_it_asks_for_a_row_a_call_and_more_for_rules_and_schedule() -> None:
    rows = CALL.rows(run(optimizer="SGD(lr=0.1)"), 34)
    assert (rows.least, rows.want) == (2, [2, 3])
    rows = CALL.rows(run(optimizer="SGD(lr=0.1)", schedule="StepLR(3)"), 34)
    assert (rows.least, rows.want) == (2, [3, 4])
    assert CALL.rows(run(optimizer=["Muon()", "AdamW()"]), 40).least == 3


def test_no_sentence_about_them_is_cut_off() -> None:
    world = run(optimizer="SGD(lr=0.1)", schedule="StepLR(3)")
    rows = CALL.rows(world, 34)
    assert len(rows.more) == 2
    for height in range(2, max(rows.more) + 1):
        shown = painted(CALL, world, (34, height))
        texts = [line for line in shown[max(rows.want) :] if line]
        assert not texts or texts[-1].endswith(".")
        assert bool(shown[-1]) == (height in {*rows.more, *range(5)})


def test_with_room_it_says_what_each_does() -> None:
    rows = painted(CALL, run(optimizer="SGD(lr=0.1)", schedule="StepLR(3)"), (60, 14))
    assert rows[5] == " SGD"
    assert " Multiplies lr by gamma every step_size times." in rows


def test_a_long_call_leaves_out_whole_values() -> None:
    world = run(optimizer="SGD(lr=0.01, momentum=0.9, nesterov=True)")
    assert painted(CALL, world, (34, 3))[0] == " SGD(lr=0.01, momentum=0.9, …)"


def test_changes_made_while_training_are_shown() -> None:
    world = run(optimizer="SGD(lr=0.1)")
    world.take(
        Changed(step=0, key="optimizer", old="SGD(lr=0.1)", new="Adam()", phase=Phase.EVALUATE)
    )
    assert painted(CALL, world, SIZE)[0] == " Adam()"


def test_a_change_that_is_still_to_come_is_not_shown() -> None:
    world = run(optimizer="SGD(lr=0.1)")
    world.take(
        Changed(step=0, key="optimizer", old="SGD(lr=0.1)", new="Adam()", phase=Phase.EVALUATE)
    )
    world.take(present(0, changes=0))
    assert painted(CALL, world, SIZE)[0] == " SGD(lr=0.1)"
    world.take(present(0, changes=1))
    assert painted(CALL, world, SIZE)[0] == " Adam()"


ARGUMENTS = {"SGD": "lr=0.1"}


@pytest.mark.parametrize("name", CATALOG["optimizer"])
def test_every_optimizer_has_a_rule_and_words_for_its_step(name: str) -> None:
    found = bound(f"{name}({ARGUMENTS.get(name, '')})")
    assert found is not None
    assert rule(found).startswith("w ← w ")
    assert max(len(part) for part in rule(found).split("   ")) <= 32
    assert 0 < len(step_words(found)) <= 19


@pytest.mark.parametrize(
    ("call", "words"),
    [
        ("SGD(lr=0.1)", "w ← w − lr·g"),
        ("SGD(lr=0.1, weight_decay=0.01)", "w ← w − lr·(g + 0.01·w)"),
        ("SGD(lr=0.1, momentum=0.9)", "b ← 0.9·b + g   w ← w − lr·b"),
    ],
)
def test_the_rule_of_sgd_follows_its_values(call: str, words: str) -> None:
    found = bound(call)
    assert found is not None
    assert rule(found) == words


def test_what_is_no_call_has_no_rule() -> None:
    assert bound("SGD(") is None
    assert calls("") == []
    assert painted(CALL, run(optimizer="SGD("), SIZE)[0] == " SGD("


def test_it_paints_at_any_size() -> None:
    huge = world_of(started(experiment={"optimizer": "SGD()"}, epochs=10**9), present(3))
    broken = world_of(started(experiment={"optimizer": "SGD()"}), present(1, lr=float("nan")))
    two = run(optimizer=["Muon(lr=0.02)", "AdamW(lr=0.003)"], schedule="OneCycleLR(max_lr=1)")
    for world in (World(), run(), run(optimizer="Adam(lr=0.01)"), two, huge, broken):
        paints_at_any_size(CALL, world)


def test_ascii_has_bars_of_its_own() -> None:
    rows = painted(CALL, run(optimizer="SGD(lr=0.01)"), SIZE, palette=ASCII)
    assert rows[2] == " schedule none  lr 0.01 _________"


def test_a_constant_rate_is_level_whether_told_or_planned() -> None:
    world = run(120, optimizer="Adam(lr=0.01)")
    for first in range(1, 121, 40):
        world.take(stepped(first, [1.0] * 40, lr=Array.of(np.full(40, np.float32(0.01)))))
    assert painted(CALL, world, SIZE)[-1].endswith("▁" * 9)
