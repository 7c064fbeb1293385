"""What keys say in the moment's line: why nothing happens, and for how long it stands."""

import pytest

from tests.app.taped import Person, walked

SIZES = [(120, 36), (80, 24)]


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("key", "PNSE")
def test_a_way_back_from_the_first_step_says_that_nothing_is_before_it(
    key: str, size: tuple[int, int]
) -> None:
    async def walk(person: Person) -> None:
        await person.press(key, "nothing before the first step")

    walked("and-gate", size, walk)


def test_a_panel_with_one_view_says_so() -> None:
    async def walk(person: Person) -> None:
        await person.press("3", "━ 3 Loss")
        await person.press("v", "one view here")

    walked("and-gate", (120, 36), walk)


def test_a_pace_of_one_is_one_step_a_second() -> None:
    async def walk(person: Person) -> None:
        await person.press("minus", "pace: 1 step a second")
        await person.press("plus", "pace: 2 steps a second")

    walked("and-gate", (120, 36), walk)
