"""Walks that must feel good: a learner's on the AND gate key by key, and what others must read."""

import re

import pytest

from tests.app.taped import Person, walked

SIZES = [(120, 36), (80, 24)]


async def into_the_loop(person: Person) -> None:
    """p goes once through the choices, then through the first step."""
    assert "▐1 Network▌" in person.screen
    for lit in ("2 Data", "3 Loss", "4 Optimizer"):
        await person.press("p", f"▐{lit}▌")
    assert "step 0 " in person.screen
    for lit in ("5 Forward", "6 Gradient", "7 Update", "8 Evaluate"):
        await person.press("p", f"▐{lit}▌")
        assert "step 1 " in person.screen


async def to_the_first_change(person: Person) -> str:
    """The screen after step 4."""
    await into_the_loop(person)
    for step in (2, 3, 4):
        await person.press("s", f"step {step} ")
    return await person.sees(changed(4, "1 1 1 0", "+1 +1 +1"))


def changed(step: int, sample: str, by: str) -> str:
    """What a row of 7 Update begins with."""
    return f"{step:2}  {sample}   {by}"


@pytest.mark.parametrize("size", SIZES)
def test_nothing_is_known_before_it_has_happened(size: tuple[int, int]) -> None:
    async def walk(person: Person) -> None:
        for lit in ("2 Data", "3 Loss", "4 Optimizer"):
            await person.press("p", f"▐{lit}▌")
        forward = await person.press("p", "▐5 Forward▌")
        assert changed(1, "0 0 0 0", " ·  ·  ·") in forward
        assert re.search(r"w1 +· +× +x1", forward)
        gradient = await person.press("p", "▐6 Gradient▌")
        assert re.search(r"w1 +0 +× +x1 +0 +=", gradient)
        assert changed(1, "0 0 0 0", " ·  ·  ·") in gradient
        update = await person.press("p", "▐7 Update▌")
        assert changed(1, "0 0 0 0", " 0  0  0") in update

    walked("and-gate", size, walk)


@pytest.mark.parametrize("size", SIZES)
def test_the_first_change_comes_in_step_four(size: tuple[int, int]) -> None:
    async def walk(person: Person) -> None:
        screen = await to_the_first_change(person)
        for step, sample in ((1, "0 0 0 0"), (2, "0 1 0 0"), (3, "1 0 0 0")):
            assert changed(step, sample, " 0  0  0") in screen

    walked("and-gate", size, walk)


@pytest.mark.parametrize("size", SIZES)
def test_a_step_taken_back_phase_by_phase_shows_the_same_screen(size: tuple[int, int]) -> None:
    async def walk(person: Person) -> None:
        before = await to_the_first_change(person)
        lit = ("5 Forward", "6 Gradient", "7 Update")
        on_the_way = [await person.press("p", f"▐{name}▌") for name in lit]
        await person.press("p", "▐8 Evaluate▌")
        for name in reversed(lit):
            await person.press("P", f"▐{name}▌")
            assert await person.quiet() == on_the_way.pop()
        await person.press("P", "step 4 ")
        assert await person.quiet() == before

    walked("and-gate", size, walk)


@pytest.mark.parametrize("size", SIZES)
def test_the_goal_is_told_in_words_that_are_not_cut(size: tuple[int, int]) -> None:
    async def walk(person: Person) -> None:
        await to_the_first_change(person)
        for key, times in (("p", 4), ("P", 4)):
            for _ in range(times):
                await person.press(key, "paused")
                await person.pilot.pause(0.05)
        await person.press("s", "step 5 ")
        await person.press("p", "▐5 Forward▌")
        await person.press("p", "▐6 Gradient▌")
        await person.press("space", "goal ")
        screen = await person.quiet()
        assert "All 4 rows right for a whole epoch: 10 changes in 24 steps" in screen
        assert "epoch 6 of 20" in screen
        assert "4 of 4 right" in screen

    walked("and-gate", size, walk)


@pytest.mark.parametrize("size", SIZES)
def test_a_vanishing_gradient_is_named(size: tuple[int, int]) -> None:
    async def walk(person: Person) -> None:
        await person.press("e", "paused")
        assert "vanish" in await person.sees("✗")

    walked("vanishing-gradient", size, walk)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize(
    ("name", "words"), [("spiral-adam", "decision map"), ("digits-cnn", "says 1")]
)
def test_what_runs_says_so_and_can_be_paused(name: str, words: str, size: tuple[int, int]) -> None:
    async def walk(person: Person) -> None:
        screen = await person.press("space", "running")
        assert "space pause" in screen
        await person.sees("update / weight")
        await person.sees(words)

    walked(name, size, walk)
