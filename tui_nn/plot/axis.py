"""Where an axis begins and ends, its ticks in 1-2-5 steps, and labels a person can read."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

import numpy as np
from numpy.typing import NDArray

SMALLEST = 1e-200
"""What is nearer to zero, but not zero, counts as this."""
LARGEST = 1e200
"""Further from zero than this counts as infinite."""

_LONGEST_WHOLE = 9  # characters of a label without decimals ("1,000,000")
_LONGEST_LABEL = 8
_LONGEST_DECIMALS = 4  # written without exponent
_LONGEST_BASE = 12
_FINEST = 10  # steps between the ends of an axis, at most
_NEARLY = 1e-9  # of a step: how far a limit may miss a tick and still lie on it
_BESIDE = 1.2  # times a value that is alone: so far at least reaches a logarithmic axis
_FLAT = 1e-12  # of the values: a spread below it is rounding, not data


@dataclass(frozen=True)
class Axis:
    """One axis: its two ends and ticks in the units of the data, and what is written there."""

    low: float
    high: float
    ticks: tuple[float, ...]
    """Ascending; all within low and high."""
    labels: tuple[str, ...]
    """One a tick."""
    base: str = ""
    """What every label counts from, where whole numbers would be too long ("123,456.789")."""
    log: bool = False

    def places(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Where values lie: 0 at the low end, 1 at the high end; all must be on the axis."""
        low, high = self.low, self.high
        if self.log:
            values = np.log10(np.maximum(values, SMALLEST))
            low, high = math.log10(low), math.log10(high)
        return np.clip((values - low) / (high - low), 0.0, 1.0)

    def place(self, value: float) -> float:
        """Where one value lies."""
        return float(self.places(np.array([value]))[0])


def linear_axis(
    low: float, high: float, most: int, *, whole: bool = False, snap: bool = True,
    strict: bool = False,
) -> Axis:  # fmt: skip
    """An axis over low … high with at most `most` ticks, multiples of 1, 2 or 5 × 10^k.

    `snap` moves the ends out to such multiples and puts ticks there and between, at all or at
    every n-th of them ("0, 0.4, 0.8"). Without it the ends stay, and few ticks, or none, may lie
    between them. `whole` allows no ticks between whole numbers, `strict` only multiples of the
    distance between them (not "0.1, 0.3, 0.5"). `most` is 2 or more, without `snap` 3 or more.
    """
    low, high = _widened(low, high)
    for digit, power in _steps((high - low) / _FINEST):
        if whole and power < 0:
            continue
        step = float(Decimal(digit).scaleb(power))
        first, last = _multiples(low, high, step, outwards=snap)
        stride = _stride(first, last, most) if snap else int(last - first < most)
        if stride and not (strict and first % stride):
            break
    ticks = [Decimal(k * digit).scaleb(power) for k in range(first, last + 1, stride)]
    labels, base = linear_labels(ticks)
    if snap:
        low, high = float(ticks[0]), float(ticks[-1])
    return Axis(low, high, tuple(float(tick) for tick in ticks), labels, base)


def log_axis(low: float, high: float, most: int) -> Axis:
    """A logarithmic axis over low … high (both > 0) with at most `most` (≥ 3) ticks.

    Its ends are 1, 2 or 5 × 10^k. Ticks at all of these, or at every n-th power of ten, or at
    the ends; over less than about a decade, where they would be few, at even steps. One value
    alone lies between the next of these.
    """
    low, high = max(low, SMALLEST), max(high, SMALLEST)
    is_flat = high - low <= _FLAT * high
    marks = _one_two_fives(low / _BESIDE, high * _BESIDE) if is_flat else _one_two_fives(low, high)
    even = linear_axis(low, high, most, strict=True)
    if not is_flat and len(marks) <= 3 and len(even.ticks) >= len(marks) and even.low > 0:
        return replace(even, log=True)
    ticks = _thinned(marks, most)
    labels = tuple(_plain(t) if 1e-3 <= t < 1e5 else _scientific(t) for t in ticks)
    values = tuple(float(tick) for tick in ticks)
    return Axis(float(marks[0]), float(marks[-1]), values, labels, log=True)


def linear_labels(ticks: Sequence[Decimal]) -> tuple[tuple[str, ...], str]:
    """Labels of evenly spaced ticks, and the base they count from, or "".

    All have the same number of decimals ("0.5", "1.0"); zero is "0"; very large and very small
    ones are short ("2e-5"). Where that takes more than 8 characters, each is written as the
    distance from a round base ("+2e-7" from "1").
    """
    if not ticks:
        return (), ""
    labels = _uniform(ticks)
    longest = _LONGEST_LABEL if "." in labels[-1] else _LONGEST_WHOLE
    if max(map(len, labels)) <= longest:
        return labels, ""
    spread = ticks[-1] - ticks[0] or ticks[0]
    reach = Decimal(1).scaleb(spread.adjusted() + 1)
    base = round((ticks[0] + ticks[-1]) / 2 / reach) * reach
    if not base:
        return labels, ""
    written = _plain(base.normalize())
    if len(written) > _LONGEST_BASE or abs(base) < 1e-3:
        written = _scientific(base)
    distances = _uniform([tick - base for tick in ticks])
    return tuple(d if d[0] in "-0" and d[1:2] != "." else f"+{d}" for d in distances), written


def _widened(low: float, high: float) -> tuple[float, float]:
    """The same limits, or some room around them where they are equal."""
    size = max(abs(low), abs(high))
    if size < SMALLEST:
        return 0.0, 1.0
    if high - low <= _FLAT * size:
        return low - size / 10, high + size / 10
    return low, high


def _steps(least: float) -> Iterator[tuple[int, int]]:
    """(digit, power) of 1-2-5 steps upwards, the first one not above `least`."""
    power = math.floor(math.log10(least))
    while True:
        for digit in (1, 2, 5):
            yield digit, power
        power += 1


def _multiples(low: float, high: float, step: float, *, outwards: bool) -> tuple[int, int]:
    """First and last k of the multiples k · step around (or within) low … high."""
    if outwards:
        first = math.floor(low / step + _NEARLY)
        return first, max(first + 1, math.ceil(high / step - _NEARLY))
    return math.ceil(low / step - _NEARLY), math.floor(high / step + _NEARLY)


def _stride(first: int, last: int, most: int) -> int:
    """The least n by which ticks at every n-th of the multiples first … last are 3 … most.

    They include both ends and, where it lies between, zero; 2 ticks if most is 2. 0 for no such n.
    """
    steps = last - first
    if steps > _FINEST:
        return 0
    if most == 2 or steps == 1:
        return steps
    for stride in (1, 2, 5):
        round_values = first % stride == 0 or (stride == 2 and first * last > 0)
        if round_values and steps % stride == 0 and 2 <= steps // stride < most:
            return stride
    return 0


def _one_two_fives(low: float, high: float) -> list[Decimal]:
    """1, 2, 5 × 10^k, from the last one at or below low to the first one at or above high."""
    first, last = math.floor(math.log10(low)) - 1, math.ceil(math.log10(high)) + 1
    marks = [Decimal(d).scaleb(power) for power in range(first, last + 1) for d in (1, 2, 5)]
    below = sum(float(mark) <= low * (1 + _NEARLY) for mark in marks)
    above = sum(float(mark) >= high * (1 - _NEARLY) for mark in marks)
    return marks[below - 1 : len(marks) - above + 1]


def _thinned(marks: list[Decimal], most: int) -> list[Decimal]:
    """The densest regular choice of at most `most` of these 1-2-5 marks."""
    if len(marks) <= most:
        return marks
    tens = [mark for mark in marks if mark.as_tuple().digits == (1,)]
    if len(tens) < 2:
        return [marks[0], *tens, marks[-1]]
    for every in (1, 2, 5, 10, 20, 50, 100, 200):
        chosen = [mark for mark in tens if mark.adjusted() % every == 0]
        if len(chosen) <= most:
            break
    return chosen if len(chosen) > 1 else [tens[0], tens[-1]]


def _uniform(ticks: Sequence[Decimal]) -> tuple[str, ...]:
    """Labels with the same number of decimals: plain, or, where shorter, with one exponent."""
    power = min((int(tick.normalize().as_tuple().exponent) for tick in ticks if tick), default=0)
    decimals = max(0, -power)
    plain = tuple(_plain(tick, decimals) for tick in ticks)
    length = max(map(len, plain))
    longest = _LONGEST_LABEL if decimals else _LONGEST_WHOLE
    if length <= longest and decimals <= _LONGEST_DECIMALS:
        return plain
    exponent = max(tick.adjusted() for tick in ticks if tick)
    scientific = tuple(
        f"{tick.scaleb(-exponent):.{exponent - power}f}e{exponent}" if tick else "0"
        for tick in ticks
    )
    return scientific if max(map(len, scientific)) < length else plain


def _plain(value: Decimal, decimals: int | None = None) -> str:
    """Digits in groups of three; zero is "0"."""
    if not value:
        return "0"
    places = max(0, -int(value.as_tuple().exponent)) if decimals is None else decimals
    return f"{value:,.{places}f}"


def _scientific(value: Decimal) -> str:
    """The shortest "2e-5"."""
    return f"{value.normalize():e}".replace("e+", "e")
