"""A slide of a lesson, where the author's text stands else."""

from typing import TYPE_CHECKING

from tui_nn.views.desk import Desk
from tui_nn.views.ink import DARK, Ink, Palette
from tui_nn.views.world import World
from tui_nn.views.wrapping import wrapped

if TYPE_CHECKING:
    from tui_nn.spec.lesson import Guess, Slide

Line = tuple[str, Ink]
MET, OPEN = "✓", "○"
CURSOR = "▸"


def slide_of(world: World, desk: Desk) -> "Slide | None":
    """The slide that is shown; None before the lesson begins, or where there is none."""
    if world.lesson is None or desk.slide is None:
        return None
    return world.lesson.slides[min(desk.slide, len(world.lesson.slides) - 1)]


def question_of(world: World, desk: Desk) -> "Guess | None":
    """What has to be guessed before the slide is shown."""
    slide = slide_of(world, desk)
    return slide.guess if slide is not None and desk.slide not in desk.guessed else None


def lines_of(world: World, desk: Desk, slide: "Slide", width: int, palette: Palette) -> list[Line]:
    """All that a slide says, in lines of at most `width` characters."""
    guess = question_of(world, desk)
    if guess is not None:
        return _question(guess, desk, width, palette)
    lines = _answer(slide.guess, desk, width, palette) if slide.guess else []
    lines += [(line, palette.plain) for line in wrapped(slide.text, width)]
    if slide.table:
        lines += [("", palette.plain), (slide.table[0], palette.quiet)]
        lines += [(row, palette.plain) for row in slide.table[1:]]
    return [*lines, *_task(world, desk, slide, width, palette)]


def _question(guess: "Guess", desk: Desk, width: int, palette: Palette) -> list[Line]:
    lines = [(line, palette.plain) for line in wrapped(guess.question, width)]
    for index, choice in enumerate(guess.choices):
        chosen = index == desk.choice
        ink = palette.ink(palette.accent, bold=True) if chosen else palette.plain
        mark = CURSOR if chosen else " "
        lines += [
            (f"{' ' if row else mark} {line}", ink)
            for row, line in enumerate(wrapped(choice, width - 2))
        ]
    return [*lines, ("↑ ↓ enter", palette.quiet)]


def _answer(guess: "Guess", desk: Desk, width: int, palette: Palette) -> list[Line]:
    guessed = desk.guessed[desk.slide or 0]
    said = (
        f"{MET} {guess.answer}." if guessed == guess.answer else f"Not {guessed}: {guess.answer}."
    )
    lines = [(line, palette.ink(bold=True)) for line in wrapped(said, width)]
    return [*lines, *((line, palette.plain) for line in wrapped(guess.because, width))]


def _task(world: World, desk: Desk, slide: "Slide", width: int, palette: Palette) -> list[Line]:
    """What to press, and whether what is waited for has happened."""
    accent = palette.ink(palette.accent)
    if not slide.check:
        return [(f"press {' '.join(slide.press)}", accent)] if slide.press else []
    is_met = world.judge is not None and desk.slide in world.judge.met
    wanted = ", ".join(map(str, slide.check))
    keys = f"{' '.join(slide.press)}: " if slide.press and not is_met else ""
    ink = palette.ink(palette.accent, bold=is_met)
    return [(line, ink) for line in wrapped(f"{MET if is_met else OPEN} {keys}{wanted}", width)]


def note_of(world: World, desk: Desk) -> str:
    """Which slide of how many, and the key to the next."""
    assert world.lesson is not None
    count, at = len(world.lesson.slides), (desk.slide or 0) + 1
    return f"{at} of {count}" + ("  ) next" if at < count else "")


def press_in_question(guess: "Guess", desk: Desk, key: str) -> bool:
    """Choose an answer; whether the key did."""
    if key == "enter":
        desk.guessed[desk.slide or 0] = guess.choices[desk.choice]
        desk.choice = 0
    elif key in ("up", "down"):
        way = 1 if key == "down" else -1
        desk.choice = (desk.choice + way) % len(guess.choices)
    else:
        return False
    return True


def longest(world: World, width: int) -> int:
    """Rows of the longest slide, once it is shown."""
    assert world.lesson is not None
    return max(
        len(lines_of(world, Desk(slide=index, guessed={index: ""}), slide, width, DARK))
        for index, slide in enumerate(world.lesson.slides)
    )
