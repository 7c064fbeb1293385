import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from tui_nn.plot.decimate import FloatArray, decimate

lengths = st.integers(0, 60)
y_values = lengths.flatmap(
    lambda n: arrays(np.float64, n, elements=st.floats(-9, 9) | st.just(np.nan) | st.just(np.inf))
)


def column_of(x: FloatArray, points: FloatArray, columns: int) -> FloatArray:
    """The column of each of `points`, by the definition of equal columns over x."""
    return np.asarray(np.minimum(np.floor((points - x[0]) / (x[-1] - x[0]) * columns), columns - 1))


@given(y_values, st.integers(1, 12))
def test_each_column_keeps_its_lowest_and_highest_point_and_no_other(
    y: FloatArray, columns: int
) -> None:
    x = np.arange(len(y), dtype=np.float64)
    pieces = decimate(x, y, columns)
    kept_x = np.concatenate([piece[0] for piece in pieces] or [np.empty(0)])
    kept_y = np.concatenate([piece[1] for piece in pieces] or [np.empty(0)])
    assert np.all(np.diff(kept_x) > 0)
    np.testing.assert_array_equal(y[kept_x.astype(int)], kept_y)
    if len(x) < 2:
        return
    of_all, of_kept = column_of(x, x, columns), column_of(x, kept_x, columns)
    for column in range(columns):
        values = y[(of_all == column) & np.isfinite(y)]
        kept = kept_y[of_kept == column]
        assert set(kept) == ({values.min(), values.max()} if len(values) else set())
        assert len(kept) <= 2


def test_one_spike_among_a_million_points_stays() -> None:
    y = np.zeros(1_000_000)
    y[617_283] = 7.0
    ((x, kept),) = decimate(np.arange(1_000_000.0), y, 80)
    assert len(kept) <= 160
    assert x[kept == 7.0].tolist() == [617_283.0]


def test_values_that_are_not_finite_break_the_line() -> None:
    y = np.array([1, 2, np.nan, 3, np.inf, -np.inf, 4, 5])
    pieces = decimate(np.arange(8.0), y, 8)
    assert [piece[1].tolist() for piece in pieces] == [[1, 2], [3], [4, 5]]


def test_values_not_finite_at_the_ends_leave_one_piece() -> None:
    ((x, _),) = decimate(np.arange(4.0), np.array([np.nan, 1, 2, np.nan]), 4)
    assert x.tolist() == [1, 2]


def test_nothing_finite_gives_no_pieces() -> None:
    assert decimate(np.arange(3.0), np.full(3, np.nan), 5) == []
    assert decimate(np.empty(0), np.empty(0), 5) == []


def test_points_above_one_another_share_a_column() -> None:
    ((_, y),) = decimate(np.full(5, 3.0), np.array([2.0, 1, 5, 4, 3]), 10)
    assert y.tolist() == [1, 5]
