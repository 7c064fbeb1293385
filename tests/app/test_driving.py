"""From keys to commands: lr, undo, layer by layer; what is pasted is no burst of them."""

import asyncio
from typing import Any

import pytest
from textual import events

from tests.app.support import EXPERIMENT, LAYERS, Sent
from tests.views.support import present, started, world_of
from tui_nn.app.burst import Burst, Capitals, is_pasted
from tui_nn.app.driving import Driving
from tui_nn.app.keys import CAPITALS
from tui_nn.spec.protocol import Changed, Phase
from tui_nn.spec.protocol.commands import Back, Change, GoTo, Pause, Reset, Run, Step
from tui_nn.spec.protocol.messages import Answer, Problem
from tui_nn.spec.rates import rate_of, rung, with_rate
from tui_nn.views.world import World


def world_at(step: int, state: str = "paused", **changes: Any) -> World:
    experiment = EXPERIMENT | {k: v for k, v in changes.items() if k in EXPERIMENT}
    others = {k: v for k, v in changes.items() if k not in EXPERIMENT}
    return world_of(
        started(experiment=experiment, layers=LAYERS), present(step, state, lr=0.1, **others)
    )


def driving(**changes: Any) -> tuple[Driving, Sent]:
    sent = Sent()
    return Driving(world_at(7, **changes), sent), sent


def answer(number: int) -> Answer:
    return Answer(id=number, present=present(7))


def seed_changed(seed: int) -> Changed:
    return Changed(branch=seed, step=0, key="train.seed", old=0, new=seed,
                   phase=Phase.OPTIMIZER, parent=0)  # fmt: skip


def test_a_small_letter_goes_forward_and_a_capital_back() -> None:
    drive, sent = driving()
    drive.forward("epoch")
    drive.back("phase")
    assert sent.commands == [Step(by="epoch"), Back(by="phase")]


def test_who_steps_while_training_runs_pauses_first() -> None:
    drive, sent = driving(state="running")
    drive.forward("step")
    assert sent.commands == [Pause(), Step(by="step")]


def test_a_reset_is_undone_by_going_back_to_its_step_and_branch() -> None:
    drive, sent = driving(branch=3)
    drive.reset()
    assert drive.undo() == "undone: reset"
    assert drive.redo() == "again: reset"
    assert sent.commands == [Reset(), GoTo(step=7, branch=3), Reset()]


def test_a_new_seed_is_the_next_one() -> None:
    drive, sent = driving()
    drive.reset(new_seed=True)
    assert sent.commands == [Reset(seed=1)]


def test_another_new_seed_is_another_seed_answered_or_not() -> None:
    drive, sent = driving()
    drive.reset(new_seed=True)
    drive.reset(new_seed=True)
    assert sent.commands == [Reset(seed=1), Reset(seed=2)]
    drive.hear(answer(1))
    drive.hear(answer(2))
    drive.world.take(seed_changed(2))
    drive.undo()
    drive.reset(new_seed=True)
    assert sent.commands[-1] == Reset(seed=3)


def test_what_the_engine_refuses_is_not_undone() -> None:
    drive, sent = driving()
    drive.reset()
    drive.change_rate(1, 0.0)
    drive.hear(Problem(id=2, message="too large"))
    assert drive.undo() == "undone: reset"
    assert drive.redo() == "again: reset"
    drive.hear(Problem(id=1, message="another drives"))
    assert drive.undo() == "nothing to undo: capitals go back"
    assert sent.commands[2:] == [GoTo(step=7, branch=0), Reset()]


def test_an_undo_that_is_refused_can_be_asked_for_again() -> None:
    drive, sent = driving()
    drive.reset()
    drive.hear(answer(1))
    assert drive.undo() == "undone: reset"
    drive.hear(Problem(id=2, message="another drives"))
    assert drive.redo() == "nothing to redo"
    assert drive.undo() == "undone: reset"
    assert len(sent.commands) == 3


def test_what_was_refused_takes_no_redo_away() -> None:
    drive, _ = driving()
    drive.reset()
    drive.undo()
    drive.change_rate(1, 0.0)
    assert drive.redo() == "nothing to redo"
    drive.hear(Problem(id=3, message="too large"))
    assert drive.redo() == "again: reset"


def test_of_presses_together_only_the_refused_one_is_forgotten() -> None:
    drive, sent = driving()
    drive.change_rate(1, 0.0)
    drive.change_rate(1, 0.5)
    drive.hear(answer(1))
    drive.hear(Problem(id=2, message="too large"))
    assert drive.undo() == "undone: lr 0.3"
    assert sent.commands[-1] == Change(changes=("optimizer=SGD(lr=0.1)",))
    assert drive.undo() == "nothing to undo: capitals go back"


def test_nothing_to_undo_is_said() -> None:
    drive, sent = driving()
    assert drive.undo() == "nothing to undo: capitals go back"
    assert drive.redo() == "nothing to redo"
    assert not sent.commands


@pytest.mark.parametrize(
    ("value", "up", "down"), [(0.1, 0.3, 0.03), (0.05, 0.1, 0.03), (3.0, 10.0, 1.0)]
)
def test_the_ladder_goes_by_one_three_ten(value: float, up: float, down: float) -> None:
    assert rung(value, 1) == up
    assert rung(value, -1) == down


@pytest.mark.parametrize(
    ("written", "lr", "changed"),
    [
        ("SGD(lr=0.1, momentum=0.9)", 0.1, "SGD(lr=0.3, momentum=0.9)"),
        ("SGD(0.1, momentum=0.9)", 0.1, "SGD(0.3, momentum=0.9)"),
        ("Adam(betas=(0.9, 0.99), lr=0.1)", 0.1, "Adam(betas=(0.9, 0.99), lr=0.3)"),
        ("Adam(betas=(0.9, 0.99))", 0.001, "Adam(lr=0.3, betas=(0.9, 0.99))"),
        ("LBFGS()", 1.0, "LBFGS(lr=0.3)"),
    ],
)
def test_lr_is_changed_where_it_is_written(written: str, lr: float, changed: str) -> None:
    assert rate_of(written) == lr
    assert with_rate(written, 0.3) == changed


def test_presses_within_a_second_are_undone_at_once() -> None:
    drive, sent = driving()
    assert [drive.change_rate(1, now) for now in (0.0, 0.5, 1.2)] == ["lr 0.3", "lr 1", "lr 3"]
    assert [what.continues for what in sent.commands if isinstance(what, Change)] == [
        False, True, True,
    ]  # fmt: skip
    assert drive.change_rate(1, 9.0) == "lr 10"  # the engine has not answered yet
    drive.undo()
    assert sent.commands[-1] == Change(changes=("optimizer=SGD(lr=3)",))
    drive.undo()
    assert sent.commands[-1] == Change(changes=("optimizer=SGD(lr=0.1)",))
    assert drive.undo() == "nothing to undo: capitals go back"
    drive.redo()
    assert sent.commands[-1] == Change(changes=("optimizer=SGD(lr=3)",))


def test_lr_goes_on_from_what_the_engine_has_answered() -> None:
    drive, _ = driving()
    assert drive.change_rate(1, 0.0) == "lr 0.3"
    drive.hear(answer(1))
    assert drive.change_rate(1, 9.0) == "lr 0.3"  # the world knows 0.1


def test_a_reset_between_two_presses_is_undone_by_itself() -> None:
    drive, sent = driving()
    drive.change_rate(1, 0.0)
    drive.reset()
    drive.change_rate(1, 0.5)  # a reset keeps the settings of now
    undone = [drive.undo() for _ in range(4)]
    assert undone == ["undone: lr 1", "undone: reset", "undone: lr 0.3",
                      "nothing to undo: capitals go back"]  # fmt: skip
    assert sent.commands[3:] == [
        Change(changes=("optimizer=SGD(lr=0.3)",)), GoTo(step=7, branch=0),
        Change(changes=("optimizer=SGD(lr=0.1)",)),
    ]  # fmt: skip


def test_lr_is_written_as_a_person_would() -> None:
    assert with_rate("SGD(lr=0.3)", 1.0) == "SGD(lr=1)"
    assert with_rate("SGD(lr=0.3)", 3e-5) == "SGD(lr=3e-05)"


def test_the_end_of_the_ladder_is_said_and_nothing_sent() -> None:
    drive, sent = driving(optimizer="SGD(lr=3000000)")
    assert drive.change_rate(1) == "lr 3e6: as far as it goes"
    assert not sent.commands
    assert drive.undo() == "nothing to undo: capitals go back"


def test_lr_has_to_wait_until_something_is_trained() -> None:
    sent = Sent()
    assert Driving(World(), sent).change_rate(1) == "nothing is trained yet"
    assert not sent.commands


def test_what_was_done_with_another_engine_is_not_undone() -> None:
    drive, _ = driving()
    drive.reset()
    drive.undo()
    drive.reset()
    drive.forget()
    assert drive.undo() == "nothing to undo: capitals go back"
    assert drive.redo() == "nothing to redo"


def test_the_lr_of_every_optimizer_changes() -> None:
    drive, sent = driving(optimizer=["Muon(lr=0.02)", "AdamW(lr=0.003)"])
    assert drive.change_rate(1) == "lr 0.03, 0.01"
    drive.undo()
    assert sent.commands == [
        Change(changes=('optimizer=["Muon(lr=0.03)", "AdamW(lr=0.01)"]',)),
        Change(changes=('optimizer=["Muon(lr=0.02)", "AdamW(lr=0.003)"]',)),
    ]


def test_pace_goes_up_to_flat_out() -> None:
    drive, sent = driving(state="running")
    drive.pace = 500.0
    assert [drive.change_pace(1) for _ in range(3)] == [1000.0, 0.0, 0.0]
    assert drive.change_pace(-1) == 1000.0
    assert sent.commands[0] == Run(pace=1000.0)


def key(character: str, at_s: float) -> events.Key:
    made = events.Key({" ": "space", "\r": "enter"}.get(character, character), character)
    made.time = at_s
    return made


def fired(typed: str, apart_s: float) -> tuple[str, int]:
    """What gets through of characters that come so many seconds apart; pastes that were told."""
    through: list[str] = []
    pastes: list[bool] = []

    async def type_it() -> None:
        burst = Burst(
            lambda key: through.append(key.character or ""), lambda: pastes.append(True),
            lambda: False,
        )  # fmt: skip
        for number, character in enumerate(typed):
            if not burst.takes(key(character, 1.0 + number * apart_s)):
                through.append(character)
            if apart_s > 0.01:
                await asyncio.sleep(0.01)
        await asyncio.sleep(0.02)

    asyncio.run(type_it())
    return "".join(through), len(pastes)


def test_text_that_comes_at_once_fires_nothing() -> None:
    assert fired("import torch\rquit()\r", 0.0001) == ("", 1)


def test_what_is_typed_gets_through_in_its_order() -> None:
    assert fired("pps 12?sPS", 0.05) == ("pps 12?sPS", 0)
    assert fired("spesp", 0.0) == ("spesp", 0)


def test_a_key_that_is_held_down_is_no_paste() -> None:
    assert fired("ssssssssss", 0.0) == ("ssssssssss", 0)
    assert is_pasted(list("12345678"))


def test_three_capitals_in_a_row_look_like_caps_lock() -> None:
    capitals = Capitals(CAPITALS)
    assert [capitals.take(c) for c in "SsSE:SS"] == [False] * 5 + [True, False]


def test_who_goes_back_by_several_capitals_is_asked_once() -> None:
    capitals = Capitals(CAPITALS)
    assert [capitals.take(c) for c in "SEP"] == [False, False, True]
    assert not any(capitals.take(c) for c in "sEPSpNSE")


def test_capitals_that_do_nothing_look_like_caps_lock_each_time() -> None:
    capitals = Capitals(CAPITALS)
    assert [capitals.take(c) for c in "SEP"] == [False, False, True]
    for _ in range(2):
        assert [capitals.take(c) for c in "sSFE"] == [False, False, False, True]


def test_the_same_capital_again_and_again_goes_back() -> None:
    capitals = Capitals(CAPITALS)
    assert not any(capitals.take(c) for c in "PPPPPP")
