"""Rows of words, one below the other."""

from collections.abc import Iterator, Sequence

Rows = Sequence[Sequence[str]]


def aligned(rows: Rows, left: int = 1) -> Iterator[str]:
    """A line a row: the first `left` columns begin below each other, the others end so."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        cells = [
            cell.ljust(width) if i < left else cell.rjust(width)
            for i, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        yield "  " + "  ".join(cells).rstrip()
