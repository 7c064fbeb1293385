"""What one field of a table can be: a number, nothing, a date, another text."""

import re
from collections.abc import Iterable, Sequence
from math import isnan, nan

import numpy as np
from numpy.typing import NDArray

MISSING = frozenset(("", "na", "n/a", "#n/a", "<na>", "nan", "null", "none", "?", "-"))
"""What stands for a number that isn't known, in any case."""

MISSING_TEXTS = frozenset(("", "NA", "N/A", "n/a", "#N/A", "<NA>", "NaN", "nan", "NULL", "null"))
MISSING_TEXTS |= {"None", "?", "-"}
"""What stands for a text that isn't known; `none` is a word."""

_SPELLINGS = 6

LARGEST = float(np.finfo(np.float32).max)

_DATES = re.compile(
    r"""(?=.*\d)((1[5-9]|2[01])\d{2}[-/.]\d{1,2}([-/.]\d{1,2})?|\d{1,2}[-/.]\d{1,2}[-/.](\d{4}|\d{2})
    |\d{1,2}[-\ .]{1,2}[A-Za-z]{3,9}[-\ .]{1,2}\d{2,4}|[A-Za-z]{3,9}\ \d{1,2},\ ?\d{4})?
    ([T\ ]?\d{1,2}:\d{2}(:\d{2}([.,]\d+)?)?(\ ?[AaPp][Mm])?)?\ ?(Z|UTC|[-+]\d{2}:?\d{2})?""",
    re.VERBOSE | re.ASCII,
)
_SIGN = "[-+−]?"
_NUMBERS = re.compile(
    rf"{_SIGN}[$€£¥]?{_SIGN}\s?\d+([.,\s'’_]\d{{3}})*([.,]\d+)?\s?(%|‰|[$€£¥]|USD|EUR)?"
)
_FRACTION = re.compile(r"[-+]?\d*([.,])\d+([eE][-+]?\d+)?", re.ASCII)
_GROUPED = re.compile(r"[-+]?[1-9]\d{0,2}[.,]\d{3}", re.ASCII)


def parse_number(text: str, comma: bool = False) -> float | None:
    """What a field says: a number, NaN where it says that there is none, None for a text.

    `comma`: the decimal point is a comma.
    """
    word = text.strip()
    if word.lower() in MISSING:
        return nan
    if "_" in word or not word.isascii() or (comma and "." in word):
        return None
    try:
        return float(word.replace(",", ".") if comma else word)
    except ValueError:
        return None


def numbers(
    cells: Sequence[str], comma: bool, missing: set[str]
) -> tuple[NDArray[np.float64], list[int]]:
    """The numbers (n,) in fields, NaN where there is none, and the places of other texts.

    The first few spellings of missing ones are added to `missing`.
    """
    text = "\0".join(cells)
    if text.isascii() and "_" not in text and not (comma and "." in text):
        words = text.replace(",", ".").split("\0") if comma else cells
        for known_missing in (frozenset[str](), missing):
            try:
                plain = ["nan" if w in known_missing else w for w in words]
                return np.fromiter(map(float, plain), np.float64, len(cells)), []
            except ValueError:
                pass
    known: dict[str, float | None] = {}
    for cell in set(cells):
        known[cell] = value = parse_number(cell, comma)
        if value is not None and isnan(value) and cell.isprintable() and len(missing) < _SPELLINGS:
            missing.add(cell)
    values = np.array([known[cell] for cell in cells], np.float64)
    return values, [i for i in np.flatnonzero(np.isnan(values)).tolist() if known[cells[i]] is None]


def mostly_numbers(count: int, texts: int) -> bool:
    """Whether a column of `count` numbers and `texts` other texts was meant to be numbers."""
    return count > texts and texts <= max(1, (count + texts) // 10)


def is_date(text: str) -> bool:
    """Whether a text looks like a date or a time of day."""
    return len(text) <= 40 and text[:1] != "" and _DATES.fullmatch(text) is not None


def is_decorated(text: str, comma: bool) -> bool:
    """Whether a text is no number but looks like one with separators, a unit or a comma."""
    looks_like_one = len(text) <= 40 and _NUMBERS.fullmatch(text) is not None
    return looks_like_one and parse_number(text, comma) is None


def has_decimal_comma(cells: Iterable[str]) -> bool:
    """Whether more of these fields are numbers with a decimal comma than with a point.

    Those that may have separators of thousands count only where the others are even.
    """
    sure = unsure = 0
    for cell in cells:
        if mark := fraction_mark(word := cell.strip()):
            side = 1 if mark == "," else -1
            grouped = is_grouped(word)
            sure += side * (not grouped)
            unsure += side * grouped
    return (sure or unsure) > 0


def fraction_mark(word: str) -> str:
    """The comma or point of a number that has one of them; else empty."""
    found = _FRACTION.fullmatch(word)
    return found[1] if found else ""


def is_grouped(word: str) -> bool:
    """Whether the comma or point in a number may separate its thousands: `7,685`."""
    return _GROUPED.fullmatch(word) is not None


def by_value(text: str) -> tuple[bool, float, str]:
    """A key that sorts texts: numbers by their value, then the others by their letters."""
    value = parse_number(text)
    return (True, 0.0, text) if value is None or isnan(value) else (False, value, text)


def shorten(text: str) -> str:
    """A text for a notice, on one line, its end left out where it is long."""
    line = " ".join(text.split())
    return line if len(line) <= 40 else line[:39] + "…"


def some(words: Sequence[str]) -> str:
    """The first few of these, and how many more there are."""
    return ", ".join(words[:5]) + (f" and {len(words) - 5:,} more" if len(words) > 5 else "")


def span(low: float, high: float) -> str:
    """`0.5 to 12`, with as many digits as tell two numbers apart."""
    if low == round(low) and high == round(high) and max(abs(low), abs(high)) < 1e15:
        return f"{low:.0f} to {high:.0f}"
    digits = next((n for n in (6, 9, 12) if f"{low:.{n}g}" != f"{high:.{n}g}"), 17)
    return f"{low:.{digits}g} to {high:.{digits}g}"
