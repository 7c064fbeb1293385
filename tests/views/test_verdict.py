import pytest

from tests.views.layer_frames import (
    SPIRAL,
    bends,
    layers,
    learns,
    show,
    sigmoids,
    trained_on,
)
from tests.views.support import started, world_of
from tui_nn.spec.protocol.frames import LayersFrame
from tui_nn.views.verdict import Verdict, verdict


def said(
    frame: LayersFrame, *, first: LayersFrame | None = None, init: str | None = None
) -> Verdict:
    run = trained_on(frame, **({"init": init} if init else {}))
    found = verdict(show(world_of(run), *([first] if first else []), frame))
    assert found is not None
    return found


def test_before_the_first_gradient_nothing_is_said() -> None:
    frame = layers(learns("0", "Linear(2, 8)", None))
    assert verdict(show(world_of(started()), frame)) is None


def test_layers_that_learn_are_well() -> None:
    found = said(layers(*SPIRAL))
    assert (found.sign, found.short) == ("✓", "no layer vanishes or explodes")
    assert found.note == "all layers learn"


def test_the_first_layer_that_vanishes_is_named_with_what_helps() -> None:
    found = said(layers(*sigmoids(1.2e-10, 4e-9, 3e-2, 0.04)))
    assert found.sign == "✗"
    assert found.short == "0 Linear vanishes: 3e-9 of last"
    assert found.sentences == (
        "0 Linear vanishes: |gradient| is 3e-9 of the last layer's.",
        "What helps: ReLU() with init='kaiming_normal_()', BatchNorm or Residual.",
        "On the way back each layer multiplies the gradient by its weights and slopes, and they "
        "are small.",
    )
    assert found.note == "2 of 4 layers asleep"


def test_relu_alone_is_not_said_to_help_where_it_is_there() -> None:
    rows = (learns("0", "Linear(8, 8)", 1e-7), bends("1", "ReLU()"), learns("2", "Linear(8, 1)"))
    assert said(layers(*rows)).sentences[1] == (
        "What helps: init='kaiming_normal_()', BatchNorm or Residual."
    )
    found = said(layers(*rows), init="kaiming_normal_()")
    assert found.sentences[1] == "What helps: BatchNorm or Residual."


def test_with_all_that_helps_fewer_layers_are_left() -> None:
    rows = (
        learns("0.0", "Linear(8, 8)", 1e-7),
        bends("0.1", "ReLU()"),
        learns("1", "BatchNorm1d(8)"),
        learns("2", "Linear(8, 1)"),
    )
    assert said(layers(*rows), init="kaiming_normal_()").sentences[1] == "What helps: fewer layers."


def test_layer_norm_before_a_sigmoid_is_not_said_to_be_enough() -> None:
    rows = (learns("0", "LayerNorm(8)", 1e-9), *sigmoids(1e-9, 1)[1:])
    assert "BatchNorm" in said(layers(*rows)).sentences[1]


@pytest.mark.parametrize(("share", "vanishes"), [(2e-4, False), (5e-5, True)])
def test_it_vanishes_below_a_ten_thousandth_of_the_last(share: float, vanishes: bool) -> None:
    assert ("Linear vanishes" in said(layers(*sigmoids(share, 1.0))).short) is vanishes


def test_a_gradient_beyond_its_start_explodes() -> None:
    first, now = layers(*sigmoids(0.1, 0.2)), layers(*sigmoids(3.0, 400.0), step=9)
    found = said(now, first=first)
    assert found.short == "2 Linear explodes: 2e3 x first"
    assert found.sentences[1] == "What helps: lr=0.01 or train.clip_norm=1."


def test_a_layer_that_wakes_from_nothing_does_not_explode() -> None:
    first, now = layers(*sigmoids(1e-9, 0.2)), layers(*sigmoids(0.1, 0.2), step=9)
    assert said(now, first=first).sign == "✓"


def test_a_first_layer_far_above_the_last_explodes() -> None:
    assert said(layers(*sigmoids(50.0, 0.01))).short == "0 Linear explodes: 5e3 x last"


@pytest.mark.parametrize("word", ["nan", "inf"])
def test_what_is_no_number_is_said_first(word: str) -> None:
    rows = (learns("0", "Linear(2, 8)", None, nonfinite={"gradient": word}), *sigmoids(1, 1)[2:])
    found = said(layers(*rows))
    assert (found.short, found.note) == (f"0 Linear: |gradient| is {word}", "")


def test_a_batch_that_asks_for_nothing_is_no_fault_of_a_layer() -> None:
    found = said(layers(*sigmoids(0.0, 0.0)))
    assert (found.sign, found.short) == ("!", "|gradient| is 0 in every layer")


def test_a_layer_before_units_that_are_all_dead_sleeps_for_good() -> None:
    rows = (learns("0", "Linear(4, 8)", 0.0), bends("1", "ReLU()", dead=1.0), SPIRAL[4])
    found = said(layers(*rows))
    assert found.short == "0 Linear sleeps: |gradient| is 0"
    assert found.sentences[2] == "Every unit of 1 ReLU gives 0 for every sample."
    alive = (rows[0], bends("1", "ReLU()"), SPIRAL[4])
    assert said(layers(*alive)).sentences[1] == "This batch asks it for no change."


@pytest.mark.parametrize(("dead", "sign"), [(0.2, "✓"), (0.375, "!")])
def test_many_dead_units_are_told(dead: float, sign: str) -> None:
    rows = (learns("0", "Linear(4, 8)"), bends("1", "ReLU()", dead=dead), SPIRAL[4])
    found = said(layers(*rows))
    assert found.sign == sign
    assert sign == "✓" or found.short == "1 ReLU: 38% of units dead"


@pytest.mark.parametrize(
    "frame",
    [
        layers(*sigmoids(*(10.0**power for power in range(-12, 0)))),
        layers(*sigmoids(*[1e6] * 11, 1e-6)),
        layers(*sigmoids(*[0.0] * 11, 1)),
        layers(learns("10", "BatchNorm2d(8)"), bends("11", "LeakyReLU()", dead=0.9)),
    ],
)
def test_the_short_form_fits_the_narrowest_panel(frame: LayersFrame) -> None:
    assert len(said(frame).short) <= 34
