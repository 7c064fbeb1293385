"""Whether every layer learns, in words: what vanishes, explodes or sleeps, and what helps."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from tui_nn.spec.protocol.frames import LayersFrame, LayerStatistics
from tui_nn.views.heat import Heat
from tui_nn.views.layer_names import bend_behind, learning, short_name
from tui_nn.views.numbers import counted, power

VANISHES = 1e-4
"""Of the last layer's |gradient|: a layer with less hardly learns beside it."""
EXPLODES = 1e3
"""Times the last layer's |gradient|, or the largest of the first step."""
DEAD = 0.1
"""The share of an activation's units that may be dead unmentioned."""
BOUNDED = ("Sigmoid", "Tanh", "Softsign", "Hardtanh")
NORMS = ("BatchNorm", "LayerNorm", "GroupNorm", "InstanceNorm", "RMSNorm")


@dataclass(frozen=True)
class Verdict:
    """What is to be said of the gradients of one moment."""

    sign: Literal["✓", "!", "✗"]
    short: str
    """One line of at most 36 cells."""
    more: str = ""
    """What follows where there is room: why, and what helps."""
    note: str = "all layers learn"
    """For the panel's title."""


def verdict(frame: LayersFrame, heat: Heat, init: str | None) -> Verdict | None:
    """The worst that can be said; None before the first gradient. `init`: the experiment's."""
    rows = [
        row for row in learning(frame) if row.gradient is not None or "gradient" in row.nonfinite
    ]
    if not rows:
        return None
    broken = next((row for row in rows if row.gradient is None), None)
    if broken is not None:
        word = broken.nonfinite["gradient"]
        words = f"{short_name(broken)}: |gradient| is {word}"
        return Verdict("✗", words, "A smaller lr, or train.clip_norm, from before it.", "")
    count = sum(map(_Sleeps(rows), rows))
    note = f"{count} of {counted(len(rows), 'layer')} asleep" if count else "all layers learn"
    exploding = _exploding(rows, heat)
    if exploding:
        return Verdict("✗", *exploding, note)
    if count == len(rows):
        return Verdict(
            "!", "|gradient| is 0 in every layer", "This batch asks for no change.", note
        )
    if count:
        return Verdict("✗", *_asleep(frame, rows, init), note)
    return _dead(frame) or Verdict("✓", "no layer vanishes or explodes")


@dataclass(frozen=True)
class _Sleeps:
    """Whether a layer hardly learns beside the last one."""

    rows: Sequence[LayerStatistics]

    def __call__(self, row: LayerStatistics) -> bool:
        return not row.gradient or row.gradient < VANISHES * (self.rows[-1].gradient or 0.0)


def _exploding(rows: Sequence[LayerStatistics], heat: Heat) -> tuple[str, str] | None:
    worst = max(rows, key=_gradient)
    size, name, last = _gradient(worst), short_name(worst), _gradient(rows[-1])
    if size > EXPLODES * heat.first > 0:
        times = power(size / heat.first)
        return (
            f"{name} explodes: {times} x the first",
            f"|gradient| is {times} times the largest of step {heat.since + 1:,}. "
            "What helps: a smaller lr, or train.clip_norm.",
        )
    if size > EXPLODES * last > 0:
        times = power(size / last)
        return (
            f"{name} explodes: {times} x the last",
            f"|gradient| is {times} times the last layer's. "
            "What helps: norm layers, or a smaller init.",
        )
    return None


def _asleep(
    frame: LayersFrame, rows: Sequence[LayerStatistics], init: str | None
) -> tuple[str, str]:
    worst = min(rows, key=_gradient)
    name, bend = short_name(worst), bend_behind(frame, worst.name)
    if worst.gradient:
        share = power(worst.gradient / _gradient(rows[-1]))
        return (
            f"{name} vanishes: {share} of the last",
            f"|gradient| is {share} of the last layer's. {_cure(frame, init)}",
        )
    why = "This batch asks it for no change."
    if bend is not None and bend.dead == 1:
        why = (
            f"Every unit of {short_name(bend)} gives 0 for every sample. "
            "What helps: a smaller lr or standardized inputs, from the start."
        )
    return f"{name} sleeps: |gradient| is 0", why


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
    if not any(call.startswith(NORMS) for call in calls):
        cures.append("norm layers")
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
    share = worst.dead or 0.0
    return Verdict(
        "!",
        f"{short_name(worst)}: {100 * share:.0f}% of its units are dead",
        "They give 0 for every sample, so their weights get gradient 0: "
        "they wake only if the layers before them change.",
    )
