"""All rules, the most serious first."""

from collections.abc import Callable

from tui_nn.spec.diagnosis import data, gradients, pace, units
from tui_nn.spec.diagnosis.evidence import Evidence
from tui_nn.spec.diagnosis.finding import Finding
from tui_nn.spec.diagnosis.postmortem import diverged

Rule = Callable[[Evidence], Finding | None]

RULES: tuple[Rule, ...] = (
    diverged, gradients.nonfinite, gradients.exploding, pace.too_fast, gradients.vanishing,
    data.collapse, data.unscaled, data.wrong_loss, units.saturated, units.dead,
    pace.overfitting, data.imbalanced, pace.too_slow, pace.plateau,
)  # fmt: skip


def diagnose(evidence: Evidence) -> list[Finding]:
    """What is wrong, the worst first; none where nothing is known to be."""
    found = [finding for rule in RULES if (finding := rule(evidence)) is not None]
    return sorted(found, key=lambda finding: finding.sign != "✗")
