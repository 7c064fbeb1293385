"""What is wrong with a run, in words, and under each what helps."""

from collections.abc import Sequence
from dataclasses import dataclass
from textwrap import wrap

from tui_nn.spec.diagnosis.diagnose import diagnose
from tui_nn.spec.diagnosis.finding import Finding, Remedy
from tui_nn.spec.diagnosis.remedies import remedies
from tui_nn.views.canvas import Canvas
from tui_nn.views.evidence import evidence
from tui_nn.views.ink import Ink, Palette
from tui_nn.views.world import World

NOTHING = "Nothing is found to be wrong."
TOO_EARLY = "Nothing is trained yet: there is no gradient and no loss to look at."
ANEW = "begins anew"
INDENT = 3


@dataclass(frozen=True)
class Treatable:
    """Something that is wrong, with what helps."""

    finding: Finding
    remedies: tuple[Remedy, ...]


@dataclass(frozen=True)
class Line:
    """A row of text; of a remedy its number among all."""

    text: str
    ink: Ink
    sign: str = ""
    remedy: int | None = None


def found(world: World) -> tuple[Treatable, ...]:
    """All that is wrong now, the worst first."""
    known = evidence(world)
    return tuple(Treatable(one, remedies(one, known)) for one in diagnose(known))


def all_remedies(treatable: Sequence[Treatable]) -> tuple[Remedy, ...]:
    """In the order in which they stand."""
    return tuple(remedy for one in treatable for remedy in one.remedies)


def lines(
    treatable: Sequence[Treatable], cursor: int, width: int, palette: Palette, step: int
) -> list[Line]:
    """The rows of all that is wrong; `cursor`: the remedy that is chosen."""
    room = max(8, width - INDENT)
    if not treatable:
        texts = wrap(NOTHING if step else TOO_EARLY, room)
        return [Line(text, palette.plain, "✓" if step and not at else "")
                for at, text in enumerate(texts)]  # fmt: skip
    shown: list[Line] = []
    number = 0
    for one in treatable:
        shown += [Line("", palette.plain)] if shown else []
        said = wrap(one.finding.said, room)
        shown += [Line(text, palette.strong, one.finding.sign if at == 0 else "")
                  for at, text in enumerate(said)]  # fmt: skip
        shown += [Line(text, palette.plain) for text in wrap(one.finding.why, room)]
        for remedy in one.remedies:
            here = number == cursor
            words = f"{number + 1} {remedy.words}" + (f"   {ANEW}" if begins_anew(remedy) else "")
            shown.append(Line(words, palette.strong if here else palette.plain, remedy=number))
            number += 1
    return shown


def begins_anew(remedy: Remedy) -> bool:
    """Whether training begins anew with it, once there are steps."""
    return remedy.anew or bool({"network", "data", "init"} & remedy.values.keys())


def paint(canvas: Canvas, rows: Sequence[Line], cursor: int) -> None:
    """Rows that have room, from the top."""
    palette = canvas.palette
    colours = {"✓": palette.good, "!": palette.warm, "✗": palette.bad}
    for at, line in enumerate(rows[: canvas.height]):
        if line.sign:
            canvas.put(at, 1, line.sign, palette.ink(colours[line.sign], bold=True))
        indent = INDENT if line.remedy is None else INDENT + 2
        if line.remedy == cursor and line.remedy is not None:
            canvas.put(at, INDENT, "▸", palette.ink(palette.accent))
        canvas.put(at, indent, line.text, line.ink)
