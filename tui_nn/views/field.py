"""What stands under a field while a call or value is typed: can it be, what may follow."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from tui_nn.plot.cells import shortened
from tui_nn.spec.assist import (
    Completion,
    argument_at,
    completions,
    next_value,
    nudged,
    value_completions,
)
from tui_nn.spec.call import Value, parse, write
from tui_nn.spec.catalog import CATALOG, bind_call
from tui_nn.spec.catalog.entry import Entry, Parameter, Required
from tui_nn.spec.errors import InvalidInput
from tui_nn.spec.files import typed_value
from tui_nn.views.canvas import Canvas
from tui_nn.views.ink import Ink
from tui_nn.views.layer_names import window

NAME = 22
"""Columns of a name in a list, at most."""
PICTURE, BESIDE_PICTURE = 8, 6
"""Rows of a picture, and what has to be left for words at least."""


@dataclass(frozen=True)
class Subject:
    """What a field holds: a call of a kind, or the value of one key."""

    title: str
    check: Callable[[str], str]
    """What comes of a text, in words; InvalidInput where it can't be."""
    kind: str = ""
    """Of the call; empty for a plain value."""
    parameter: Parameter | None = None
    """What a plain value may be."""
    fill: Callable[[Entry], str] | None = None
    """A call of an entry that fits where it is to stand; empty where none does."""
    refused: Callable[[str], str] | None = None
    """Why one of a name can't be taken at all, in words; empty where it can."""
    picture: Callable[[Canvas, str], bool] | None = None
    """Paints what comes of a text; whether there was something."""


@dataclass(frozen=True)
class Typed:
    """A text in a field, with the cursor in it."""

    text: str
    cursor: int

    @property
    def is_named(self) -> bool:
        """Whether the name of a call is there, and its values are typed."""
        return "(" in self.text


def offers(subject: Subject, typed: Typed) -> list[Completion]:
    """What may stand at the cursor."""
    if subject.parameter is not None:
        return value_completions(subject.parameter, typed.text)
    if not subject.kind:
        return []
    found = completions(subject.kind, typed.text, typed.cursor)
    if subject.fill is None or typed.is_named:
        return found
    filled = []
    for one in found:
        call = subject.fill(CATALOG[subject.kind][one.shown])
        if call:
            filled.append(Completion(call, one.summary, call, len(call)))
    return filled


def stepped_value(subject: Subject, typed: Typed, way: int) -> Typed | None:
    """The next value where the cursor is; None where there is none."""
    if not subject.kind and subject.parameter is None:
        return None
    if subject.parameter is None:
        found = nudged(subject.kind, typed.text, typed.cursor, way)
        return Typed(*found) if found else None
    value = next_value(subject.parameter, _value(typed.text), way)
    if value is None:
        return None
    text = write(value).strip("'").replace("True", "true").replace("False", "false")
    return Typed(text, len(text))


def remedy(error: InvalidInput, kind: str) -> str:
    """The calls that the error says to write; empty where it says none."""
    return ", ".join(map(str, error.fix or ())) if kind else ""


def paint_field(canvas: Canvas, subject: Subject, typed: Typed, selected: int) -> None:
    """The verdict, the parameter at the cursor, then what may follow or all parameters; below them
    the picture of what comes of it.
    """
    left = canvas.height - PICTURE - 1
    if subject.picture is not None and left >= BESIDE_PICTURE:
        below = Canvas(canvas.width, PICTURE, canvas.palette)
        if subject.picture(below, typed.text):
            canvas.draw(below, left + 1, 0)
            above = Canvas(canvas.width, left, canvas.palette)
            paint_field(above, replace(subject, picture=None), typed, selected)
            canvas.draw(above, 0, 0)
            return
    row = _paint_verdict(canvas, subject, typed)
    row = _paint_parameter(canvas, subject, typed, row)
    found = offers(subject, typed)
    if found:
        reasons = subject.refused if not typed.is_named else None
        _paint_offers(canvas, _told(found, reasons), selected, row + 1)
    elif subject.kind:
        _paint_parameters(canvas, subject.kind, typed, row + 1)


def _paint_verdict(canvas: Canvas, subject: Subject, typed: Typed) -> int:
    palette = canvas.palette
    if not typed.text.strip():
        canvas.put(0, 1, "type a name" if subject.kind else "type a value", palette.quiet)
        return 1
    try:
        _put(canvas, 0, 1, subject.check(typed.text), palette.ink(palette.good))
    except InvalidInput as error:
        if subject.kind and not typed.is_named and offers(subject, typed):
            canvas.put(0, 1, "one of these:", palette.quiet)
            return 1
        _put(canvas, 0, 1, error.message, palette.ink(palette.bad))
        fix = remedy(error, subject.kind)
        if fix:
            canvas.spans(1, 1, ("tab", palette.ink(palette.accent)), f" writes {fix}")
        elif error.hint:
            _put(canvas, 1, 1, error.hint, palette.plain)
    return 2


def _paint_parameter(canvas: Canvas, subject: Subject, typed: Typed, row: int) -> int:
    palette = canvas.palette
    found = subject.parameter
    if found is None and subject.kind:
        argument = argument_at(subject.kind, typed.text, typed.cursor)
        found = argument.parameter if argument else None
    if found is None:
        return row
    canvas.spans(row, 1, (found.name, palette.strong), (f"  {found.rule}", palette.quiet))
    _put(canvas, row + 1, 1, found.help, palette.plain)
    return row + 2


Told = tuple[str, str, bool]
"""A name, the words beside it, and whether it can be taken."""


def _told(found: list[Completion], refused: Callable[[str], str] | None) -> list[Told]:
    reasons = [refused(one.shown) if refused else "" for one in found]
    return [
        (one.shown, reason or one.summary, not reason)
        for one, reason in zip(found, reasons, strict=True)
    ]


def _paint_offers(canvas: Canvas, found: list[Told], selected: int, row: int) -> None:
    palette, room = canvas.palette, canvas.height - row
    first = max(0, min(selected - room // 2, len(found) - room))
    wide = min(max(len(name) for name, _, _ in found), max(NAME, canvas.width // 2))
    for index, (name, words, can_be) in enumerate(found[first : first + room], first):
        here = index == selected
        canvas.put(row, 0, "▸" if here else " ", palette.ink(palette.accent))
        ink = palette.plain if can_be else palette.quiet
        canvas.put(row, 1, name, palette.strong if here and can_be else ink)
        _put(canvas, row, wide + 3, words, palette.plain if here else palette.quiet)
        row += 1


def _paint_parameters(canvas: Canvas, kind: str, typed: Typed, row: int) -> None:
    palette = canvas.palette
    try:
        call = parse(typed.text)
        entry, bound = CATALOG[kind][call.name], bind_call(kind, call)
    except (InvalidInput, KeyError):
        return
    if not entry.parameters:
        return
    texts = [(p, write(bound[p.name]) if not isinstance(bound[p.name], Required) else "")
             for p in entry.parameters]  # fmt: skip
    wide = max(len(p.name) for p, _ in texts)
    values = min(24, max(len(text) for _, text in texts))
    at = argument_at(kind, typed.text, typed.cursor)
    here = entry.parameters.index(at.parameter) if at and at.parameter in entry.parameters else 0
    room = max(0, canvas.height - row)
    for index in window(len(texts), min(room, len(texts)), here):
        parameter, text = texts[index]
        ink = palette.strong if parameter.name in bound.given else palette.quiet
        canvas.put(row, 1, parameter.name, palette.plain)
        canvas.put(row, wide + 2, text, ink)
        _put(canvas, row, wide + values + 4, parameter.help, palette.quiet)
        row += 1


def _put(canvas: Canvas, row: int, column: int, text: str, ink: Ink) -> None:
    """A text whose end is marked where it has no room."""
    room = max(0, canvas.width - column)
    canvas.put(row, column, shortened(text, room, ascii_only=canvas.palette.ascii_only), ink)


def _value(text: str) -> Value:
    try:
        found: Value = typed_value(text)
        return found
    except InvalidInput:
        return None
