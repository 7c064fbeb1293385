"""One column of a table as it is read: numbers or texts."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from math import sqrt

import numpy as np
from numpy.typing import NDArray

from tui_nn.data.files.table.cells import LARGEST, MISSING_TEXTS, mostly_numbers, numbers

MOST_TEXTS = 10_000
"""Different texts of a column that are told apart."""

_FINE = 1e4
"""Numbers that lie so many deviations from 0 lose digits that matter in float32."""


@dataclass
class _Summary:
    """What is known of numbers that went by."""

    count: int = 0
    first: float = 0.0
    total: float = 0.0
    """The sum of the differences from the first."""
    squares: float = 0.0
    """The sum of their squares."""
    peak: float = 0.0
    """The largest, without its sign."""
    groups: bool = True
    """Whether each, as `7.685` or `998`, may have a separator of thousands for its point."""
    fractions: bool = False
    """Whether one of them isn't whole."""

    def add(self, values: NDArray[np.float64]) -> None:
        known = values[~np.isnan(values)]
        if not len(known):
            return
        if not self.count:
            self.first = float(known[0])
        self.count += len(known)
        distance = known - self.first
        self.total += float(distance.sum())
        self.squares += float(distance @ distance)
        self.peak = max(self.peak, float(known.max()), -float(known.min()))
        if self.groups and (self.peak >= 1000 or not self._add_groups(np.abs(known))):
            self.groups = False

    def _add_groups(self, sizes: NDArray[np.float64]) -> bool:
        self.fractions = self.fractions or bool((sizes != np.trunc(sizes)).any())
        thousandths = 1000 * sizes
        close = np.abs(thousandths - np.round(thousandths)) < 1e-6
        return bool(close.all()) and not ((sizes > 0) & (sizes < 1)).any()

    @property
    def deviation(self) -> float:
        mean = self.total / max(1, self.count)
        return sqrt(max(0.0, self.squares / max(1, self.count) - mean * mean))


@dataclass
class NumberColumn:
    """Numbers of one column, NaN where there is none."""

    name: str
    comma: bool
    precise: bool
    """Kept as float64; otherwise as float32."""
    parts: list[NDArray[np.floating]] = field(default_factory=list)
    texts: int = 0
    first_text: tuple[int, str] | None = None
    """The row and the field of the first that is no number."""
    too_large: tuple[int, str] | None = None
    """The row and the field of the first that float32 doesn't hold."""
    summary: _Summary = field(default_factory=_Summary)

    def add(self, cells: Sequence[str], row: int, missing: set[str]) -> None:
        """The next fields, of which the first is in `row`; see `numbers`."""
        values, texts = numbers(cells, self.comma, missing)
        if texts and self.first_text is None:
            self.first_text = row + texts[0], cells[texts[0]].strip()
        self.texts += len(texts)
        large = np.abs(values) > LARGEST
        if large.any():
            at = int(np.argmax(large))
            self.too_large = self.too_large or (row + at, cells[at].strip())
            values[large] = np.nan
        self.add_numbers(values)

    def add_numbers(self, values: NDArray[np.float64]) -> None:
        """The next numbers, all of which float32 holds."""
        self.summary.add(values)
        self.parts.append(np.array(values, np.float64 if self.precise else np.float32))

    def needs_precision(self) -> bool:
        """Whether float32 doesn't hold what tells these numbers apart."""
        return 0 < _FINE * self.summary.deviation < self.summary.peak

    def is_text(self) -> bool:
        """Whether so many fields are texts that it was never meant to be numbers."""
        rows = sum(map(len, self.parts))
        missing = sum(int(np.isnan(part).sum()) for part in self.parts) - self.texts
        return self.texts > 0 and not mostly_numbers(rows - missing - self.texts, self.texts)

    def values(self) -> NDArray[np.floating]:
        """All of them, (rows,)."""
        return np.concatenate(self.parts)


class _Codes(dict[str, int]):
    """Numbers texts in the order they come in."""

    def __missing__(self, text: str) -> int:
        self[text] = code = len(self)
        return code


@dataclass
class TextColumn:
    """Texts of one column, each kept as the number of its kind."""

    name: str
    comma: bool
    """Whether the decimal point of numbers among them is a comma."""
    codes: _Codes = field(default_factory=_Codes)
    parts: list[NDArray[np.int32]] = field(default_factory=list)

    @property
    def overflowed(self) -> bool:
        """Whether there are more different texts than are told apart."""
        return len(self.codes) > MOST_TEXTS

    def add(self, cells: Sequence[str]) -> None:
        """The next fields."""
        if not self.overflowed:
            kinds = map(self.codes.__getitem__, cells)
            self.parts.append(np.fromiter(kinds, np.int32, len(cells)))

    def kinds(self) -> tuple[list[str], NDArray[np.int32]]:
        """The different texts, without spaces around them, and which each row has (rows,).

        −1 where a row has none.
        """
        place: dict[str, int] = {}
        stripped = [text.strip() for text in self.codes]
        to_place = np.array(
            [-1 if t in MISSING_TEXTS else place.setdefault(t, len(place)) for t in stripped],
            np.int32,
        )
        return list(place), to_place[np.concatenate(self.parts)]

    def first(self, test: Callable[[str], bool]) -> tuple[int, str] | None:
        """The row and the text of the first that passes; missing ones don't count."""
        for text, code in self.codes.items():
            if (word := text.strip()) not in MISSING_TEXTS and test(word):
                return int(np.argmax(np.concatenate(self.parts) == code)), word
        return None

    def share(self, test: Callable[[str], bool]) -> float:
        """The share of rows whose text passes; of those that have one."""
        counts = np.bincount(np.concatenate(self.parts), minlength=len(self.codes)).tolist()
        texts = [(code, text.strip()) for text, code in self.codes.items()]
        present = [(counts[code], word) for code, word in texts if word not in MISSING_TEXTS]
        passing = sum(count for count, word in present if test(word))
        return float(passing / max(1, sum(count for count, _ in present)))


Column = NumberColumn | TextColumn
