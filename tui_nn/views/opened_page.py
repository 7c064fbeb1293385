"""An opened number painted: its value, and line by line the arithmetic that made it."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tui_nn.plot.cells import cell_width
from tui_nn.spec.protocol.frames import NumberFrame, WeightUpdateFrame
from tui_nn.spec.protocol.inside import Line
from tui_nn.views.architecture import LayerRow
from tui_nn.views.canvas import Canvas
from tui_nn.views.ink import Ink
from tui_nn.views.opened import Cell, Frames, Level, within
from tui_nn.views.opened_words import (
    GIVEN,
    agreement,
    aligned,
    head_of,
    index_of,
    name_of,
    sources_of,
    value_of,
    whose,
    window_of,
)
from tui_nn.views.wrapping import wrapped

HEAD, FOOT = 3, 2
"""Rows above the arithmetic and below it."""
NAME = 22
"""Cells of the names of an update's terms."""
BAR = 12
"""Cells of the bars that show how large terms are."""
NUMBERS = 8
"""Cells of the numbers of terms, with what stands before and behind them."""


def paint_opened(
    canvas: Canvas,
    trail: Sequence[Level],
    rows: Sequence[LayerRow],
    count: int,
    problem: str = "",
) -> None:
    """The last level of the way that led here; `count`: of samples; `problem`: why
    nothing is there.
    """
    level = trail[-1]
    frame, palette = level.frame, canvas.palette
    column = 1
    for way in level.ways:
        here = way == level.way
        ink = palette.ink(palette.accent, bold=True) if here else palette.quiet
        column = canvas.put(0, column, f"▸{way}" if here else f" {way}", ink) + 2
    canvas.right(0, whose(level, count), palette.quiet, edge=canvas.width - 1)
    _paint_trail(canvas, trail, rows)
    if problem:
        for row, text in enumerate(wrapped(problem, canvas.width - 2), HEAD):
            canvas.put(row, 1, text, palette.ink(palette.warm))
    elif frame is not None:
        _paint_value(canvas, frame)
        _paint_body(canvas, level, frame, rows)


def _paint_trail(canvas: Canvas, trail: Sequence[Level], rows: Sequence[LayerRow]) -> None:
    """How one has come here: as much of its end as has room."""
    names = [
        f"{'∂L/∂ ' if level.way == 'gradient' else ''}{name_of(level.place, rows)}"
        for level in trail
    ]
    while len(names) > 2 and cell_width(" ▸ ".join(names)) > canvas.width - 3:
        names = ["…", *names[2:]]
    canvas.put(canvas.height - 1, 1, " ▸ ".join(names), canvas.palette.quiet)


def _paint_value(canvas: Canvas, frame: Frames) -> None:
    palette = canvas.palette
    column = canvas.put(1, 1, value_of(frame), palette.strong)
    if isinstance(frame, WeightUpdateFrame):
        words, agrees = agreement(frame.ulp, frame.agrees)
        kind = frame.optimizer
    else:
        last = frame.lines[-1] if frame.lines else None
        words, agrees = agreement(last.ulp, last.agrees) if last else ("", True)
        kind = frame.dtype
    if words:
        canvas.put(1, column + 3, words, palette.ink(palette.good if agrees else palette.bad))
    canvas.right(1, kind, palette.quiet, edge=canvas.width - 1)


def _paint_body(canvas: Canvas, level: Level, frame: Frames, rows: Sequence[LayerRow]) -> None:
    """The arithmetic, scrolled so that the cursor's row is seen."""
    at, room = within(level, frame), canvas.height - HEAD - FOOT
    if isinstance(frame, WeightUpdateFrame):
        body = Canvas(canvas.width, 2 * len(frame.terms), canvas.palette)
        here = head = _paint_terms(body, frame, at)
    else:
        if not frame.lines:
            canvas.put(HEAD, 1, GIVEN.get(level.place.of, "given"), canvas.palette.plain)
            return
        body = Canvas(canvas.width, sum(map(_height, frame.lines)), canvas.palette)
        here, head = _paint_lines(body, level, frame, at, rows)
    first = max(0, min(here - room // 2, body.height - room))
    shown = Canvas(canvas.width, max(0, room), canvas.palette)
    shown.draw(body, -first, 0)
    if head < first:  # what the terms are of stays in sight
        pinned = Canvas(canvas.width, 1, canvas.palette)
        pinned.draw(body, -head, 0)
        canvas.draw(pinned, HEAD - 1, 0)
    canvas.draw(shown, HEAD, 0)
    if first + room < body.height:
        canvas.right(HEAD + room, "↓ more", canvas.palette.quiet, edge=canvas.width - 1)


def _height(line: Line) -> int:
    """Its head, a row for each term or factor, the total, a blank."""
    told = len(line.numbers.numpy()) if line.count else len(line.factors)
    return told + 3


def _paint_lines(
    canvas: Canvas, level: Level, frame: NumberFrame, at: Cell | None, rows: Sequence[LayerRow]
) -> tuple[int, int]:
    """Returns the row of the cursor, and that of the head of its line."""
    row = here = head = 0
    for index, line in enumerate(frame.lines):
        palette, mine = canvas.palette, at if at is not None and at.line == index else None
        end = canvas.put(row, 1, head_of(line), palette.strong)
        words = window_of(line, level) if line.count > 1 else ""
        room = canvas.width - 2 - cell_width(words)
        canvas.right(row, words, palette.quiet, edge=canvas.width - 1)
        sources = sources_of(line, rows)
        if end + 3 + cell_width(sources) < room:
            canvas.put(row, end + 3, sources, palette.quiet)
        if mine is not None:
            head, here = row, row + 1 + (mine.term if line.count else mine.factor)
        end = (_paint_sum if line.count else _paint_formula)(canvas, row + 1, line, mine)
        _paint_total(canvas, row + _height(line) - 2, line, end)
        row += _height(line)
    return here, head


def total_of(line: Line) -> float | None:
    """NaN and infinities come in words."""
    word = line.nonfinite.get("total")
    return float(word) if word else line.total


def _paint_sum(canvas: Canvas, row: int, line: Line, at: Cell | None) -> int:
    """A row for each term; the column behind the products."""
    palette, terms, end = canvas.palette, line.terms.numpy(), NUMBERS
    products = aligned([*terms.tolist(), total_of(line)])
    factors = [_column(line, index) for index in range(len(line.factors))]
    samples = _samples(line)
    times = " * " if palette.ascii_only else " × "  # as an x it would be read as a name
    for term, number in enumerate(line.numbers.numpy().tolist()):
        y = row + term
        canvas.right(y, f"{number + 1:,}", palette.quiet, edge=NUMBERS - 1)
        column = canvas.put(y, NUMBERS, samples[term], palette.quiet) if samples else NUMBERS
        for index, texts in enumerate(factors):
            column = canvas.put(y, column, times) if index else column
            chosen = at is not None and (at.term, at.factor) == (term, index)
            column = _paint_cell(canvas, y, column, texts[term], chosen=chosen)
        if len(factors) > 1:
            column = canvas.put(y, column, " = ")
            column = canvas.put(y, column, products[term], _ink(canvas, float(terms[term])))
        end = column
        _paint_bar(canvas, y, end + 2, terms, term)
    return end


def _column(line: Line, index: int) -> list[str]:
    """Where the numbers of one factor stand, and the numbers, all in one width."""
    factor, count = line.factors[index], len(line.numbers.numpy())
    texts = [factor.name] * count
    if factor.place is not None:
        places = [factor.place_of(term) for term in range(count)]
        texts = [
            f"{factor.name}{index_of(place.index)}" if place else "padding" for place in places
        ]
    width = max(map(cell_width, texts), default=0)
    numbers = aligned(factor.values.numpy().tolist())
    return [
        f"{text}{' ' * (width - cell_width(text))} {number}"
        for text, number in zip(texts, numbers, strict=True)
    ]


def _samples(line: Line) -> list[str]:
    """Whose each term is; none where all are of one sample."""
    found = next((factor.samples for factor in line.factors if factor.samples is not None), None)
    if found is None:
        return []
    texts = [f"sample {sample + 1:,}" for sample in found.numpy().tolist()]
    width = max(map(len, texts), default=0)
    return [text.ljust(width) for text in texts]


def _paint_cell(canvas: Canvas, row: int, column: int, text: str, *, chosen: bool) -> int:
    palette = canvas.palette
    if chosen:
        canvas.put(row, column, "▸", palette.ink(palette.accent, bold=True))
    ink = palette.ink(palette.accent, bold=True) if chosen else palette.plain
    return canvas.put(row, column + 1, text, ink)


def _paint_bar(canvas: Canvas, row: int, column: int, terms: NDArray[Any], term: int) -> None:
    """How large a term is beside the largest that is told."""
    column = max(column, canvas.width - BAR - 1)
    sizes = np.abs(np.nan_to_num(terms.astype(np.float64)))
    largest = float(sizes.max()) if len(sizes) else 0.0
    if len(terms) < 2 or not largest or column + BAR >= canvas.width:
        return
    cells = round(BAR * float(sizes[term]) / largest)
    canvas.put(row, column, "━" * cells, _ink(canvas, float(terms[term])))


def _paint_formula(canvas: Canvas, row: int, line: Line, at: Cell | None) -> int:
    """A row for each number that stands in it; the column behind them."""
    values = aligned([*(_first(factor.values.numpy()) for factor in line.factors), total_of(line)])
    labels = [_formula_label(line, index) for index in range(len(line.factors))]
    width = max(map(cell_width, labels), default=0)
    end = 0
    for index, label in enumerate(labels):
        text = f"{label}{' ' * (width - cell_width(label))} {values[index]}"
        chosen = at is not None and at.factor == index
        end = _paint_cell(canvas, row + index, NUMBERS, text, chosen=chosen)
    return end


def _first(values: NDArray[Any]) -> float | None:
    return float(values[0]) if len(values) else None


def _formula_label(line: Line, index: int) -> str:
    factor = line.factors[index]
    place = factor.place_of(0) if factor.place is not None else None
    return f"{factor.name}{index_of(place.index)}" if place else factor.name


def _paint_total(canvas: Canvas, row: int, line: Line, end: int) -> None:
    """What the line comes to, under its column, and whether torch holds the same."""
    palette = canvas.palette
    terms = (
        line.terms.numpy().tolist()
        if line.count
        else [_first(factor.values.numpy()) for factor in line.factors]
    )
    text = aligned([*terms, total_of(line)])[-1]
    begin = max(NUMBERS, end - len(text))
    name = line.name if cell_width(line.name) < begin - 3 else ""
    canvas.right(row, f"{name} =", palette.quiet, edge=begin - 1)
    column = canvas.put(row, begin, text, palette.strong)
    words, agrees = agreement(line.ulp, line.agrees)
    if words:
        canvas.put(row, column + 2, words, palette.ink(palette.good if agrees else palette.bad))


def _paint_terms(canvas: Canvas, frame: WeightUpdateFrame, at: Cell | None) -> int:
    """Two rows for each term of an update: its rule, and the numbers in it."""
    palette, here = canvas.palette, 0
    values = aligned([
        float(term.nonfinite["value"]) if term.value is None else term.value
        for term in frame.terms
    ])  # fmt: skip
    for index, term in enumerate(frame.terms):
        row, chosen = 2 * index, at is not None and at.line == index
        here = row if chosen else here
        name = palette.ink(palette.accent, bold=True) if chosen else palette.strong
        if chosen:
            canvas.put(row, 1, "▸", name)
        canvas.put(row, 2, term.name, name)
        end = canvas.put(row, NAME, term.symbolic, palette.plain)
        if end + 2 + cell_width(term.words) < canvas.width:
            canvas.right(row, term.words, palette.quiet, edge=canvas.width - 1)
        canvas.put(row + 1, NAME, term.numbers, palette.quiet)
        value = values[index]
        canvas.right(row + 1, f"= {value}", _ink(canvas, term.value or 0.0), edge=canvas.width - 1)
    return here


def _ink(canvas: Canvas, value: float) -> Ink:
    return canvas.palette.ink(canvas.palette.of_sign(value))
