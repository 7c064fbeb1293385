"""Whatever way is taken through a run, the same place is the same state."""

from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.engine.travelling import MB, Travelled, look_often
from tests.support import SMALL
from tui_nn.engine.session import Request
from tui_nn.engine.travel import change, go_to, reset


@pytest.fixture(autouse=True)
def often(monkeypatch: pytest.MonkeyPatch) -> None:
    look_often(monkeypatch)


MOVES = st.lists(
    st.one_of(
        st.tuples(st.just("train"), st.integers(1, 12)),
        st.tuples(st.just("go"), st.integers(0, 99)),
        st.tuples(
            st.just("change"),
            st.sampled_from(
                [
                    "optimizer=Adam(lr=0.01)", "optimizer=SGD(lr=0.1)", "train.batch_size=8",
                    "optimizer=SGD(lr=0.2, momentum=0.9)", "train.batch_size=20",
                    "schedule=ExponentialLR(0.9)", "schedule=", "train.seed=3",
                    "loss=SoftMarginLoss()", "loss=BCEWithLogitsLoss()", "train.clip_norm=0.5",
                    "data=moons(n=50, noise=0.1)",
                    "data=edited(moons(n=50, noise=0.1), add=[(1, 1, 0), (0, 1, 1)])",
                ]
            ),
        ),
        st.tuples(st.just("reset"), st.sampled_from([None, 1])),
    ),
    max_size=12,
)  # fmt: skip


def wander(moves: list[tuple[str, Any]], budget: int) -> None:
    """Do the moves; whoever comes twice to the same place finds the same state."""
    gone = Travelled(SMALL, "train.epochs=1000", budget=budget)
    session = gone.session
    seen: dict[tuple[int, int, int], dict[str, str]] = {}

    def look() -> None:
        place = session.branch, session.step, session.changes
        assert seen.setdefault(place, gone.state) == gone.state, place

    for move, value in moves:
        match move:
            case "train":
                for _ in range(value):
                    session.run(Request(until=session.step + 1))
                    look()
            case "go":
                places = sorted({place[:2] for place in seen})
                if places:
                    branch, step = places[value % len(places)]
                    go_to(session, branch, step)
            case "change":
                change(session, [value])
            case "reset":
                reset(session, value)
        look()
    for branch, step in {place[:2] for place in seen}:
        go_to(session, branch, step)
        look()


BUDGETS = st.sampled_from([0, 1, 100_000, 64 * MB])
changed_where_a_branch_was_left = example(
    [
        ("reset", 1),
        ("reset", None),
        ("train", 5),
        ("go", 1),
        ("change", "optimizer=Adam(lr=0.01)"),
    ],
    0,
)


@given(MOVES, BUDGETS)
@changed_where_a_branch_was_left
@settings(max_examples=25, deadline=None)
def test_whatever_way_is_taken_the_same_place_is_the_same_state(
    moves: list[tuple[str, Any]], budget: int
) -> None:
    wander(moves, budget)


@pytest.mark.slow
@given(MOVES, BUDGETS)
@changed_where_a_branch_was_left
@settings(max_examples=300, deadline=None)
def test_whatever_way_is_taken_the_same_place_is_the_same_state_in_many_tries(
    moves: list[tuple[str, Any]], budget: int
) -> None:
    wander(moves, budget)
