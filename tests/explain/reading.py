"""A text of `explain/` in its parts, and the numbers of its example as plain data."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import tui_nn
from tui_nn.spec import catalog
from tui_nn.spec.call import Call, Value, parse
from tui_nn.spec.catalog.metrics import METRICS
from tui_nn.spec.catalog.phases import PHASES

FOLDER = Path(tui_nn.__file__).parent / "explain"
EXPLAINED = [
    *((entry.kind, entry.name) for entry in catalog.entries()),
    *(("metric", metric.name) for metric in METRICS),
    *(("phase", phase.name) for phase in PHASES),
]
"""Kind and name of all that must have a text."""
PARTS = re.compile(
    r"(?P<sentences>\S.*?)\n\n"
    r"(?P<formula>    .*?)\n\n"
    r"With numbers:\n\n(?P<numbers>    .*?)\n\n"
    r"When to use: (?P<use>\S.*?)\n\n"
    r"What goes wrong: (?P<wrong>\S.*?)\n\n"
    r"PyTorch: (?P<torch>\S.*)\n",
    re.DOTALL,
)
CALL = re.compile(r"\w+\(.*\)")
DIGITS = 4
"""An example's numbers are right to so many significant digits."""


@dataclass(frozen=True)
class Case:
    """A line of an example: what is given and, behind `->`, what comes out of it."""

    given: Mapping[str, Value]
    shown: Mapping[str, Value]


@dataclass(frozen=True)
class Example:
    """A call and the lines under it; texts of metrics and phases have none."""

    call: Call | None
    cases: tuple[Case, ...]


def parts_of(kind: str, name: str) -> dict[str, str]:
    """The parts of a text; fails where one is missing."""
    text = (FOLDER / kind / f"{name}.md").read_text(encoding="utf-8")
    found = PARTS.fullmatch(text)
    assert found, f"{kind}/{name} has not all the parts in their order"
    return found.groupdict()


def examples(kind: str, name: str) -> list[Example]:
    """The example of a text: one call or several, each with its lines."""
    found: list[tuple[Call | None, list[Case]]] = []
    for line in _lines(parts_of(kind, name)["numbers"]):
        if CALL.fullmatch(line):
            found.append((parse(line), []))
            continue
        if not found:
            found.append((None, []))
        given, arrow, shown = line.partition("->")
        assert shown.strip() or not arrow, line
        found[-1][1].append(Case(_named(given), _named(shown)))
    return [Example(call, tuple(cases)) for call, cases in found]


def _lines(block: str) -> list[str]:
    """Its lines; one that begins further right goes on with the line above."""
    lines: list[str] = []
    for line in block.split("\n"):
        assert line.startswith("    "), line
        if line[4] == " ":
            lines[-1] += f" {line.strip()}"
        else:
            lines.append(line.strip())
    return lines


def _named(text: str) -> dict[str, Value]:
    """`x = [1, 2], y = 3`, read as the arguments of a call are."""
    return dict(parse(f"these({text})").kwargs)


def check(shown: Mapping[str, Value], real: Mapping[str, Any]) -> None:
    """Every number that an example shows is the real one."""
    for name, value in shown.items():
        assert name in real, f"nobody computes {name}"
        assert same(value, real[name]), f"{name} = {value}, really {real[name]}"


def same(shown: Value, real: Any) -> bool:
    """Equal to four significant digits, in the same arrangement."""
    if hasattr(real, "tolist"):
        real = real.tolist()
    if isinstance(shown, tuple):
        return (
            isinstance(real, Sequence)
            and len(shown) == len(real)
            and all(same(one, other) for one, other in zip(shown, real, strict=True))
        )
    if isinstance(shown, int | float) and isinstance(real, int | float):
        return _rounded(shown) == _rounded(real)
    return bool(shown == real)


def _rounded(number: float) -> float:
    """What four significant digits tell; less than a billionth is 0."""
    return float(f"{number:.{DIGITS}g}") if abs(number) > 1e-9 else 0.0
