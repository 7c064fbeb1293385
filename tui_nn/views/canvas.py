"""A rectangle of cells to paint into: text, rules, pictures of half blocks or of shades."""

import re
from collections.abc import Sequence
from itertools import groupby

import numpy as np
from numpy.typing import NDArray

from tui_nn.plot.cells import RGB, Row, cell_width, shortened
from tui_nn.views.ink import Ink, Palette

SHADES = " ░▒▓█"
SHADES_ASCII = " .:*#"
EIGHTHS = " ▁▂▃▄▅▆▇█"
"""A bar's height in a cell, from none to all of it."""
ELLIPSIS, ELLIPSIS_ASCII = "…", "~"
_ASCII = str.maketrans({
    "─": "-", "━": "=", "│": "|", "┃": "|", "┬": "+", "┴": "+", "├": "+", "┤": "+", "┼": "+",
    "┷": "+", "╮": "+", "╯": "+", "╭": "+", "╰": "+", "└": "+", "┌": "+", "┘": "+", "┐": "+",
    "▸": ">", "◂": "<", "▴": "^", "▾": "v", "●": "*", "○": "o", "◉": "@", "✓": "+", "✗": "x",
    "▐": "[", "▌": "]", "×": "x", "·": ".", "−": "-", "½": "1/2", "²": "^2", "∂": "d", "←": "<-",
    "→": "->", "°": "",
    "≥": ">=", "≤": "<=", "…": "~", "↺": "@", "░": ".", "▒": ":", "▓": "*", "█": "#", "┊": ":",
    "┿": "+", "╌": "-", "Δ": "d", "Σ": "S", "η": "eta", "↑": "^", "↓": "v", "–": "-", "σ": "s",
    "α": "alpha", "β": "beta", "δ": "delta", "ε": "eps", "λ": "lambda", "μ": "mu", "π": "pi",
    "ρ": "rho", "φ": "phi", "Φ": "Phi", "ψ": "psi", "∞": "inf", "√": "sqrt", "³": "^3", "ᵗ": "^t",
    "ᵀ": "^T", "ᵢ": "i", "′": "'", "‖": "|", "÷": "/",
    **dict(zip("₀₁₂₃₄₅₋⁺⁻", "012345-+-", strict=True)),
    **dict(zip("▁▂▃▄▅▆▇", "_..--==", strict=True)),
})  # fmt: skip
_PRODUCT = re.compile(r"(?<=[\w)\]|])·(?=[\w(\[|√])")
"""A dot between factors: as a point it would be read as a decimal's."""
_ROOT = re.compile(r"√(Σ \w+²|\d[\d.]*(?:e−?\d+)?|\w+'?)")


def in_ascii(text: str, room: int | None = None) -> str:
    """What the screen writes, with characters that every terminal has: `sqrt(v)`. What is longer
    than `room` has `v^.5` instead, then smaller gaps.
    """
    text = _PRODUCT.sub("*", text)
    written = _ROOT.sub(r"sqrt(\1)", text).translate(_ASCII)
    if room is None or len(written) <= room:
        return written
    written = _ROOT.sub(_power, text).translate(_ASCII)
    return written if len(written) <= room else written.replace("   ", "  ")


def _power(root: re.Match[str]) -> str:
    return f"({root[1]})^.5" if " " in root[1] else f"{root[1]}^.5"


def _half_block(above: int, below: int) -> tuple[str, Ink]:
    """A cell of two pixels, each 0xRRGGBB."""
    fg, bg = ((colour >> 16, colour >> 8 & 0xFF, colour & 0xFF) for colour in (above, below))
    return (" " if above == below else "▀", Ink(fg, bg))


class Canvas:
    """width × height cells, blank at first; row 0 is the top. What doesn't fit is cut off, a text
    with a mark.
    """

    def __init__(self, width: int, height: int, palette: Palette) -> None:
        self.width, self.height, self.palette = width, height, palette
        blank = palette.plain
        self._cells: list[list[tuple[str, Ink]]] = [[(" ", blank)] * width for _ in range(height)]

    def put(self, row: int, column: int, text: str, ink: Ink | None = None) -> int:
        """Write `text` from `column` on; returns the column behind it."""
        if self.palette.ascii_only:
            text = in_ascii(text, self.width - column)
        if text.isascii():  # each takes one cell
            end = column + len(text)
            if end > self.width > column and text[self.width - column :].strip():
                mark = ELLIPSIS_ASCII if self.palette.ascii_only else ELLIPSIS
                text = text[: self.width - column - 1].rstrip() + mark
        else:
            text = shortened(text, max(0, self.width - column), ascii_only=False)
            end = column + cell_width(text)
        if not 0 <= row < self.height:
            return end
        ink = ink or self.palette.plain
        cells = self._cells[row]
        for character in text:
            if 0 <= column < self.width:
                cells[column] = (character, ink)
            column += 1
            if not character.isascii() and cell_width(character) == 2:
                if column < self.width:
                    cells[column] = ("", ink)
                column += 1
        return end

    def right(self, row: int, text: str, ink: Ink | None = None, *, edge: int | None = None) -> int:
        """Write `text` so that it ends before column `edge`, the right edge where none is given;
        returns the column it begins in.
        """
        edge = self.width if edge is None else edge
        if self.palette.ascii_only:
            text = in_ascii(text, edge)
        begin = edge - cell_width(text)
        self.put(row, begin, text, ink)
        return begin

    def spans(self, row: int, column: int, *parts: tuple[str, Ink] | str) -> int:
        """Write several pieces one behind the other; a bare text is plain."""
        for part in parts:
            text, ink = (part, None) if isinstance(part, str) else part
            column = self.put(row, column, text, ink)
        return column

    def draw(self, other: "Canvas", row: int, column: int) -> None:
        """Lay another canvas over this one."""
        for y, cells in enumerate(other._cells):
            if 0 <= row + y < self.height:
                width = min(other.width, self.width - column)
                self._cells[row + y][column : column + width] = cells[:width]

    def chart(self, rows: Sequence[Row], row: int, column: int) -> None:
        """Lay the rows of a chart over this one; blanks stay what they were."""
        for y, runs in enumerate(rows):
            at = column
            for text, rgb in runs:
                ink = self.palette.ink(rgb) if rgb else self.palette.quiet
                if text.strip():
                    self.put(row + y, at, text, ink)
                at += cell_width(text)

    def picture(self, colours: NDArray[np.uint8], row: int, column: int) -> None:
        """A picture (2·rows, columns, 3), two pixels a cell, one above the other."""
        first, skipped = max(0, -row), max(0, -column)
        shown = colours[2 * first : 2 * max(first, self.height - row)]
        shown = shown[: len(shown) // 2 * 2, skipped : max(skipped, self.width - column)]
        if not shown.size:
            return
        whole = shown.astype(np.int64) @ (1 << 16, 1 << 8, 1)
        pairs, places = np.unique(whole[0::2] << 24 | whole[1::2], return_inverse=True)
        kinds = [_half_block(pair >> 24, pair & 0xFFFFFF) for pair in pairs.tolist()]
        left = column + skipped
        for y, line in enumerate(places.reshape(len(shown) // 2, -1).tolist(), row + first):
            self._cells[y][left : left + len(line)] = [kinds[place] for place in line]

    def shades(
        self, values: NDArray[np.float64], row: int, column: int, ink: Ink | None = None
    ) -> None:
        """Values (rows, columns) 0 … 1 as five shades, a cell each."""
        steps = np.asarray(np.nan_to_num(np.clip(values, 0, 1)) * 4.999, int)
        for y, line in enumerate(steps.tolist()):
            self.put(row + y, column, "".join(SHADES[step] for step in line), ink)

    def mark(self, row: int, column: int, glyph: str, colour: RGB, *, bold: bool = True) -> None:
        """One glyph on whatever ground is there."""
        if 0 <= row < self.height and 0 <= column < self.width:
            under = self._cells[row][column][1]
            if self.palette.ascii_only:
                glyph = glyph.translate(_ASCII)
            self._cells[row][column] = (glyph, Ink(colour, under.bg, bold))

    def row(self, index: int) -> tuple[tuple[str, Ink], ...]:
        """A row as runs of one ink."""
        return tuple(
            ("".join(text for text, _ in run), ink)
            for ink, run in groupby(self._cells[index], key=lambda cell: cell[1])
        )

    def text(self) -> str:
        """All as plain text, without blanks at the ends of lines."""
        return "\n".join("".join(c for c, _ in cells).rstrip() for cells in self._cells)
