import math
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui_nn.plot.axis import LARGEST, SMALLEST, Axis, linear_axis, log_axis

values = st.floats(-LARGEST, LARGEST).filter(lambda v: v == 0 or abs(v) >= SMALLEST)
positive = st.floats(SMALLEST, LARGEST)
most_ticks = st.integers(3, 12)


def named_values(axis: Axis) -> list[float]:
    """The values a reader takes from the labels and the base."""
    base = Decimal(axis.base.replace(",", "") or "0")
    return [float(base + Decimal(label.replace(",", ""))) for label in axis.labels]


@given(values, values, most_ticks, st.booleans())
def test_a_linear_axis_spans_the_data_with_even_ticks_that_say_what_they_are(
    first: float, second: float, most: int, whole: bool
) -> None:
    low, high = sorted((first, second))
    axis = linear_axis(low, high, most, whole=whole)
    slack = 1e-8 * (axis.high - axis.low)
    assert axis.low <= low + slack
    assert axis.high >= high - slack
    assert (axis.ticks[0], axis.ticks[-1]) == (axis.low, axis.high)
    assert 2 <= len(axis.ticks) <= most
    gaps = [b - a for a, b in zip(axis.ticks, axis.ticks[1:], strict=False)]
    assert gaps == pytest.approx([gaps[0]] * len(gaps), rel=1e-3)
    assert named_values(axis) == pytest.approx(list(axis.ticks), rel=1e-12, abs=slack)
    assert len(set(axis.labels)) == len(axis.labels)


@given(values, values, most_ticks)
def test_without_snapping_the_ends_stay_and_ticks_lie_between(
    first: float, second: float, most: int
) -> None:
    low, high = sorted((first, second))
    axis = linear_axis(low, high, most, snap=False)
    slack = 1e-8 * (axis.high - axis.low)
    assert axis.low <= low <= high <= axis.high
    assert len(axis.ticks) <= most
    assert all(axis.low - slack <= tick <= axis.high + slack for tick in axis.ticks)


@given(positive, positive, most_ticks)
def test_a_log_axis_spans_the_data_with_ticks_that_say_what_they_are(
    first: float, second: float, most: int
) -> None:
    low, high = sorted((first, second))
    axis = log_axis(low, high, most)
    assert 0 < axis.low <= low * (1 + 1e-8)
    assert axis.high >= high * (1 - 1e-8)
    assert 2 <= len(axis.ticks) <= most
    assert axis.low <= axis.ticks[0] < axis.ticks[-1] <= axis.high
    assert named_values(axis) == pytest.approx(list(axis.ticks), rel=1e-12)


@pytest.mark.parametrize(
    ("low", "high", "most", "labels"),
    [
        (0.01, 0.7, 6, ("0", "0.2", "0.4", "0.6", "0.8")),
        (0.01, 0.7, 4, ("0", "0.4", "0.8")),
        (0.31, 0.98, 4, ("0.2", "0.6", "1.0")),
        (-1, 1, 3, ("-1", "0", "1")),
        (0, 3200, 6, ("0", "1,000", "2,000", "3,000", "4,000")),
        (0, 1_400_000, 5, ("0", "500,000", "1,000,000", "1,500,000")),
        (0, 14_000_000, 5, ("0", "0.5e7", "1.0e7", "1.5e7")),
        (0, 1e-7, 3, ("0", "0.5e-7", "1.0e-7")),
        (0.0, 0.0, 3, ("0", "0.5", "1.0")),
        (0.5, 0.5, 3, ("0.45", "0.50", "0.55")),
    ],
)
def test_linear_labels_are_round_and_equally_precise(
    low: float, high: float, most: int, labels: tuple[str, ...]
) -> None:
    assert linear_axis(low, high, most).labels == labels


@pytest.mark.parametrize(
    ("low", "high", "most", "labels"),
    [
        (0.01, 0.7, 7, ("0.01", "0.02", "0.05", "0.1", "0.2", "0.5", "1")),
        (0.01, 0.7, 4, ("0.01", "0.1", "1")),
        (2.0, 50.0, 4, ("2", "10", "50")),
        (3e-5, 2.0, 5, ("1e-4", "1e-3", "0.01", "0.1", "1")),
        (1e-30, 1e30, 7, ("1e-30", "1e-20", "1e-10", "1", "1e10", "1e20", "1e30")),
        (0.69, 0.70, 3, ("0.690", "0.695", "0.700")),
        (0.018, 0.03, 5, ("0.015", "0.020", "0.025", "0.030")),
        (1.0, 1.0, 5, ("0.5", "1", "2")),
        (0.03, 0.03, 5, ("0.02", "0.05")),
    ],
)
def test_log_labels_are_powers_of_ten_or_one_two_five_or_even_where_the_range_is_tiny(
    low: float, high: float, most: int, labels: tuple[str, ...]
) -> None:
    assert log_axis(low, high, most).labels == labels


def test_a_tiny_range_far_from_zero_is_written_as_distances_from_a_round_base() -> None:
    tiny = linear_axis(6.2361e-7, 6.2364e-7, 5)
    assert tiny.base == "6.236e-7"
    axis = linear_axis(123456.7891, 123456.7894, 5)
    assert axis.base == "123,456.789"
    assert axis.labels == ("+0.0001", "+0.0002", "+0.0003", "+0.0004")
    around = linear_axis(1 - 1e-7, 1 + 1e-7, 3)
    assert (around.base, around.labels) == ("1", ("-1e-7", "0", "+1e-7"))


def test_zero_is_never_written_with_decimals() -> None:
    for exponent in range(-12, 6):
        labels = linear_axis(-(10.0**exponent), 10.0**exponent, 5).labels
        assert "0" in labels
        assert [label for label in labels if not label.strip("+-0.")] == ["0"]


def test_whole_numbers_get_no_ticks_between() -> None:
    assert linear_axis(0, 2, 9, whole=True).labels == ("0", "1", "2")
    assert linear_axis(3, 3, 9, whole=True).labels == ("2", "3", "4")
    assert linear_axis(0, 3, 9, whole=True, snap=False).labels == ("0", "1", "2", "3")


def test_places_run_from_0_at_the_low_end_to_1_at_the_high_end() -> None:
    assert linear_axis(0, 8, 5).place(2) == pytest.approx(0.25)
    log = log_axis(0.01, 1.0, 3)
    assert log.place(0.1) == pytest.approx(0.5)
    assert log.place(math.sqrt(0.1)) == pytest.approx(0.75)
