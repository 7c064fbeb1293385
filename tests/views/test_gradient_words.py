"""6 Gradient at length: what its verdict means comes first, and what helps."""

import pytest

from tests.views.layer_frames import SPIRAL, bends, layers, learns, show, sigmoids
from tests.views.neuron_run import NeuronRun
from tests.views.support import started, world_of
from tui_nn.spec.protocol.frames import LayersFrame
from tui_nn.views.gradient_words import explained

DEAD = layers(learns("0", "Linear(4, 8)", 0.0), bends("1", "ReLU()", dead=1.0), SPIRAL[4])


@pytest.mark.parametrize(
    ("frame", "said", "word"),
    [
        (layers(*sigmoids(1e-10, 0.04)), "✗ 0 Linear vanishes: |gradient| is", "vanishing"),
        (layers(*sigmoids(50.0, 0.01)), "✗ 0 Linear explodes: |gradient| is", "exploding"),
        (DEAD, "✗ 0 Linear sleeps: |gradient| is 0. Every unit of 1 ReLU", "asleep"),
        (layers(*sigmoids(0.0, 0.0)), "! |gradient| is 0 in every layer.", "asleep"),
    ],
)
def test_what_is_said_now_is_explained_first_with_what_helps(
    frame: LayersFrame, said: str, word: str
) -> None:
    now, first, *others = explained(show(world_of(started()), frame)).split("\n\n")
    assert now.startswith(said)
    assert now.endswith("The key i offers what helps.")
    assert first.startswith(f"{word}  ")
    assert "What helps:" in first
    assert len(others) == 2


def test_where_all_is_well_the_words_for_what_is_not_are_explained() -> None:
    text = explained(show(world_of(started()), layers(*SPIRAL)))
    assert text.startswith("✓ No layer vanishes or explodes.\n\nvanishing  ")
    assert explained(world_of(started())) == ""


def test_of_a_neuron_it_is_told_where_its_error_comes_from() -> None:
    assert explained(NeuronRun().world).startswith("The step function is flat on both sides of 0")
    world = NeuronRun(activation="Sigmoid", loss="BCELoss()").world
    assert explained(world).startswith("error = y − t: the sigmoid's slope")
