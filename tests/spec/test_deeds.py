"""A solution's words as commands, and the way to where a slide stands."""

import pytest

from tui_nn.spec.deeds import FORMS, command_of, place_of, way_to
from tui_nn.spec.errors import InvalidInput
from tui_nn.spec.protocol import Phase
from tui_nn.spec.protocol.commands import Back, Change, Commands, GoTo, Reset, Run, Step
from tui_nn.spec.protocol.messages import Present


@pytest.mark.parametrize(
    ("deed", "command"),
    [
        ("run", Run()),
        ("step", Step(by="step", count=1)),
        ("epoch 20", Step(by="epoch", count=20)),
        ("back phase 2", Back(by="phase", count=2)),
        ("layer 4", Step(by="layer", count=4)),
        ("back layer", Back(by="layer")),
        ("reset", Reset()),
        ("seed 3", Reset(seed=3)),
        ("set optimizer=SGD(lr=10)", Change(changes=("optimizer=SGD(lr=10)",))),
        ("set network[0]=Linear(2, 3)", Change(changes=("network[0]=Linear(2, 3)",))),
    ],
)
def test_a_deed_is_a_command(deed: str, command: Commands) -> None:
    assert command_of(deed) == command


@pytest.mark.parametrize(
    "deed", ["", "steps", "step 0", "step -1", "back run", "set", "set x", "run 2"]
)
def test_other_words_are_refused_with_examples(deed: str) -> None:
    with pytest.raises(InvalidInput, match=r"can't be done: e\.g\. run"):
        command_of(deed)


@pytest.mark.parametrize("deed", FORMS.split(", "))
def test_the_examples_are_deeds(deed: str) -> None:
    command_of(deed)


def at(step: int, phase: Phase = Phase.EVALUATE) -> Present:
    return Present(state="paused", step=step, phase=phase)


@pytest.mark.parametrize(
    ("step", "phase", "present", "way"),
    [
        (None, None, at(3, Phase.GRADIENT), ()),
        (3, None, at(3), ()),
        (5, None, at(3), (Step(count=2),)),
        (1, None, at(3), (GoTo(step=1),)),
        (3, None, at(3, Phase.FORWARD), (GoTo(step=3),)),
        (3, Phase.GRADIENT, at(3), (Step(by="phase", count=2),)),
        (3, Phase.GRADIENT, at(3, Phase.FORWARD), (Step(by="phase", count=1),)),
        (3, Phase.GRADIENT, at(3, Phase.GRADIENT), ()),
        (3, Phase.UPDATE, at(4, Phase.UPDATE), ()),
        (3, Phase.FORWARD, at(4, Phase.UPDATE), (GoTo(step=3), Step(by="phase", count=1))),
        (4, Phase.FORWARD, at(3), (Step(count=1), Step(by="phase", count=1))),
        (None, Phase.FORWARD, at(3), (Step(by="phase", count=1),)),
        (0, None, at(0, Phase.OPTIMIZER), ()),
    ],
)  # fmt: skip
def test_the_way_to_a_slides_place(
    step: int | None, phase: Phase | None, present: Present, way: tuple[Commands, ...]
) -> None:
    assert way_to(step, phase, present) == way


def test_places_come_in_the_order_in_which_they_happen() -> None:
    places = [
        at(0, Phase.OPTIMIZER), at(0, Phase.FORWARD), at(0, Phase.GRADIENT), at(1, Phase.UPDATE),
        at(1), at(1, Phase.FORWARD),
    ]  # fmt: skip
    found = [place_of(present) for present in places]
    assert found == sorted(set(found))
