import pytest

from tests.spec.support import refusal
from tui_nn.spec.drawing import edits_of, in_words, with_sample, without_sample


def test_what_is_drawn_is_added_to_another_dataset() -> None:
    once = with_sample("spiral(n=500)", (0.5, -1.2, 1), is_split=True)
    assert once == "edited(spiral(n=500), add=((0.5, -1.2, 1),))"
    twice = with_sample(once, (2, 3, 0), is_split=True)
    assert twice == "edited(spiral(n=500), add=((0.5, -1.2, 1), (2, 3, 0)))"
    assert len(edits_of(twice).add) == 2


def test_points_take_it_among_themselves_but_where_they_would_be_split_anew() -> None:
    points = "points([(0, 0, 0), (1, 1, 1)])"
    more = with_sample(points, (2, 2, 1), is_split=False)
    assert more == "points(((0, 0, 0), (1, 1, 1), (2, 2, 1)))"
    assert with_sample(points, (2, 2, 1), is_split=True) == (
        "edited(points(((0, 0, 0), (1, 1, 1))), add=((2, 2, 1),))"
    )
    assert without_sample(more, 1, 3, is_split=False) == "points(((0, 0, 0), (2, 2, 1)))"


def test_what_is_taken_out_is_counted_in_the_data_that_is_edited() -> None:
    once = without_sample("moons(n=20)", 5, 20, is_split=False)
    assert once == "edited(moons(n=20), remove=(5,))"
    # Of the 19 that are left number 5 was number 6.
    twice = without_sample(once, 5, 19, is_split=False)
    assert twice == "edited(moons(n=20), remove=(5, 6))"
    thrice = without_sample(twice, 4, 18, is_split=False)
    assert thrice == "edited(moons(n=20), remove=(5, 6, 4))"
    assert "remove=(5, 6, 4, 7))" in without_sample(thrice, 4, 17, is_split=False)


def test_what_was_added_is_taken_back_and_nothing_of_it_is_left() -> None:
    drawn = "edited(moons(n=20), add=((0, 1, 0), (1, 1, 1)), remove=(3,))"
    one = without_sample(drawn, 19, 21, is_split=False)
    assert one == "edited(moons(n=20), add=((1, 1, 1),), remove=(3,))"
    assert without_sample("edited(moons(n=20), add=((0, 1, 0),))", 20, 21, is_split=True) == (
        "moons(n=20)"
    )


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("csv('mine.csv')", "edited: data is csv('mine.csv')"),
        ("moons(n=1)", "n is 1"),
    ],
)
def test_data_that_can_not_be_edited_is_refused(text: str, said: str) -> None:
    assert said in refusal(lambda: with_sample(text, (1, 2, 0), is_split=False))


def test_too_many_are_refused() -> None:
    many = ", ".join("(-1.23, 4.56, 1)" for _ in range(600))
    assert "too long" in refusal(
        lambda: with_sample(f"edited(moons(), add=[{many}])", (1, 2, 0), is_split=True)
    )
    points = ", ".join("(-1.23, 4.56, 1)" for _ in range(555))
    assert "too long" in refusal(
        lambda: with_sample(f"points([{points}])", (-1.25, 2.25, 0), is_split=False)
    )


def test_the_last_two_points_stay() -> None:
    points = "points([(0, 0, 0), (1, 1, 1)])"
    assert "points" in refusal(lambda: without_sample(points, 1, 2, is_split=False))


def test_what_was_drawn_is_told_in_words() -> None:
    assert in_words("spiral(n=500)") == "spiral(n=500)"
    assert (
        in_words("edited(spiral(), add=[(1, 2, 0)], remove=[1, 2])") == "spiral(), 1 added, 2 out"
    )
    assert in_words("points([(0, 0, 0), (1, 1, 1)])") == "points(((0, 0, 0), (1, 1, 1)))"
    many = ", ".join(f"({i}, 0, 1)" for i in range(30))
    assert in_words(f"edited(points([{many}]), add=[(1, 2, 0)])") == "30 points, 1 added"
    assert in_words("nonsense") == "nonsense"
