import numpy as np
import pytest

from tests.views.support import evaluated, started, stepped
from tui_nn.spec.protocol import Phase
from tui_nn.spec.protocol.frames import CurvesFrame
from tui_nn.views.series import MOST, AllSeries, Series


def filled(values: np.ndarray, *pieces: int) -> Series:
    """A series of steps 1 … n, told in pieces of these sizes by turns."""
    series, at, turn = Series(), 0, 0
    while at < len(values):
        size = pieces[turn % len(pieces)]
        series.add(np.arange(at + 1, at + size + 1)[: len(values) - at], values[at : at + size])
        at, turn = at + size, turn + 1
    return series


def test_few_values_are_kept_as_they_are() -> None:
    blocks = filled(np.array([3.0, 1, 2]), 2).blocks
    assert blocks.steps.tolist() == [1, 2, 3]
    assert blocks.last.tolist() == blocks.low.tolist() == blocks.high.tolist() == [3, 1, 2]
    assert blocks.points()[1].tolist() == [3, 1, 2]


@pytest.mark.parametrize("pieces", [(1,), (7, 1, 300), (100_000,), (4_097,)])
def test_of_very_many_values_blocks_keep_ends_extremes_and_sums(pieces: tuple[int, ...]) -> None:
    values = np.random.default_rng(0).normal(size=20_001)
    series = filled(values, *pieces)
    blocks = series.blocks
    assert MOST / 4 <= len(blocks) <= MOST
    assert blocks.steps[-1] == 20_001
    starts = np.append(0, blocks.steps[:-1]).astype(int)
    ends = blocks.steps.astype(int)
    for block in (0, 1, len(blocks) // 2, len(blocks) - 1):
        held = values[starts[block] : ends[block]]
        assert blocks.last[block] == held[-1]
        assert (blocks.low[block], blocks.high[block]) == (held.min(), held.max())
        assert values[int(blocks.low_at[block]) - 1] == held.min()
        assert values[int(blocks.high_at[block]) - 1] == held.max()
        assert blocks.count[block] == len(held)
        assert blocks.total[block] == pytest.approx(held.sum())


def test_one_by_one_is_the_same_as_in_pieces() -> None:
    values = np.random.default_rng(1).normal(size=20_000)
    values[777] = np.nan
    one_by_one, at_once = Series(), filled(values, 512)
    for step, value in enumerate(values.tolist(), 1):
        one_by_one.add_one(step, value)
    assert len(one_by_one.blocks) == len(at_once.blocks)
    np.testing.assert_allclose(one_by_one.blocks.table, at_once.blocks.table)
    assert one_by_one.broken is not None
    assert at_once.broken is not None
    assert one_by_one.broken[0] == at_once.broken[0] == 778


def test_what_is_known_already_is_not_taken_twice() -> None:
    series = filled(np.array([3.0, 1, 2]), 3)
    series.add(np.array([2, 3, 4]), np.array([9.0, 9, 5]))
    series.add_one(4, 8.0)
    assert series.blocks.last.tolist() == [3, 1, 2, 5]


def test_what_is_not_finite_breaks_the_line_and_is_remembered() -> None:
    blocks = (series := filled(np.array([1.0, np.nan, 2, np.inf]), 4)).blocks
    assert (series.broken or (0, 0.0))[0] == 2
    np.testing.assert_array_equal(blocks.points()[1], [1, np.nan, 2, np.nan])
    assert blocks.range == (1.0, 2.0)
    assert filled(np.array([np.nan]), 1).blocks.range is None


def test_a_branch_is_its_parents_up_to_where_it_left() -> None:
    told = AllSeries()
    told.take(started())
    told.take(stepped(1, [5, 4, 3, 2]))
    told.take(stepped(3, [30, 20], branch=1))
    assert told.of("loss", {0: 2, 1: 4}).last.tolist() == [5, 4, 30, 20]
    assert told.of("loss", {0: 3}).last.tolist() == [5, 4, 3]
    assert told.of("nothing", {0: 3}).last.tolist() == []


def test_metrics_of_both_parts_are_told_apart() -> None:
    told = AllSeries()
    told.take(evaluated(40, {"loss": float("inf"), "accuracy": 0.5}, {"loss": 0.7}))
    assert told.of("train.loss", {0: 40}).last.tolist() == [float("inf")]
    assert told.of("val.loss", {0: 40}).last.tolist() == [0.7]
    assert told.broken("train.loss", {0: 40}) == (40, float("inf"))
    assert told.broken("train.loss", {0: 39}) is None


def test_a_gradient_belongs_to_the_step_that_made_it() -> None:
    told = AllSeries()
    for step, phase, gradient in (
        (0, Phase.OPTIMIZER, 9.0),  # before the first step
        (0, Phase.GRADIENT, 1.0),
        (1, Phase.UPDATE, 1.0),
        (1, Phase.FORWARD, 9.0),  # still that of step 1
        (1, Phase.GRADIENT, 2.0),
        (5, Phase.EVALUATE, 3.0),
    ):
        told.look(CurvesFrame(step=step, phase=phase, loss=1.0, lr=0.1, gradient=gradient))
    broken = {"gradient": "nan"}
    told.look(
        CurvesFrame(step=6, phase=Phase.UPDATE, loss=1.0, lr=0.1, gradient=None, nonfinite=broken)
    )
    blocks = told.of("gradient", {0: 9})
    assert blocks.steps.tolist() == [1, 2, 5, 6]
    np.testing.assert_array_equal(blocks.last, [1, 2, 3, np.nan])


def test_a_new_run_begins_empty() -> None:
    told = AllSeries()
    told.take(stepped(1, [5, 4]))
    told.take(started())
    assert len(told.of("loss", {0: 9})) == 0
