"""Coloured cells of a terminal: rows of runs, and a grid to write them into."""

import unicodedata
from functools import lru_cache
from itertools import groupby

RGB = tuple[int, int, int]
"""Red, green, blue, each 0 … 255."""
Run = tuple[str, RGB | None]
"""Neighbouring characters of one colour; None is the terminal's own."""
Row = tuple[Run, ...]

_IN_ASCII = {"≤": "<=", "≥": ">=", "−": "-", "×": "x", "·": "*", "…": "...", "→": ">"}


def plain(text: str, *, ascii_only: bool) -> str:
    """`text` in one line, without characters that take no cell; "?" for what ASCII lacks."""
    text = unicodedata.normalize("NFC", text)
    text = "".join(c for c in " ".join(text.split()) if c.isprintable() and _width(c))
    if ascii_only:
        text = "".join(map(_ascii, text))
    return " ".join(text.split())


def cell_width(text: str) -> int:
    """How many cells `text` takes."""
    return sum(map(_width, text))


def shortened(text: str, width: int, *, ascii_only: bool) -> str:
    """`text`, or as much of its beginning as fits `width` cells with an ellipsis."""
    if cell_width(text) <= width:
        return text
    ellipsis = ("..." if ascii_only else "…")[:width]
    while text and cell_width(text) + len(ellipsis) > width:
        text = text[:-1]
    return text.rstrip() + ellipsis


def ansi(row: Row, *, colour: bool) -> str:
    """One row for a terminal, without spaces at its end; in 24-bit colours if `colour`."""
    text = "".join(
        f"\x1b[38;2;{rgb[0]};{rgb[1]};{rgb[2]}m{text}\x1b[0m" if colour and rgb else text
        for text, rgb in row
    )
    return text.rstrip(" ")


class Grid:
    """width × height cells, blank at first; row 0 is the top."""

    def __init__(self, width: int, height: int) -> None:
        self.width = width
        self.height = height
        self._cells: list[list[tuple[str, RGB | None]]] = [
            [(" ", None)] * width for _ in range(height)
        ]

    def put(self, row: int, column: int, text: str, colour: RGB | None = None) -> None:
        """Write `text` from `column` on; all of it must fit into the row.

        What is left of a wide character that it half covers becomes blank.
        """
        cells = self._cells[row]
        if text and cells[column][0] == "":
            cells[column - 1] = (" ", None)
        for character in text:
            cells[column] = (character, None if character == " " else colour)
            if _width(character) == 2:
                cells[column + 1] = ("", colour)
            column += _width(character)
        if column < self.width and cells[column][0] == "":
            cells[column] = (" ", None)

    def is_blank(self, row: int, start: int, stop: int) -> bool:
        """Whether the cells start … stop - 1 lie in the grid and nothing is written there."""
        cells = self._cells[row]
        return start >= 0 and stop <= self.width and all(c[0] == " " for c in cells[start:stop])

    def rows(self) -> tuple[Row, ...]:
        """All cells, neighbours of one colour joined; each row is `width` cells wide."""
        return tuple(
            tuple(
                ("".join(text for text, _ in run), rgb)
                for rgb, run in groupby(cells, key=lambda cell: cell[1])
            )
            for cells in self._cells
        )


@lru_cache(maxsize=4096)
def _width(character: str) -> int:
    """Cells one character takes: 0 for controls and combining marks, 2 for East Asian wide."""
    if unicodedata.category(character) in ("Cc", "Cf", "Cs", "Mn", "Me"):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def _ascii(character: str) -> str:
    """The nearest in ASCII ("e" for "é"), or "?"."""
    if character in _IN_ASCII:
        return _IN_ASCII[character]
    letters = "".join(c for c in unicodedata.normalize("NFKD", character) if _width(c))
    return letters if letters.isascii() else "?"
