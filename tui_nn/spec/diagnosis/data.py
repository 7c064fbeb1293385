"""The data and what is answered: collapse, unlike classes, unlike columns, a loss that misfits."""

from tui_nn.spec.diagnosis.evidence import Evidence
from tui_nn.spec.diagnosis.finding import Finding
from tui_nn.spec.loss_checks import OWN_SOFTMAX
from tui_nn.spec.targets import VALUE_LOSSES, Classes

COLLAPSED_AFTER = 50
"""Steps."""
UNLIKE = 5
"""Times the rarest class is the commonest, above which they are imbalanced."""
FOUND = 0.5
"""The share of the rarest class that is found, below which that is harm."""
UNSCALED, WIDE = 100.0, 10.0
"""Times the narrowest input is the widest, and its deviation, above which they are on no one
scale: an input that hardly varies does no harm beside others of about 1.
"""


def collapse(evidence: Evidence) -> Finding | None:
    """A network that answers one class, whatever comes in."""
    table = evidence.confusion
    total = sum(map(sum, table))
    if not total or evidence.losses.last < COLLAPSED_AFTER:
        return None
    answers = [sum(row[column] for row in table) for column in range(len(table))]
    most = max(range(len(table)), key=answers.__getitem__)
    truth = sum(table[most])
    if answers[most] < total or truth == total:
        return None
    name = name_of(evidence, most)
    said = f"All {total:,} answers are {name}, which {truth:,} samples are."
    why = "The outputs hardly depend on what comes in."
    if is_imbalanced(evidence):
        why = "Always answering the commonest class costs least at first."
    return Finding("collapse", "!", said, why)


def imbalanced(evidence: Evidence) -> Finding | None:
    """A class so rare that a network gains little by finding it, and does not."""
    if not is_imbalanced(evidence):
        return None
    counts = evidence.class_counts
    rare, common = counts.index(min(counts)), counts.index(max(counts))
    share = 100 * counts[common] / sum(counts)
    said = (
        f"{counts[common]:,} samples are {name_of(evidence, common)}, {counts[rare]:,} are "
        f"{name_of(evidence, rare)}: always answering the first is right for {share:.0f}%."
    )
    row = evidence.confusion[rare] if evidence.confusion else ()
    if row and row[rare] >= FOUND * sum(row):
        return None
    if row:
        said = f"{said[:-1]}, and {row[rare]:,} of {sum(row):,} of the rare ones are found."
    why = "In the mean over all samples the rare ones hardly count."
    return Finding("imbalanced", "!", said, why)


def is_imbalanced(evidence: Evidence) -> bool:
    """Whether one class is many times another, and the loss counts all samples alike."""
    counts, plan = evidence.class_counts, evidence.plan
    if plan is None or not counts or max(counts) < UNLIKE * max(1, min(counts)):
        return False
    given = plan.experiment.loss.given
    return not (given.get("weight") or given.get("pos_weight"))


def unscaled(evidence: Evidence) -> Finding | None:
    """Inputs of which some are spread much wider than others."""
    spreads = [pair for pair in evidence.spreads if pair[1] > 0]
    if len(spreads) < 2:
        return None
    narrow = min(spreads, key=lambda pair: pair[1])
    wide = max(spreads, key=lambda pair: pair[1])
    times = wide[1] / narrow[1]
    if times < UNSCALED or wide[1] < WIDE:
        return None
    said = (
        f"{wide[0]} is spread {times:,.0f} times as wide as {narrow[0]}: standard deviations "
        f"{wide[1]:.3g} and {narrow[1]:.3g}."
    )
    why = "A weight's gradient grows with its input: no one rate suits both."
    return Finding("unscaled", "!", said, why)


def wrong_loss(evidence: Evidence) -> Finding | None:
    """A loss of numbers for classes, or one that does again what the last layer has done."""
    plan = evidence.plan
    if plan is None or not isinstance(plan.facts.kind, Classes):
        return None
    loss, count = plan.experiment.loss.entry.name, plan.facts.kind.count
    last = plan.experiment.network[-1].entry.name
    if loss in VALUE_LOSSES and last != "Heaviside":
        why = "It pulls hardly harder at an answer that is surely wrong than at one in doubt."
        said = f"{loss} measures how far numbers lie apart, and the targets are {count} classes."
        return Finding("wrong loss", "!", said, why)
    does, layers = OWN_SOFTMAX.get(loss, ("", ()))
    if last in layers:
        said = f"{loss} does {does} itself, and the network ends in {last}: 2 of them."
        why = "What is squeezed twice can't say that it is sure, and its gradient is small."
        return Finding("wrong loss", "!", said, why)
    return None


def name_of(evidence: Evidence, index: int) -> str:
    """What a class is called."""
    names = evidence.class_names
    name = names[index] if index < len(names) else str(index)
    return f"class {name}" if name.isdecimal() else name
