"""What helps against what was found: changes of the experiment that fit it, the best one first."""

from collections.abc import Callable, Iterator
from math import isfinite, sqrt
from typing import Any

from tui_nn.spec.call import Call
from tui_nn.spec.diagnosis import networks
from tui_nn.spec.diagnosis.data import is_imbalanced
from tui_nn.spec.diagnosis.evidence import Evidence
from tui_nn.spec.diagnosis.finding import Finding, Name, Remedy
from tui_nn.spec.diagnosis.gradients import vanishing
from tui_nn.spec.diagnosis.offers import fitting
from tui_nn.spec.diagnosis.pace import fastest, first_and_now, rattles, too_fast, too_slow
from tui_nn.spec.diagnosis.postmortem import RATE, counts_nothing, is_unmoved
from tui_nn.spec.diagnosis.units import saturated
from tui_nn.spec.rates import rate_of, rung, with_rate
from tui_nn.spec.resolve import Plan

RELU, LEAKY = Call("ReLU"), Call("LeakyReLU", (0.1,))
KAIMING = "kaiming_normal_()"
CLIPPED_TO = 1.0
TENTH, CALM, BRISK = 0.1, 1e-2, 1e-3
"""Of a rate; update / weight of steps that learn, at most and at least."""
PATIENCE, DROPPED, WIDTH = 20, 0.5, 8
"""Evaluations; the share of units left out; neurons of a hidden layer."""
PLAIN = frozenset({"SGD", "ASGD"})
"""Optimizers that take one rate for all weights."""
Found = Iterator[Remedy]


def remedies(finding: Finding, evidence: Evidence) -> tuple[Remedy, ...]:
    """What may be done; nothing where nothing is known that fits."""
    ways = WAYS.get(finding.name)
    if ways is None or evidence.plan is None:
        return ()
    return fitting(evidence.plan, ways(evidence.plan, evidence))


def _vanishing(plan: Plan, evidence: Evidence) -> Found:
    bends = {"network": networks.with_bends(plan, RELU, networks.BOUNDED)}
    is_bent = bends["network"] != [str(layer.call) for layer in plan.experiment.network]
    words = f"ReLU() with init='{KAIMING}'" if is_bent else f"init='{KAIMING}'"
    if is_bent or not str(plan.experiment.table.get("init", "")).startswith("kaiming"):
        yield Remedy(words, {**(bends if is_bent else {}), "init": KAIMING})
    yield from _norms(plan)
    if not any(layer.inner for layer in plan.experiment.network):
        round_it = networks.with_ways_round(
            plan, lambda bend: RELU if bend.entry.name in networks.BOUNDED else bend.call
        )
        if any(call.startswith("Residual") for call in round_it):
            yield Remedy("Residual", {"network": round_it})


def _norms(plan: Plan) -> Found:
    if not any(layer.entry.name.startswith("BatchNorm") for layer in plan.experiment.network):
        yield Remedy("BatchNorm", {"network": networks.with_norms(plan)})


def _exploding(plan: Plan, evidence: Evidence) -> Found:
    if _has_grown(evidence):
        yield from _slower(plan, evidence)
        yield from _clipped(plan)
        return
    if "init" in plan.experiment.table:
        yield Remedy("init left out", {"init": None})
    yield from _norms(plan)


def _has_grown(evidence: Evidence) -> bool:
    """Whether gradients are far above the first, rather than far apart from the first step on."""
    rows = evidence.layers.layers if evidence.layers else ()
    worst = max((row.gradient or 0.0 for row in rows), default=0.0)
    return worst > 10 * evidence.first_gradient > 0


def _calmer(plan: Plan, evidence: Evidence) -> Found:
    """A rate at which a run that blew up would not have. In a bowl of curvature c, SGD multiplies
    the loss by (lr·c − 1)² a step, and lr = 1/c goes straight to the bottom; where layers multiply
    each other it is no bowl, and a tenth of that is taken. Where the growth is not known, or the
    optimizer no SGD, torch's own rate where that is lower.
    """
    optimizer, grown = plan.experiment.optimizers[0], _growth(evidence)
    rate = rate_of(str(optimizer.call))
    if optimizer.entry.name in PLAIN and grown is not None:
        part = TENTH if networks.has_hidden(plan) else 1.0
        yield from _at_rate(plan, min(TENTH, part / (1 + sqrt(grown))), anew=True)
        return
    usual = rate_of(f"{optimizer.entry.name}()")
    lower = usual / rate if usual and rate else TENTH
    yield from _at_rate(plan, min(TENTH, lower), anew=True)


def _growth(evidence: Evidence) -> float | None:
    """How many times as large the loss became in the last step."""
    culprit, losses = evidence.culprit, list(evidence.losses.means[-2:])
    if culprit is not None and culprit.tensor.startswith("loss") and isfinite(float(culprit.value)):
        losses.append(float(culprit.value))
    before, after = (losses[-2], losses[-1]) if len(losses) > 1 else (0.0, 0.0)
    return after / before if before > 0 and after > before else None


def _clipped(plan: Plan) -> Found:
    """Where a step is lr times the gradient, and so short then that it leaps no more."""
    calls = [(one.entry.name, rate_of(str(one.call))) for one in plan.experiment.optimizers]
    if all(name in PLAIN and rate and rate * CLIPPED_TO <= 1 for name, rate in calls):
        words = f"train.clip_norm={CLIPPED_TO:g}"
        yield Remedy(words, {"train.clip_norm": CLIPPED_TO}, anew=True)


def _slower(plan: Plan, evidence: Evidence) -> Found:
    """So much that the fastest layer changes by a hundredth a step, and by as much as the loss has
    grown; at least to a tenth.
    """
    row, (first, now, _) = fastest(evidence), first_and_now(evidence, 1)
    calm = CALM / row.ratio if row is not None and row.ratio else TENTH
    back = first / now if now > first > 0 else TENTH
    yield from _at_rate(plan, min(TENTH, calm, back), anew=True)


def _faster(plan: Plan, evidence: Evidence) -> Found:
    """So much that the fastest layer changes by a thousandth a step."""
    row = fastest(evidence)
    if row is not None and row.ratio:
        yield from _at_rate(plan, BRISK / row.ratio, anew=False)


def _at_rate(plan: Plan, times: float, *, anew: bool) -> Found:
    """A rate about so many times as high, on the ladder, where it is written."""
    schedule = plan.experiment.schedule
    if schedule is not None and isinstance(schedule.given.get("max_lr"), int | float):
        highest = _rung(float(schedule["max_lr"]), times)
        text = str(schedule.call_with(max_lr=highest))
        yield Remedy(f"max_lr={highest:g}", {"schedule": text}, anew=anew)
        return
    written = [str(optimizer.call) for optimizer in plan.experiment.optimizers]
    rates = [rate_of(one) for one in written]
    others = [
        one if rate is None else with_rate(one, _rung(rate, times))
        for one, rate in zip(written, rates, strict=True)
    ]
    value: str | list[str] = others[0] if len(others) == 1 else others
    words = ", ".join(f"lr={_rung(rate, times):g}" for rate in rates if rate is not None)
    yield Remedy(words, {"optimizer": value}, anew=anew)


def _rung(lr: float, times: float) -> float:
    """The rung of the ladder that is nearest to `times` lr, beyond it in its direction."""
    way, wanted, found = (1 if times > 1 else -1), lr * times, lr
    while way * (wanted - found) > 1e-9 * wanted:
        following = rung(found, way)
        if following == found:
            break
        found = following
    return found


def _dead(plan: Plan, evidence: Evidence) -> Found:
    leaky = networks.with_bends(plan, LEAKY, frozenset({"ReLU"}))
    yield Remedy("LeakyReLU(0.1) in place of ReLU()", {"network": leaky})
    yield from _unscaled(plan, evidence)


def _asleep(plan: Plan, evidence: Evidence) -> Found:
    is_dead = any(row.dead == 1 for row in (evidence.layers.layers if evidence.layers else ()))
    if is_dead:
        yield from _dead(plan, evidence)
        yield from _slower(plan, evidence)
    elif too_fast(evidence):
        yield from _slower(plan, evidence)
    elif saturated(evidence):
        yield from _saturated(plan, evidence)


def _saturated(plan: Plan, evidence: Evidence) -> Found:
    if too_fast(evidence):
        yield from _slower(plan, evidence)
        return
    if "init" in plan.experiment.table:
        yield Remedy("init left out", {"init": None})
    yield from _unscaled(plan, evidence)
    yield from _norms(plan)


def _unscaled(plan: Plan, evidence: Evidence) -> Found:
    if plan.experiment.data.values.get("standardize") is False:
        text = str(plan.experiment.data.call_with(standardize=True))
        yield Remedy("standardize=True", {"data": text})


def _plateau(plan: Plan, evidence: Evidence) -> Found:
    names = {optimizer.entry.name for optimizer in plan.experiment.optimizers}
    if rattles(evidence):
        yield from _at_rate(plan, TENTH, anew=False)
        return
    if not networks.has_hidden(plan):
        words = f"a hidden layer of {WIDTH}"
        yield Remedy(words, {"network": networks.with_hidden(plan, WIDTH)})
    elif names <= PLAIN:
        yield Remedy("Adam(lr=0.01)", {"optimizer": "Adam(lr=0.01)"})


def _overfitting(plan: Plan, evidence: Evidence) -> Found:
    yield Remedy(f"train.patience={PATIENCE}", {"train.patience": PATIENCE}, anew=True)
    if not any(layer.entry.name.startswith("Dropout") for layer in plan.experiment.network):
        yield Remedy(f"Dropout({DROPPED})", {"network": networks.with_dropout(plan, DROPPED)})


def _collapse(plan: Plan, evidence: Evidence) -> Found:
    """It is a sign of something else: what helps against that."""
    cause = _cause(evidence)
    if cause is not None:
        yield from WAYS[cause.name](plan, evidence)
    elif is_imbalanced(evidence):
        yield from _imbalanced(plan, evidence)
    else:
        yield from _unscaled(plan, evidence)


def _cause(evidence: Evidence) -> Finding | None:
    """What keeps the network from learning."""
    found = (rule(evidence) for rule in (too_fast, vanishing, too_slow))
    return next((finding for finding in found if finding is not None), None)


def _imbalanced(plan: Plan, evidence: Evidence) -> Found:
    counts, loss = evidence.class_counts, plan.experiment.loss
    if min(counts, default=0) < 1:
        return
    if loss.entry.name == "BCEWithLogitsLoss":
        weight = float(f"{counts[0] / counts[1]:.3g}")
        yield Remedy(f"pos_weight={weight:g}", {"loss": str(loss.call_with(pos_weight=(weight,)))})
    elif "weight" in loss.values:
        mean = sum(counts) / len(counts)
        weights = tuple(float(f"{mean / count:.3g}") for count in counts)
        yield Remedy("weight by class", {"loss": str(loss.call_with(weight=weights))})


def _wrong_loss(plan: Plan, evidence: Evidence) -> Found:
    count = len(evidence.class_counts) or getattr(plan.facts.kind, "count", 0)
    loss = "BCEWithLogitsLoss()" if count == 2 and plan.fit.output_shape == (1,) else ""
    loss = loss or "CrossEntropyLoss()"
    squeezers = ("Sigmoid", "Softmax", "LogSoftmax", "Tanh")
    values: dict[str, Any] = {"loss": loss}
    network = networks.without_end(plan, squeezers)
    if len(network) < len(plan.experiment.network):
        values["network"] = network
    words = f"{loss} on raw outputs" if "network" in values else loss
    yield Remedy(words, values)


def _diverged(plan: Plan, evidence: Evidence) -> Found:
    culprit = evidence.culprit
    if culprit is None or culprit.operation == "the data" or counts_nothing(plan, culprit):
        return
    if culprit.tensor == RATE:
        yield Remedy("no schedule", {"schedule": None}, anew=True)
        return
    if is_unmoved(plan, culprit):
        if "init" in plan.experiment.table:
            yield Remedy("init left out", {"init": None})
        yield from _unscaled(plan, evidence)
        return
    optimizer = plan.experiment.optimizers[0]
    if optimizer.entry.name == "LBFGS":
        text = "LBFGS(lr=1, line_search_fn='strong_wolfe')"
        yield Remedy(text, {"optimizer": text}, anew=True)
        return
    yield from _calmer(plan, evidence)
    yield from _clipped(plan)
    yield from _unscaled(plan, evidence)


WAYS: dict[Name, Callable[[Plan, Evidence], Found]] = {
    "diverged": _diverged,
    "nonfinite": _slower,
    "exploding": _exploding,
    "vanishing": _vanishing,
    "asleep": _asleep,
    "dead": _dead,
    "saturated": _saturated,
    "too fast": _slower,
    "too slow": _faster,
    "plateau": _plateau,
    "overfitting": _overfitting,
    "collapse": _collapse,
    "imbalanced": _imbalanced,
    "unscaled": _unscaled,
    "wrong loss": _wrong_loss,
}
