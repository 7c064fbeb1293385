"""Whether every layer learns, in words: what vanishes, explodes or sleeps, and what helps."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from tui_nn.spec.protocol.frames import LayersFrame, LayerStatistics
from tui_nn.views.heat import Heat
from tui_nn.views.layer_names import bend_behind, learning, short_name
from tui_nn.views.numbers import counted, power

VANISHES = 1e-4
"""Of the last layer's |gradient|: a layer with less hardly learns beside it."""
EXPLODES = 1e3
"""Times the last layer's |gradient|, or the largest of the first step."""
DEAD = 0.25
"""The share of an activation's units that may be dead unmentioned."""
BOUNDED = ("Sigmoid", "Tanh", "Softsign", "Hardtanh")


Kind = Literal["", "vanishing", "exploding", "asleep"]


@dataclass(frozen=True)
class Verdict:
    """What is to be said of the gradients of one moment."""

    sign: Literal["✓", "!", "✗"]
    short: str
    """In at most 34 cells."""
    sentences: tuple[str, ...] = ()
    """The same at length, then why and what helps, where there is room."""
    note: str = "all layers learn"
    """For the panel's title."""
    kind: Kind = ""
    """What is wrong; empty where nothing is, or where it has no name."""


def verdict(frame: LayersFrame, heat: Heat, init: str | None) -> Verdict | None:
    """The worst that can be said; None before the first gradient. `init`: the experiment's."""
    rows = [
        row for row in learning(frame) if row.gradient is not None or "gradient" in row.nonfinite
    ]
    if not rows:
        return None
    broken = next((row for row in rows if row.gradient is None), None)
    if broken is not None:
        words = f"{short_name(broken)}: |gradient| is {broken.nonfinite['gradient']}"
        cure = "A smaller lr, or train.clip_norm, from before it happened."
        return Verdict("✗", words, (f"{words}.", cure), "")
    asleep = [row for row in rows if _sleeps(row, rows[-1])]
    note = f"{len(asleep)} of {counted(len(rows), 'layer')} asleep"
    exploding = _exploding(rows, heat)
    if exploding is not None:
        return replace(exploding, note=note if asleep else "all layers learn")
    if len(asleep) == len(rows):
        words = "|gradient| is 0 in every layer"
        return Verdict("!", words, (f"{words}.", "This batch asks for no change."), note, "asleep")
    if asleep:
        return replace(_asleep(frame, asleep[0], rows[-1], init), note=note)
    return _dead(frame) or Verdict("✓", "no layer vanishes or explodes")


def _sleeps(row: LayerStatistics, last: LayerStatistics) -> bool:
    """Whether a layer hardly learns beside the last one."""
    return not row.gradient or row.gradient < VANISHES * _gradient(last)


def _exploding(rows: Sequence[LayerStatistics], heat: Heat) -> Verdict | None:
    worst = max(rows, key=_gradient)
    size, name, last = _gradient(worst), short_name(worst), _gradient(rows[-1])
    if size > EXPLODES * heat.first > 0:
        times = power(size / heat.first)
        return Verdict(
            "✗",
            f"{name} explodes: {times} x first",
            (
                f"{name} explodes: |gradient| is {times} times the largest of the first step.",
                "What helps: a smaller lr, or train.clip_norm.",
            ),
            kind="exploding",
        )
    if size > EXPLODES * last > 0:
        times = power(size / last)
        return Verdict(
            "✗",
            f"{name} explodes: {times} x last",
            (
                f"{name} explodes: |gradient| is {times} times the last layer's.",
                "What helps: norm layers, or a smaller init.",
            ),
            kind="exploding",
        )
    return None


def _asleep(
    frame: LayersFrame, worst: LayerStatistics, last: LayerStatistics, init: str | None
) -> Verdict:
    name, bend = short_name(worst), bend_behind(frame, worst.name)
    if worst.gradient:
        share = power(worst.gradient / _gradient(last))
        long = f"{name} vanishes: |gradient| is {share} of the last layer's."
        short = f"{name} vanishes: {share} of last"
        return Verdict("✗", short, (long, _cure(frame, init)), kind="vanishing")
    short = f"{name} sleeps: |gradient| is 0"
    if bend is None or bend.dead != 1:
        words = f"{short}.", "This batch asks it for no change."
        return Verdict("✗", short, words, kind="asleep")
    why = f"Every unit of {short_name(bend)} gives 0 for every sample."
    cure = "What helps: a smaller lr or standardized inputs, from the start."
    return Verdict("✗", short, (f"{short}.", why, cure), kind="asleep")


def _gradient(row: LayerStatistics) -> float:
    return row.gradient or 0.0


def _cure(frame: LayersFrame, init: str | None) -> str:
    """What helps against a vanishing gradient, beyond what the network has already."""
    calls = [row.call for row in frame.layers]
    cures = []
    if any(call.startswith(BOUNDED) for call in calls):
        cures.append("ReLU() with init='kaiming_normal_()'")
    elif not (init or "").startswith("kaiming"):
        cures.append("init='kaiming_normal_()'")
    if not any(call.startswith("BatchNorm") for call in calls):
        cures.append("BatchNorm")
    if not any("." in row.name for row in frame.layers):
        cures.append("Residual")
    if not cures:
        return "What helps: fewer layers."
    words = cures[0] if len(cures) == 1 else f"{', '.join(cures[:-1])} or {cures[-1]}"
    return f"What helps: {words}."


def _dead(frame: LayersFrame) -> Verdict | None:
    """The activation with most units that give 0 for every sample."""
    rows = [row for row in frame.layers if row.weight is None and (row.dead or 0.0) >= DEAD]
    if not rows:
        return None
    worst = max(rows, key=lambda row: row.dead or 0.0)
    name, share = short_name(worst), f"{100 * (worst.dead or 0.0):.0f}%"
    return Verdict(
        "!",
        f"{name}: {share} of units dead",
        (
            f"{share} of the units of {name} are dead: they give 0 for every sample, "
            "and the weights before them get gradient 0.",
            "They wake only if the layers before them change.",
        ),
        note=f"{name}: {share} dead",
        kind="asleep",
    )
