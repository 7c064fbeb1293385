"""A number that is none: where it came from, and what may keep it from coming again."""

from typing import TYPE_CHECKING

from tui_nn.spec.diagnosis.evidence import Evidence
from tui_nn.spec.diagnosis.finding import Finding
from tui_nn.spec.network import tensors
from tui_nn.spec.protocol import Culprit, Phase

if TYPE_CHECKING:
    from tui_nn.spec.resolve import Plan

RATE = "the learning rate"
"""The tensor of a culprit that is none: a schedule went too far."""
UNCLIPPED = frozenset({"LBFGS", "Muon", "Rprop"})
"""Optimizers that step the same along a shorter gradient, or (LBFGS) refuse one."""


def diverged(evidence: Evidence) -> Finding | None:
    """The first number that went wrong, of a run that ended by it."""
    culprit, plan = evidence.culprit, evidence.plan
    if culprit is None:
        return None
    why = advice(plan, culprit) if plan is not None else "A smaller lr may help."
    return Finding("diverged", "✗", sentence(culprit), why)


def sentence(culprit: Culprit) -> str:
    """When, where and by what operation; then the numbers just before."""
    of = f" of {culprit.layer}" if culprit.layer not in ("", culprit.operation) else ""
    said = (
        f"Diverged in step {culprit.step:,}, phase {culprit.phase}: {culprit.tensor}{of} became "
        f"{culprit.value} in {culprit.operation}."
    )
    if culprit.before:
        said += f" Before: {', '.join(f'{k} {v}' for k, v in culprit.before.items())}."
    return said


def advice(plan: "Plan", culprit: Culprit) -> str:
    """What may keep it from happening again."""
    if culprit.operation == "the data":
        return "Such numbers can't be learned from."
    if culprit.tensor == RATE:
        return "A schedule that raises it less may help."
    if counts_nothing(plan, culprit):
        return "No sample of that batch counts in the loss: a larger train.batch_size may help."
    if is_unmoved(plan, culprit):
        return "Nothing was updated yet: smaller initial weights or inputs may help."
    experiment = plan.experiment
    names = {optimizer.entry.name for optimizer in experiment.optimizers}
    schedule = experiment.schedule
    ways = ["max_lr" if schedule and "max_lr" in schedule.values else "lr"]
    if "Rprop" in names:
        ways.append("upper end of step_sizes")
    if any(o.entry.name == "LBFGS" and not o["line_search_fn"] for o in experiment.optimizers):
        ways.append("line_search_fn='strong_wolfe'")
    trained = (tensor for tensor in tensors(plan.rows) if tensor.name not in plan.frozen)
    if names - UNCLIPPED and not any(tensor.sparse for tensor in trained):
        ways.append("train.clip_norm")
    return f"A smaller {' or '.join(ways)} may help."


def is_unmoved(plan: "Plan", culprit: Culprit) -> bool:
    """Whether it went wrong before anything was updated."""
    names = {optimizer.entry.name for optimizer in plan.experiment.optimizers}
    before_update = culprit.phase in (Phase.FORWARD, Phase.GRADIENT) and "LBFGS" not in names
    return culprit.step == 1 and before_update


def counts_nothing(plan: "Plan", culprit: Culprit) -> bool:
    """Whether the loss was 0 / 0: finite outputs, and every sample of a class of weight 0."""
    loss = plan.experiment.loss
    weights = loss.values.get("weight") or ()
    silent = 0 in weights or loss.values.get("ignore_index", -1) >= 0
    return silent and culprit.tensor == "loss" and culprit.value == "nan"
