"""Many small pictures of one size in a grid, each under a line of its own."""

from collections.abc import Iterator
from dataclasses import dataclass

LEAST = (6, 2)
"""Columns and rows of a picture, below which fewer are shown."""
GAP = 1


@dataclass(frozen=True)
class Tiles:
    """`shown` of them, each with so many columns and rows, and a row above it."""

    shown: int
    across: int
    columns: int
    rows: int

    def places(self) -> Iterator[tuple[int, int]]:
        """(row, column) of each one's upper line."""
        for index in range(self.shown):
            down, right = divmod(index, self.across)
            yield down * (self.rows + 1), right * (self.columns + GAP)

    def first(self, chosen: int, count: int) -> int:
        """The one to begin with, so that the chosen one of so many is shown."""
        page = chosen // max(1, self.shown) * self.shown
        return max(0, min(page, count - self.shown))


def tiles(count: int, columns: int, rows: int) -> Tiles:
    """The largest pictures of which `count` have room; fewer where they would be too small."""
    most_across = max(1, (columns + GAP) // (LEAST[0] + GAP))
    most_down = max(1, rows // (LEAST[1] + 1))
    count = max(1, min(count, most_across * most_down))
    best = Tiles(1, 1, max(1, columns), max(1, rows - 1))
    size = 0.0
    for across in range(1, min(count, most_across) + 1):
        down = -(-count // across)
        if down > most_down:
            continue
        wide, tall = (columns + GAP) // across - GAP, rows // down - 1
        if min(wide / 2, tall) > size:
            size = min(wide / 2, tall)
            best = Tiles(count, across, max(1, wide), max(1, tall))
    return best
