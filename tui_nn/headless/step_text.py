"""Tables, headings and numbers of the page of a step, plain or as Markdown."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import floor, isfinite, log10

from tui_nn.engine.rules.wording import number
from tui_nn.headless.output import shown
from tui_nn.headless.tables import aligned, folded, terminal_width, wrapped

DIGITS = 4
"""Significant ones, of the largest number of a column."""


@dataclass(frozen=True)
class Pen:
    """Writes either way."""

    markdown: bool

    def title(self, text: str) -> Iterator[str]:
        """The first line of all."""
        yield from [f"# {text}", ""] if self.markdown else [text]

    def gap(self) -> Iterator[str]:
        """A blank line, where Markdown has none there already."""
        if not self.markdown:
            yield ""

    def heading(self, text: str, level: int = 2) -> Iterator[str]:
        """A line above what follows."""
        yield from [f"{'#' * level} {text}", ""] if self.markdown else ["", text]

    def text(self, text: str) -> Iterator[str]:
        """A paragraph."""
        yield from [text, ""] if self.markdown else wrapped(text, begin="  ")

    def lines(self, lines: Sequence[str]) -> Iterator[str]:
        """A list."""
        for line in lines:
            yield f"- {line}" if self.markdown else f"  {line}"
        if self.markdown:
            yield ""

    def table(self, rows: Sequence[Sequence[str]], left: Sequence[int] = (0,)) -> Iterator[str]:
        """Rows below their heading; columns in `left` begin below each other."""
        rows = [list(map(shown, row)) for row in rows]
        if not self.markdown:
            yield from folded(rows, left, indent=2)
            return
        head, *rest = ([cell.replace("|", "\\|") for cell in row] for row in rows)
        yield _row(head)
        yield _row([":--" if column in left else "--:" for column in range(len(head))])
        yield from map(_row, rest)
        yield ""

    def arithmetic(self, rows: Sequence[tuple[str, str, str, str]]) -> Iterator[str]:
        """A term a row: its name, its rule, the rule with numbers put in, what it comes to.

        Where rows are too long for the terminal, the numbers stand below the rule.
        """
        rows = [(shown(name), shown(rule), shown(put), value) for name, rule, put, value in rows]
        table = [("term", "rule", "with numbers", "="), *rows]
        if self.markdown or max(map(len, aligned(table, (0, 1, 2), 2))) <= terminal_width():
            yield from self.table(table, (0, 1, 2))
            return
        below: list[list[str]] = []
        for name, rule, put, value in rows:
            end = [f"= {text}" for text in (put, value) if text]
            below += [[name, rule], *(["", f"  {text}"] for text in end)]
        yield from aligned(below, (0, 1), 2)


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def in_column(values: Sequence[float | None], digits: int = DIGITS) -> list[str]:
    """Numbers with their points below each other; a very small one in powers of ten."""
    finite = [value for value in values if value is not None and isfinite(value)]
    if all(value == int(value) and abs(value) < 1e6 for value in finite):
        decimals = 0
    else:
        largest = max(map(abs, finite))
        decimals = digits - 1 - floor(log10(largest)) if largest else 0
    return [_cell(value, decimals, digits) for value in values]


def _cell(value: float | None, decimals: int, digits: int) -> str:
    if value is None:
        return "–"
    is_plain = 0 <= decimals <= digits + 1 and isfinite(value)
    if not is_plain or (value and abs(value) < 10.0 ** (1 - decimals) and decimals):
        return number(value, digits)
    return f"{value or 0.0:.{decimals}f}".replace("-", "−")
