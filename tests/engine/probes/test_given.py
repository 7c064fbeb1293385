"""An input of one's own, answered as the network answers samples of the data."""

import numpy as np
import pytest
import torch

from tests.engine.probes.support import PICTURES, TOKENS, unpack, view
from tests.spec.support import refusal
from tests.support import MOONS
from tui_nn.engine.probes.look import look
from tui_nn.spec.protocol.frames import Activations, Given, GivenFrame, Samples

IRIS = """
data = "iris()"
network = ["Linear(4, 3)"]
loss = "CrossEntropyLoss()"
optimizer = "SGD(lr=0.1)"
[train]
threads = 1
"""
CURVE = """
data = "sine(n=20)"
network = ["Linear(1, 4)", "Tanh()", "Linear(4, 1)"]
loss = "MSELoss()"
optimizer = "SGD(lr=0.1)"
[train]
threads = 1
"""


@pytest.mark.parametrize("text", [MOONS, PICTURES, IRIS, CURVE])
def test_a_sample_written_by_hand_is_answered_as_that_sample(text: str) -> None:
    at = view(text, steps=3)
    x = unpack(look(at, Samples(samples=(7,))).x)  # type: ignore[union-attr]
    found = look(at, Given(inputs=tuple(map(float, x.ravel()))))
    known = look(at, Activations(sample=7))
    assert isinstance(found, GivenFrame)
    assert found.answer == known.answer  # type: ignore[union-attr]
    last = unpack(known.layers[-1].value)  # type: ignore[union-attr]
    np.testing.assert_allclose(unpack(found.output), last, rtol=1e-6, atol=1e-6)


def test_classes_have_their_probabilities_and_values_have_none() -> None:
    found = look(view(PICTURES), Given(inputs=(0.0,) * 64))
    assert isinstance(found, GivenFrame)
    assert found.probabilities is not None
    shares = torch.tensor(unpack(found.output)).softmax(0).numpy()
    np.testing.assert_allclose(unpack(found.probabilities), shares, rtol=1e-6)
    curve = look(view(CURVE), Given(inputs=(0.5,)))
    assert isinstance(curve, GivenFrame)
    assert curve.probabilities is None


@pytest.mark.parametrize(
    ("text", "inputs", "said"),
    [
        (MOONS, (1.0,), "1 numbers are given, an input is 2: give 2 finite ones"),
        (MOONS, (1.0, float("nan")), "give 2 finite ones"),
        (PICTURES, (1.0,) * 63, "63 numbers are given, an input is 1x8x8"),
        (TOKENS, (1.0, 2.0), "inputs are tokens here"),
    ],
)
def test_what_the_network_can_not_take_is_refused(
    text: str, inputs: tuple[float, ...], said: str
) -> None:
    assert said in refusal(lambda: look(view(text), Given(inputs=inputs)))
