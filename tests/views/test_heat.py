import numpy as np
import pytest

from tests.views.layer_frames import SPIRAL, layers, learns
from tui_nn.spec.protocol import Phase
from tui_nn.views.heat import MOST, Heat
from tui_nn.views.scale import LogScale, scale_of


def heat_of(*gradients: float, first: int = 1) -> Heat:
    heat = Heat()
    heat.take(layers(learns("0", "Linear(2, 8)", None), step=first - 1))
    for step, gradient in enumerate(gradients, first):
        heat.take(layers(learns("0", "Linear(2, 8)", gradient), step=step))
    return heat


def test_a_moment_before_the_first_gradient_shows_nothing_but_where_it_began() -> None:
    heat = heat_of(first=6)
    assert heat.steps == []
    assert heat.since == 5
    assert np.isnan(heat.of(["0"], 4)).all()


def test_a_step_has_the_columns_up_to_it() -> None:
    assert heat_of(1, 2, 3, 4).of(["0"], 8).tolist() == [[1, 1, 2, 2, 3, 3, 4, 4]]


def test_a_run_that_is_joined_late_begins_there() -> None:
    heat = Heat()
    heat.take(layers(*SPIRAL, step=5000))
    heat.take(layers(*SPIRAL, step=5100))
    assert heat.since == 4999
    assert heat.steps == [5000, 5100]


def test_at_gradient_it_is_that_of_the_step_that_is_being_made() -> None:
    heat = Heat()
    heat.take(layers(*SPIRAL, step=7, phase=Phase.GRADIENT))
    assert heat.steps == [8]


def test_a_moment_of_the_same_step_takes_its_place_and_going_back_forgets() -> None:
    heat = heat_of(1, 2, 3)
    heat.take(layers(learns("0", "Linear(2, 8)", 9.0), step=2))
    assert heat.steps == [1, 2]
    assert heat.of(["0"], 2)[0, -1] == 9


def test_a_gradient_that_is_no_number_is_kept_as_such() -> None:
    heat = heat_of(1)
    heat.take(layers(learns("0", "Linear(2, 8)", None, nonfinite={"gradient": "inf"}), step=2))
    assert heat.steps == [1, 2]
    assert np.isnan(heat.of(["0"], 2)[0, -1])


def test_its_memory_is_bounded_and_keeps_both_ends() -> None:
    heat = heat_of(*range(1, 5000))
    assert len(heat.steps) <= MOST
    assert (heat.steps[0], heat.steps[-1]) == (1, 4999)


def test_columns_far_before_the_next_moment_are_gaps() -> None:
    alone = heat_of()
    alone.take(layers(learns("0", "Linear(2, 8)", 0.1), step=450))
    assert alone.gaps(10) == [*range(9)]
    steady = heat_of()
    for step in (1, 2, 3, 4, 5, 60, 61, 62):
        steady.take(layers(learns("0", "Linear(2, 8)", 0.1), step=step))
    assert steady.gaps(63) == [*range(6, 57)]
    steady.cut(5)
    assert steady.gaps(6) == []
    assert Heat().gaps(9) == alone.gaps(0) == []


def test_an_unknown_layer_has_no_gradient() -> None:
    assert (heat_of(1, 2).of(["7"], 3) == -1).all()


@pytest.mark.parametrize(
    ("low", "high", "scale"),
    [
        (0.08, 4, LogScale(0.05, 5)),
        (1, 1, LogScale(0.05, 1)),
        (1e-10, 0.3, LogScale(1e-10, 0.5)),
        (1e-30, 0.3, LogScale(0.5e-12, 0.5)),
        (0.99, 1.01, LogScale(0.1, 2)),
    ],
)
def test_a_scale_ends_in_round_numbers(low: float, high: float, scale: LogScale) -> None:
    found = scale_of(low, high)
    assert found.low == pytest.approx(scale.low)
    assert found.high == pytest.approx(scale.high)


def test_the_scale_grows_and_never_shrinks_until_all_is_forgotten() -> None:
    heat = heat_of(0.5, 400)
    assert heat.scale.high == pytest.approx(500)
    for step in range(3, 3 * MOST):
        heat.take(layers(learns("0", "Linear(2, 8)", 0.5), step=step))
    assert heat.scale.high == pytest.approx(500)
    heat.cut(0)
    heat.take(layers(learns("0", "Linear(2, 8)", 0.5), step=1))
    assert heat.scale.high == pytest.approx(0.5)


def test_places_on_a_scale_are_logarithmic_and_stay_inside() -> None:
    places = LogScale(0.01, 1).places(np.array([0.0, 0.001, 0.01, 0.1, 1.0, 30.0, np.nan]))
    assert places[:6].tolist() == pytest.approx([0, 0, 0, 0.5, 1, 1])
    assert np.isnan(places[6])
