"""Moments within a budget: the first and the last stay, the nearest earlier one is found."""

from dataclasses import replace
from functools import cache
from itertools import pairwise

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from tests.support import MOONS, prepared
from tui_nn.engine import timeline as module
from tui_nn.engine.timeline import OVERHEAD, SHARE, Timeline
from tui_nn.engine.training import Moment, Training


@cache
def first() -> Moment:
    return Training(prepared(MOONS)).moment(0, 0)


def moment(step: int, branch: int = 0, changes: int = 0) -> Moment:
    snapshot = replace(first().snapshot, step=step)
    return replace(first(), branch=branch, changes=changes, snapshot=snapshot)


def size() -> int:
    return first().nbytes + OVERHEAD


def kept(timeline: Timeline) -> list[tuple[int, int, int]]:
    """Branch, step and changes of what is kept, as it can be asked for."""
    found = []
    for branch in range(10):
        for step in range(1, 1200):
            for changes in range(4):
                got = timeline.before({branch: (step - 1, changes)}, step)
                if got and (got.step, got.changes) == (step - 1, changes):
                    found.append((branch, step - 1, changes))
    return found


def steps_kept(timeline: Timeline, last: int) -> list[int]:
    found = (timeline.before({0: (step, 0)}, step + 1) for step in range(last + 1))
    return sorted({got.step for got in found if got})


def test_within_the_budget_everything_is_kept() -> None:
    timeline = Timeline(10 * size(), 0.0)
    for step in range(10):
        timeline.keep(moment(step))
    assert steps_kept(timeline, 10) == list(range(10))


@pytest.mark.parametrize("budget", [2, 3, 8, 20])
def test_the_budget_in_bytes_is_never_exceeded_and_the_first_and_last_stay(budget: int) -> None:
    timeline = Timeline(budget * size() + 1, 0.0)
    for step in range(0, 1000, 7):
        timeline.keep(moment(step))
        steps = steps_kept(timeline, step)
        assert len(steps) <= budget
        assert (steps[0], steps[-1]) == (0, step)


def test_what_is_near_now_is_dense_and_what_is_long_ago_is_sparse() -> None:
    timeline = Timeline(20 * size(), 0.0)
    for step in range(1000):
        timeline.keep(moment(step))
    steps = steps_kept(timeline, 1000)
    assert len(steps) == 20
    gaps = [b - a for a, b in pairwise(steps)]
    assert gaps[-1] <= 2
    assert sum(gaps[-5:]) < sum(gaps[:5]) / 5
    assert max(gaps) < 500


def test_a_budget_of_none_keeps_the_newest_alone() -> None:
    timeline = Timeline(0, 0.0)
    for step in (0, 5, 9):
        timeline.keep(moment(step))
    assert steps_kept(timeline, 20) == [9]


def test_the_first_of_each_branch_stays_however_small_the_budget() -> None:
    timeline = Timeline(1, 0.0)
    for branch, step in ((0, 0), (0, 4), (0, 8), (1, 4), (1, 6), (2, 6), (2, 9)):
        timeline.keep(moment(step, branch))
    assert kept(timeline) == [(0, 0, 0), (1, 4, 0), (2, 6, 0), (2, 9, 0)]


def test_going_back_and_on_again_replaces_what_is_there() -> None:
    timeline = Timeline(5 * size(), 0.0)
    for step in (0, 10, 20, 30, 40, 0, 10, 20, 0):
        timeline.keep(moment(step))
    assert steps_kept(timeline, 50) == [0, 10, 20, 30, 40]
    for step in range(1, 10):
        timeline.keep(moment(step))
    steps = steps_kept(timeline, 50)
    assert len(steps) == 5
    assert {0, 9} < set(steps)


def test_there_are_never_more_than_can_be_looked_through(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST", 6)
    timeline = Timeline(10**12, 0.0)
    for step in range(50):
        timeline.keep(moment(step))
    assert len(steps_kept(timeline, 60)) == 6


@given(
    st.lists(st.tuples(st.integers(0, 2), st.integers(0, 9), st.integers(0, 3)), unique=True),
    st.dictionaries(st.integers(0, 2), st.tuples(st.integers(0, 9), st.integers(0, 3))),
    st.integers(0, 9),
)
def test_the_nearest_earlier_moment_on_the_way_is_found(
    places: list[tuple[int, int, int]], way: dict[int, tuple[int, int]], step: int
) -> None:
    timeline = Timeline(10**9, 0.0)
    for branch, at, changes in places:
        timeline.keep(moment(at, branch, changes))
    found = timeline.before(way, step)
    fitting = [
        (at, changes)
        for branch, at, changes in places
        if branch in way and at <= way[branch][0] and changes <= way[branch][1]
        and (at < step or at == step == 0)
    ]  # fmt: skip
    assert (None if found is None else (found.step, found.changes)) == max(fitting, default=None)


def test_moments_are_as_far_apart_as_they_are_dear() -> None:
    clock = [0.0]

    def taken(seconds: float) -> Moment:
        clock[0] += seconds
        return moment(0)

    def due_after(seconds: float) -> bool:
        clock[0] += seconds
        return timeline.is_due

    timeline = Timeline(10 * size(), 0.25, clock=lambda: clock[0])
    assert [due_after(0.2), due_after(0.1)] == [False, True]
    timeline.take(lambda: taken(0.001))
    assert [due_after(0.2), due_after(0.1)] == [False, True]
    timeline.take(lambda: taken(1.0))
    assert [due_after(1.0 / SHARE - 0.01), due_after(0.02)] == [False, True]


def test_numbers_that_are_not_finite_are_not_returned_to() -> None:
    timeline = Timeline(10 * size(), 0.0)
    timeline.keep(moment(0))
    network = {"w": torch.tensor([1.0, float("nan")])}
    bad = replace(moment(5), snapshot=replace(moment(5).snapshot, network=network))
    assert timeline.take(lambda: bad) is None
    assert steps_kept(timeline, 10) == [0]
