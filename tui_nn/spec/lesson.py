"""A lesson: slides for an experiment, in plain data; NAME.lesson.toml belongs to NAME.toml."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tui_nn.spec.catalog.entry import Choice, Parameter, Whole, optional
from tui_nn.spec.checks import INSIDE, Check, read_condition, refuse_others, write_condition
from tui_nn.spec.deeds import command_of
from tui_nn.spec.errors import InvalidInput, printable
from tui_nn.spec.files import read_toml
from tui_nn.spec.finding import (
    LESSON,
    find_experiment,
    lesson_beside,
    lesson_names,
    read_text,
    shown,
)
from tui_nn.spec.keys import Switch, Text, Texts, fill
from tui_nn.spec.protocol.flow import Phase
from tui_nn.spec.words import near, say


@dataclass(frozen=True)
class Guess:
    """A question that is asked before something is revealed."""

    question: str
    choices: tuple[str, ...]
    answer: str
    because: str = ""
    """What is said once somebody has guessed."""


@dataclass(frozen=True)
class Slide:
    """One step of a lesson."""

    text: str
    table: tuple[str, ...] = ()
    """Lines below the text, shown as they are."""
    step: int | None = None
    """Where training stands when it is shown; None: wherever it stands."""
    phase: Phase | None = None
    """How far the next step has come then."""
    panel: int | None = None
    view: str | None = None
    """The panel to look at, and its view."""
    full: bool = False
    """Whether it has the whole screen."""
    press: tuple[str, ...] = ()
    """The keys that the text asks for."""
    guess: Guess | None = None
    check: Check = ()
    do: tuple[str, ...] = ()
    """What meets the check, for whoever tries the lesson without a screen."""


@dataclass(frozen=True)
class Lesson:
    """Slides in the order they are shown."""

    slides: tuple[Slide, ...]
    title: str = ""


SLIDE_PHASES = INSIDE[:3]
"""Those a slide can stand behind; after the last of a step it stands at the step itself."""
TOP = (Parameter("title", Text(), "what the lesson is called", ""),)
SLIDE = (
    Parameter("text", Text(), "what it says, in a few sentences"),
    Parameter("table", Texts(), "lines below the text, shown as they are", ()),
    Parameter("step", optional(Whole(0)), "go to this step when it is shown", None),
    Parameter(
        "phase", optional(Choice(tuple(map(str, SLIDE_PHASES)))),
        "and so far into the next one: forward, gradient, update", None,
    ),
    Parameter("panel", optional(Whole(1, 8)), "the panel to look at", None),
    Parameter("view", optional(Text()), "which view of that panel", None),
    Parameter("full", Switch(), "whether that panel has the whole screen", False),
    Parameter("press", Texts(), "the keys that the text asks for", ()),
    Parameter("do", Texts(), "the solution: what meets the check", ()),
)  # fmt: skip
GUESS = (
    Parameter("question", Text(), "what is asked before it is revealed"),
    Parameter("choices", Texts(), "the answers to choose from"),
    Parameter("answer", Text(), "the right one of them"),
    Parameter("because", Text(), "what is said afterwards", ""),
)


def find_lesson(word: str) -> Path:
    """The lesson of a preset or an experiment's file, or a lesson's own file.

    InvalidInput where there is none.
    """
    if word.endswith(LESSON):
        return Path(word)
    path = lesson_beside(find_experiment(word))
    if path.is_file():
        return path
    hint = near(word, lesson_names()) or f"{', '.join(lesson_names())} have one"
    raise InvalidInput("has no lesson", where=word, hint=hint)


def load_lesson(path: Path) -> Lesson:
    """Read a lesson's file; InvalidInput names what is wrong, and where."""
    return lesson_of(read_text(path, "a lesson"), shown(path))


def lesson_of(text: str, where: str) -> Lesson:
    """The lesson that a TOML text describes."""
    table = read_toml(text, where)

    def place(key: str) -> str:
        return f"{where}: {key}"

    refuse_others(table, ["title", "slide"], place)
    slides = table.get("slide", ())
    if not isinstance(slides, tuple) or not slides:
        raise InvalidInput("has no slide", where=where, hint="write [[slide]] and its text below")
    return Lesson(
        tuple(_slide(slide, place, f"slide[{index}]") for index, slide in enumerate(slides)),
        _line(fill(TOP, table, place)["title"]),
    )


def _slide(table: Any, place: Callable[[str], str], name: str) -> Slide:
    if not isinstance(table, Mapping):
        raise InvalidInput(f"is {say(table)}, not a table", where=place(name), hint="[[slide]]")
    known = [key.name for key in SLIDE]
    refuse_others(table, [*known, "check", "guess"], place, f"{name}.")
    values = fill(SLIDE, table, place, f"{name}.")
    if (values["view"] is not None or values["full"]) and values["panel"] is None:
        raise InvalidInput("is missing", where=place(f"{name}.panel"), hint="of which panel?")
    for index, deed in enumerate(values["do"]):
        command_of(deed, place(f"{name}.do[{index}]"))
    values["text"] = _line(values["text"])
    values["table"] = tuple(printable(line.rstrip()) for line in values["table"])
    values["phase"] = None if values["phase"] is None else Phase(values["phase"])
    return Slide(
        **values,
        check=_check(table.get("check", ()), place, f"{name}.check"),
        guess=_guess(table["guess"], place, f"{name}.guess") if "guess" in table else None,
    )


def _check(found: Any, place: Callable[[str], str], name: str) -> Check:
    if not isinstance(found, tuple):
        return (read_condition(found, place, f"{name}."),)
    return tuple(
        read_condition(table, place, f"{name}[{index}].") for index, table in enumerate(found)
    )


def _guess(table: Any, place: Callable[[str], str], name: str) -> Guess:
    if not isinstance(table, Mapping):
        raise InvalidInput(f"is {say(table)}, not a table", where=place(name), hint="[slide.guess]")
    refuse_others(table, [key.name for key in GUESS], place, f"{name}.")
    values = fill(GUESS, table, place, f"{name}.")
    choices = tuple(map(_line, values["choices"]))
    answer = _line(values["answer"])
    if len(set(choices)) < max(2, len(choices)):
        raise InvalidInput(
            "offers no choice", where=place(f"{name}.choices"), hint="write two different ones"
        )
    if answer not in choices:
        raise InvalidInput(
            f"{say(answer)} is none of the choices", where=place(f"{name}.answer"),
            hint=near(answer, choices) or f"write {say(choices[0])}",
        )  # fmt: skip
    return Guess(_line(values["question"]), choices, answer, _line(values["because"]))


def _line(text: str) -> str:
    return printable(" ".join(text.split()))


def write_lesson(lesson: Lesson) -> str:
    """The lesson as the TOML text that `lesson_of` reads."""
    import tomlkit  # takes a quarter of a second

    document = tomlkit.document()
    if lesson.title:
        document["title"] = lesson.title
    slides = tomlkit.aot()
    for slide in lesson.slides:
        table = tomlkit.table()
        for key, value in _plain_slide(slide).items():
            table[key] = value
        slides.append(table)
    document["slide"] = slides
    return tomlkit.dumps(document)


def _plain_slide(slide: Slide) -> dict[str, Any]:
    """A slide as plain values, what is left out left out; its guess last: it is a table."""
    values: dict[str, Any] = {"text": slide.text}
    for key in SLIDE[1:]:
        value = getattr(slide, key.name)
        if value != key.default:
            values[key.name] = list(value) if isinstance(value, tuple) else value
    if slide.phase is not None:
        values["phase"] = str(slide.phase)
    if slide.check:
        values["check"] = _inline(slide.check)
    if slide.guess is not None:
        guess = {key.name: getattr(slide.guess, key.name) for key in GUESS}
        values["guess"] = {
            key: list(value) if isinstance(value, tuple) else value
            for key, value in guess.items()
            if value != ""
        }
    return values


def _inline(check: Check) -> Any:
    """Conditions as TOML's inline tables, each on a line."""
    import tomlkit

    found = tomlkit.array().multiline(len(check) > 1)
    for condition in check:
        table = tomlkit.inline_table()
        for key, value in write_condition(condition).items():
            table[key] = list(value) if isinstance(value, tuple) else value
        found.append(table)
    return found
