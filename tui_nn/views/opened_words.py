"""What an opened number is called, and the numbers of its arithmetic in columns."""

from collections.abc import Sequence
from math import isfinite

from msgspec import structs

from tui_nn.spec.protocol.frames import WeightUpdateFrame
from tui_nn.spec.protocol.inside import Line, Place
from tui_nn.views.architecture import LayerRow
from tui_nn.views.numbers import counted, plain
from tui_nn.views.opened import Frames, Level, used_in

WHOLE = 1e6
LARGE, SMALL = 1e5, 1e-4
"""Beyond these a column has powers of ten."""
DIGITS = 7
GIVEN = {
    "input": "A number of the data: here every sum begins.",
    "target": "What the data wants.",
}


def name_of(place: Place, rows: Sequence[LayerRow]) -> str:
    """`0.weight[1,0]`, `9 Linear[3]`, `loss`; of a gradient `∂L/∂ 9 Linear[3]`."""
    kinds = {row.name: row.kind for row in rows}
    match place.of:
        case "output":
            found = f"{place.name} {kinds.get(place.name, '')}".strip()
        case "input" if place.name:
            found = f"input of {place.name} {kinds.get(place.name, '')}".strip()
        case "parameter":
            found = place.name
        case _:
            found = place.of
    return f"{'∂L/∂ ' if place.gradient else ''}{found}{index_of(place.index)}"


def index_of(index: Sequence[int]) -> str:
    """`[1,0]`; nothing where there is but one number."""
    return f"[{','.join(map(str, index))}]" if index else ""


def title(level: Level, rows: Sequence[LayerRow]) -> str:
    """What the box is about."""
    name = name_of(level.place, rows)
    if level.way == "gradient":
        return f"∂L/∂ {name}"
    if level.way == "update":
        return f"update of {name}"
    if level.place.of == "parameter":
        return f"{name} in {name_of(used_in(level.place, rows), rows)}"
    return name


def whose(level: Level, count: int) -> str:
    """Which sample of how many; all of them where they count together."""
    place, where = level.place, f", {level.part}" if level.part else " of the batch"
    if level.way == "update":
        return ""
    sample = place.sample
    if sample is None and place.of == "parameter" and level.way == "forward":
        sample = 0
    if sample is None:
        return f"all {counted(count, 'sample')}{where}" if count > 1 else f"1 sample{where}"
    return f"sample {sample + 1:,} of {count:,}{where}"


def agreement(ulp: float | None, agrees: bool | None) -> tuple[str, bool]:
    """`= torch ✓  0.5 ulp`, and whether it is; nothing where torch holds no such number."""
    if agrees is None:
        return "", True
    how_far = "" if ulp is None else f"  {ulp:.2g} ulp"
    return f"{'= torch ✓' if agrees else 'torch ✗'}{how_far}", agrees


def value_of(frame: Frames) -> str:
    """The number itself, of an update before and after, with all digits that float32 has."""
    if isinstance(frame, WeightUpdateFrame):
        before = full(frame.before, frame.nonfinite.get("before"))
        return f"{before} ▸ {full(frame.after, frame.nonfinite.get('after'))}"
    return full(frame.value, frame.nonfinite.get("value"))


def full(value: float | None, word: str | None = None) -> str:
    """With its sign and nine digits; a word where it is none."""
    if value is None:
        return word or "·"
    return f"{value:+.9g}" if value else "0"


def aligned(values: Sequence[float | None]) -> list[str]:
    """Numbers of one column, with their decimal points in a line."""
    known = [abs(v) for v in values if v is not None and isfinite(v)]
    largest, smallest = max(known, default=0.0), min((v for v in known if v), default=1.0)
    if largest < WHOLE and all(value == int(value) for value in known):
        form = "+.0f"
    elif largest < LARGE and smallest >= SMALL:
        form = f"+.{DIGITS - len(str(int(largest)))}f"
    else:
        form = "+.4e"
    texts = [_written(value, form) for value in values]
    width = max(map(len, texts), default=0)
    return [text.rjust(width) for text in texts]


def _written(value: float | None, form: str) -> str:
    if value is None or not isfinite(value):
        return plain(value)
    return format(value, form) if value else format(0.0, form)[1:]


def head_of(line: Line) -> str:
    """What a line does: `sum = Σ w·a`, `mean = mean of a`."""
    text = line.formula
    match line.operation:
        case "sum":
            by = f" / {line.divisor:g}" if line.divisor is not None else ""
            text = f"Σ {text}{by}"
        case "mean" | "max":
            text = f"{line.operation} of {text}"
    return f"{line.name} = {text}" if line.name != text else text


def sources_of(line: Line, rows: Sequence[LayerRow]) -> str:
    """Where the numbers of its factors stand: `w: 0.weight  a: 1 Tanh`."""
    found = {
        factor.name: name_of(structs.replace(factor.place, index=()), rows)
        for factor in line.factors
        if factor.place is not None
    }
    return "  ".join(f"{name}: {words}" for name, words in found.items() if name != words)


def window_of(line: Line, level: Level) -> str:
    """How many terms there are, and which of them are told."""
    numbers, words = line.numbers.numpy(), counted(line.count, "term")
    if level.order == "largest":
        some = f"{len(numbers):,} of " if len(numbers) < line.count else ""
        return f"{some}{words}, largest first"
    if 0 < len(numbers) < line.count:
        return f"terms {numbers[0] + 1:,}–{numbers[-1] + 1:,} of {line.count:,}"
    return words
