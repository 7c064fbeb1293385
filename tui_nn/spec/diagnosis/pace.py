"""How the loss goes: a rate too high or too low, a loss that stands still, overfitting."""

from itertools import pairwise
from math import ceil, isfinite

from tui_nn.spec.diagnosis.evidence import Evidence
from tui_nn.spec.diagnosis.finding import Finding
from tui_nn.spec.diagnosis.gradients import sleeping, with_gradient
from tui_nn.spec.diagnosis.rows import learning
from tui_nn.spec.protocol.frames import LayerStatistics

FIRST_SAMPLES = 16
"""The loss of so many samples at least is the loss that training began with."""
LAST_STEPS = 10
"""The loss of the last tenth of the steps, at least of so many, is that of now."""
GROWN = 1.5
"""Times the first loss: above it the loss has grown."""
NO_LOWER = 0.9
"""Times the first loss: above it nothing was learned."""
LEAPT = 3.0
"""Likewise, above it a step threw the weights about."""
GENTLE = 1e-4
"""update / weight below which a step hardly moves a layer."""
JUDGED = 20, 50, 200
"""Steps before it is said that a rate is too high, too low, that the loss stands still."""
STILL = 0.01
"""The share that the loss must fall from one quarter of the steps to the next, not to stand."""
HALF = 0.5
LEARNED = 0.1
"""Times the first loss: below it there is little left to learn."""
TURNED = 1.1
"""Times its lowest, the validation loss has turned up."""
EVALUATIONS = 5
"""So many behind the lowest validation loss before it is said."""


def too_fast(evidence: Evidence) -> Finding | None:
    """A loss that grows, or that leapt up once and never came down from it."""
    first, now, count = first_and_now(evidence, JUDGED[0])
    if not count or evidence.culprit is not None:
        return None
    if now > GROWN * first:
        said = f"The loss has grown: {first:.3g} at first, {now:.3g} in the last {count} steps."
        why = "Each step leaps over the valley and lands higher on the other side."
        return Finding("too fast", "✗", said, why)
    peak = evidence.losses.peak(_begins(evidence))
    if peak < LEAPT * first or now < NO_LOWER * first:
        return None
    said = (
        f"The loss leapt from {first:.3g} to {peak:.3g}, and is {now:.3g} in the last {count} "
        "steps."
    )
    why = "Steps too long threw the weights to where there is hardly any gradient."
    return Finding("too fast", "✗", said, why)


def too_slow(evidence: Evidence) -> Finding | None:
    """A loss that hasn't fallen, since each step hardly changes any layer."""
    first, now, count = first_and_now(evidence, JUDGED[1])
    row = fastest(evidence)
    if not count or row is None or not NO_LOWER * first <= now <= GROWN * first:
        return None
    if not row.gradient or not row.ratio or row.ratio >= GENTLE or _is_asleep(evidence):
        return None
    said = (
        f"A step changes no layer by more than {row.ratio:.0e} of its weights, and the loss has "
        f"hardly fallen in {evidence.losses.last:,} steps: {first:.3g} at first, {now:.3g} now."
    )
    why = "There is a gradient, but the steps along it are too short."
    return Finding("too slow", "!", said, why, row.name)


def plateau(evidence: Evidence) -> Finding | None:
    """A loss that has stopped falling far above what there is to learn."""
    first, now, _ = first_and_now(evidence, JUDGED[2])
    if not isfinite(now) or now > GROWN * first or now < LEARNED * first or _is_asleep(evidence):
        return None
    if too_fast(evidence) or too_slow(evidence):
        return None
    losses, quarter = evidence.losses, evidence.losses.last // 4
    before = losses.mean(losses.last - 2 * quarter, losses.last - quarter)
    last = losses.mean(losses.last - quarter, losses.last)
    if not last > (1 - STILL) * before > 0:
        return None
    said = (
        f"The loss stands still: {last:.3g} in the last {quarter:,} steps, {before:.3g} in the "
        f"{quarter:,} before."
    )
    if rattles(evidence):
        why = "Batches differ, and steps of this size jump to and fro round the minimum."
    else:
        why = "It is flat here, or this network can't say more of the data."
    return Finding("plateau", "!", said, why)


def rattles(evidence: Evidence) -> bool:
    """Whether the loss of the whole training part goes up and down from one evaluation to the
    next.
    """
    half = evidence.evaluations[len(evidence.evaluations) // 2 :]
    losses = [one.train for one in half if isfinite(one.train)]
    if len(losses) < EVALUATIONS:
        return False
    moved = sum(abs(b - a) for a, b in pairwise(losses)) / (len(losses) - 1)
    return moved > STILL * losses[-1]


def overfitting(evidence: Evidence) -> Finding | None:
    """A validation loss that goes up while the training loss goes on down."""
    found = [one for one in evidence.evaluations if one.val is not None and isfinite(one.val)]
    best = min(found, key=lambda one: one.val or 0.0, default=None)
    if best is None or len(found) - 1 - found.index(best) < EVALUATIONS:
        return None
    last = found[-1]
    assert best.val is not None
    assert last.val is not None
    if last.val < TURNED * best.val or not last.train < best.train:
        return None
    said = (
        f"The validation loss was lowest in epoch {best.epoch:,}, {best.val:.3g}, and is "
        f"{last.val:.3g} now, while the training loss went on from {best.train:.3g} to "
        f"{last.train:.3g}."
    )
    why = "The network learns its training samples by heart, their noise with them."
    return Finding("overfitting", "!", said, why)


def has_learned(evidence: Evidence) -> bool:
    """Whether the loss is less than half of what it was: nothing can be badly wrong."""
    first, now, count = first_and_now(evidence, JUDGED[0])
    return bool(count) and now < HALF * first


def first_and_now(evidence: Evidence, least: int) -> tuple[float, float, int]:
    """The loss that training began with, the loss of now, and of how many steps that is; 0 where
    fewer than `least` are known, or the rate plays another part.
    """
    losses, plan = evidence.losses, evidence.plan
    if plan is None or losses.last < least or _has_no_slope(evidence):
        return float("nan"), float("nan"), 0
    count = max(LAST_STEPS, losses.last // 10)
    return losses.mean(0, _begins(evidence)), losses.mean(losses.last - count, losses.last), count


def _begins(evidence: Evidence) -> int:
    """The steps whose loss is the first."""
    assert evidence.plan is not None
    steps = ceil(FIRST_SAMPLES / evidence.plan.batch_size)
    return max(1, evidence.losses.steps[0], min(steps, evidence.losses.last // 4))


def _has_no_slope(evidence: Evidence) -> bool:
    """Of the perceptron rule, which changes weights only where an answer is wrong."""
    assert evidence.plan is not None
    return any(layer.entry.name == "Heaviside" for layer in evidence.plan.experiment.network)


def fastest(evidence: Evidence) -> LayerStatistics | None:
    """The layer that the latest step changed most, for its size."""
    rows = [row for row in learning(evidence.layers) if row.ratio is not None]
    return max(rows, key=lambda row: row.ratio or 0.0, default=None)


def _is_asleep(evidence: Evidence) -> bool:
    return bool(sleeping(with_gradient(evidence.layers)))
