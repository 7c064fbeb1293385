"""One column of a table as it is read: numbers or texts."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from tui_nn.data.files.table.cells import LARGEST, MISSING_TEXTS, mostly_numbers, numbers

MOST_TEXTS = 10_000
"""Different texts of a column that are told apart."""


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
        self.parts.append(np.array(values, np.float64 if self.precise else np.float32))

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

    def first(self, test: Callable[[str], bool], least: float = 0.0) -> tuple[int, str] | None:
        """The row and the text of the first that passes, if a share `least` of the texts do.

        Missing ones don't count.
        """
        stripped = [(code, text.strip()) for text, code in self.codes.items()]
        texts = [(code, word) for code, word in stripped if word not in MISSING_TEXTS]
        passing = [(code, word) for code, word in texts if test(word)]
        if not passing or len(passing) < least * len(texts):
            return None
        code, word = passing[0]
        return int(np.argmax(np.concatenate(self.parts) == code)), word


Column = NumberColumn | TextColumn
