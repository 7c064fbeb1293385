"""What is refused inside a pass, and what has no arithmetic or no number."""

import pytest
import torch

from tests.engine.probes.passes import gated, number, session_of
from tests.spec.support import refusal
from tests.support import MOONS
from tui_nn.spec.protocol import Phase
from tui_nn.spec.protocol.inside import Place

NOWHERE = {
    "a layer that is none": (Place(of="output", name="9", sample=0), "there is no output '9'"),
    "a tensor that is none": (Place(of="parameter", name="0.wait"), "did you mean 0.weight"),
    "an index too far": (
        Place(of="parameter", name="0.weight", index=(6, 0)), "nothing stands at [6, 0]"
    ),
    "an index below 0": (Place(of="output", name="0", index=(-1,), sample=0), "nothing stands"),
    "an index too short": (Place(of="parameter", name="0.weight", index=(1,)), "its shape is (6"),
    "no sample": (Place(of="output", name="0", index=(0,)), "of which sample?"),
    "a sample too far": (Place(of="loss", sample=8), "there is no sample 8: samples: 0 to 7"),
    "the gradient of a target": (
        Place(of="target", index=(0,), sample=0, gradient=True), "the target has no gradient"
    ),
}  # fmt: skip


@pytest.mark.parametrize(("place", "words"), NOWHERE.values(), ids=NOWHERE)
def test_a_place_where_nothing_stands_is_refused_in_words(place: Place, words: str) -> None:
    session = session_of(MOONS)
    session.advance(1, watched=True)
    assert words in refusal(lambda: number(session, place))


def test_what_is_given_has_no_lines() -> None:
    session = session_of(MOONS)
    session.advance(1, watched=True)
    for place in (
        Place(of="input", index=(1,), sample=0),
        Place(of="target", index=(0,), sample=0),
        Place(of="parameter", name="0.bias", index=(0,)),
    ):
        frame = number(session, place)
        assert frame.lines == ()
        assert frame.value is not None


def test_numbers_that_are_none_are_told_in_words() -> None:
    session = session_of(MOONS)
    with torch.no_grad():
        session.training.trainer.network.get_parameter("0.weight").fill_(torch.nan)
    frames = []

    def compare(phase: Phase) -> None:
        frames.append(number(session, Place(of="output", name="0", index=(0,), sample=0)))
        frames.append(number(session, Place(of="loss", sample=0)))

    session.training.trainer.loss = torch.nn.MSELoss()
    gated(session, compare)
    for frame in frames:
        assert frame.nonfinite == {"value": "nan"}
        assert frame.lines[-1].agrees
        assert frame.lines[-1].nonfinite == {"total": "nan", "held": "nan"}
