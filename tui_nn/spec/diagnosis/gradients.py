"""Whether every layer learns: what vanishes, explodes, sleeps or is no number."""

from collections.abc import Sequence

from tui_nn.spec.diagnosis.evidence import Evidence
from tui_nn.spec.diagnosis.finding import Finding
from tui_nn.spec.diagnosis.rows import bend_behind, learning, short_name
from tui_nn.spec.protocol.frames import LayersFrame, LayerStatistics
from tui_nn.spec.words import power

VANISHES = 1e-4
"""Of the last layer's |gradient|: a layer with less hardly learns beside it."""
EXPLODES = 1e3
"""Times the last layer's |gradient|, or the largest of the first step."""
NO_CHANGE = "This batch asks it for no change."


def with_gradient(frame: LayersFrame | None) -> list[LayerStatistics]:
    """The layers that a gradient has reached."""
    return [r for r in learning(frame) if r.gradient is not None or "gradient" in r.nonfinite]


def nonfinite(evidence: Evidence) -> Finding | None:
    """A gradient that is no number."""
    rows = with_gradient(evidence.layers)
    broken = next((row for row in rows if row.gradient is None), None)
    if broken is None:
        return None
    words = f"{short_name(broken)}: |gradient| is {broken.nonfinite['gradient']}"
    why = "Somewhere between this layer and the loss a number became too large."
    return Finding("nonfinite", "✗", f"{words}.", why, broken.name, words)


def exploding(evidence: Evidence) -> Finding | None:
    """A gradient far above what it was at first, or above the last layer's."""
    rows = with_gradient(evidence.layers)
    worst = max(rows, key=_gradient, default=None)
    if worst is None or evidence.culprit is not None:
        return None
    size, name, last = _gradient(worst), short_name(worst), _gradient(rows[-1])
    if size > EXPLODES * evidence.first_gradient > 0:
        times = power(size / evidence.first_gradient)
        return Finding(
            "exploding", "✗",
            f"{name} explodes: |gradient| is {times} times the largest of the first step.",
            "Each step leaps further than the one before.",
            worst.name, f"{name} explodes: {times} x first",
        )  # fmt: skip
    if size > EXPLODES * last > 0:
        times = power(size / last)
        return Finding(
            "exploding", "✗", f"{name} explodes: |gradient| is {times} times the last layer's.",
            "On the way back each layer multiplies the gradient by its weights, and they are "
            "large.",
            worst.name, f"{name} explodes: {times} x last",
        )  # fmt: skip
    return None


def vanishing(evidence: Evidence) -> Finding | None:
    """A layer that hardly learns beside the last one, since its gradient is small, or 0."""
    rows = with_gradient(evidence.layers)
    asleep = sleeping(rows)
    if not asleep or len(asleep) == len(rows):
        return None
    assert evidence.layers is not None
    worst, name = asleep[0], short_name(asleep[0])
    if worst.gradient:
        share = power(worst.gradient / _gradient(rows[-1]))
        return Finding(
            "vanishing", "✗", f"{name} vanishes: |gradient| is {share} of the last layer's.",
            "On the way back each layer multiplies the gradient by its weights and slopes, and "
            "they are small.",
            worst.name, f"{name} vanishes: {share} of last",
        )  # fmt: skip
    short = f"{name} sleeps: |gradient| is 0"
    bend = bend_behind(evidence.layers, worst.name)
    is_dead = bend is not None and bend.dead == 1
    why = f"Every unit of {short_name(bend)} gives 0 for every sample." if bend and is_dead else ""
    return Finding("asleep", "✗", f"{short}.", why or NO_CHANGE, worst.name, short)


def idle(evidence: Evidence) -> Finding | None:
    """No gradient at all: there is nothing to mend where all of the batch is right."""
    rows = with_gradient(evidence.layers)
    if not rows or any(row.gradient != 0 for row in rows):
        return None
    words = "|gradient| is 0 in every layer"
    return Finding("idle", "!", f"{words}.", "This batch asks for no change.", short=words)


def sleeping(rows: Sequence[LayerStatistics]) -> list[LayerStatistics]:
    """The layers that hardly learn beside the last one."""
    return [
        row for row in rows if not row.gradient or row.gradient < VANISHES * _gradient(rows[-1])
    ]


def _gradient(row: LayerStatistics) -> float:
    return row.gradient or 0.0
