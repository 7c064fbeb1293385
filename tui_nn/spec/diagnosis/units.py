"""Units that give the same whatever comes in: dead ReLUs, saturated sigmoids."""

from tui_nn.spec.diagnosis.evidence import Evidence
from tui_nn.spec.diagnosis.finding import Finding
from tui_nn.spec.diagnosis.pace import has_learned
from tui_nn.spec.diagnosis.rows import hidden_bends, short_name

DEAD, MANY = 0.25, 0.5
"""The share of an activation's units that may be dead unmentioned; likewise of what learns."""
STEP = "Heaviside"
"""Its gradient is that of the perceptron rule: a unit that gives 0 still learns."""
SATURATED = 0.5
"""The share of a hidden activation's outputs that may lie at its ends unmentioned."""


def dead(evidence: Evidence) -> Finding | None:
    """The activation with most units that give 0 for every sample; where the loss has fallen all
    the same, many of them.
    """
    least = MANY if has_learned(evidence) else DEAD
    rows = evidence.layers.layers if evidence.layers is not None else ()
    bends = [row for row in rows if row.weight is None and not row.call.startswith(STEP)]
    found = [row for row in bends if (row.dead or 0.0) >= least]
    worst = max(found, key=lambda row: row.dead or 0.0, default=None)
    if worst is None:
        return None
    name, share = short_name(worst), f"{100 * (worst.dead or 0.0):.0f}%"
    return Finding(
        "dead", "!",
        f"{share} of the units of {name} are dead: they give 0 for every sample, and the weights "
        "before them get gradient 0.",
        "They wake only if the layers before them change.",
        worst.name, f"{name}: {share} of units dead",
    )  # fmt: skip


def saturated(evidence: Evidence) -> Finding | None:
    """The hidden activation with most outputs at its ends; at the last one they are answers."""
    found = [row for row in hidden_bends(evidence.layers) if (row.saturated or 0.0) >= SATURATED]
    worst = max(found, key=lambda row: row.saturated or 0.0, default=None)
    if worst is None or has_learned(evidence):
        return None
    name, share = short_name(worst), f"{100 * (worst.saturated or 0.0):.0f}%"
    return Finding(
        "saturated", "!",
        f"{share} of the outputs of {name} lie within 1 % of its ends.",
        "There it is flat, and hardly any gradient passes.",
        worst.name,
    )  # fmt: skip
