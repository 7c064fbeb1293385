import textwrap

import pytest

from tests.views.support import present, started, world_of
from tui_nn.views import wrapping
from tui_nn.views.desk import LOOK_FOR, Desk
from tui_nn.views.home import plan
from tui_nn.views.layout import FOOT, HEAD, Heights, arrange

NEEDS = {
    1: Heights(3, want=range(4, 15)),
    2: Heights(2, need=[7], want=[3], more=[12]),
    3: Heights(1, want=[2, 3], more=[6]),
    4: Heights(2, want=[4]),
    LOOK_FOR: Heights(2, need=range(3, 6)),
}


def heights(rows: int) -> dict[int, int]:
    """Rows of the panels at the left, without their titles, where all of them have so many."""
    home = arrange(120, rows + HEAD + FOOT, Desk(), NEEDS)
    return {slot.panel: slot.inner[1] for slot in home.slots if slot.x == 0 and slot.panel < 5}


@pytest.mark.parametrize(
    ("rows", "given"),
    [
        (15, {1: 3, 2: 2, 3: 1, 4: 2, LOOK_FOR: 2}),
        (18, {1: 3, 2: 2, 3: 1, 4: 2, LOOK_FOR: 5}),
        (23, {1: 3, 2: 7, 3: 1, 4: 2, LOOK_FOR: 5}),
        (27, {1: 3, 2: 7, 3: 3, 4: 4, LOOK_FOR: 5}),
        (38, {1: 14, 2: 7, 3: 3, 4: 4, LOOK_FOR: 5}),
        (41, {1: 14, 2: 7, 3: 6, 4: 4, LOOK_FOR: 5}),
        (46, {1: 14, 2: 12, 3: 6, 4: 4, LOOK_FOR: 5}),
    ],
)
def test_what_is_needed_comes_before_what_is_wanted_and_that_before_more(
    rows: int, given: dict[int, int]
) -> None:
    assert heights(rows) == given


def test_panels_have_only_rows_that_they_have_use_for() -> None:
    for rows in range(15, 60):
        given = heights(rows)
        for panel in (1, 2, 3, 4):
            needs = NEEDS[panel]
            assert given[panel] in (needs.least, *needs.need, *needs.want, *needs.more)
        assert sum(given.values()) + len(given) == rows


def test_where_rows_are_few_the_last_are_left_out() -> None:
    assert set(heights(14)) == {1, 2, 3, 4}


def test_texts_are_wrapped_once_for_all_frames(monkeypatch: pytest.MonkeyPatch) -> None:
    wrapping.wrapped.cache_clear()
    wrapped: list[str] = []

    def wrap(text: str, width: int) -> list[str]:
        wrapped.append(text)
        return textwrap.wrap(text, width)

    monkeypatch.setattr(wrapping, "wrap", wrap)
    experiment = {"about": "Look here,\nonce.", "optimizer": "Adam()", "loss": "MSELoss()"}
    world = world_of(started(experiment=experiment), present(1))
    first = plan(world, Desk(), (120, 36))
    assert "Look here," in wrapped
    count = len(wrapped)
    assert plan(world, Desk(), (120, 36)) == first
    assert len(wrapped) == count
    plan(world, Desk(), (200, 50))
    assert len(wrapped) > count


def test_a_percent_sign_stays_with_its_number() -> None:
    assert wrapping.wrapped("about 60 % are", 9) == ("about", "60 % are")
