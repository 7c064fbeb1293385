"""The optimizer's rule in words for a single neuron."""

from tui_nn.views.rules import bound, calls, rule


def is_plain(setting: object) -> bool:
    """Whether it is w ← w − lr · gradient and no more."""
    optimizers = calls(setting)
    found = bound(optimizers[0]) if len(optimizers) == 1 else None
    if found is None or found.entry.name != "SGD":
        return False
    return not (found["momentum"] or found["weight_decay"] or found["maximize"])


def rule_words(setting: object) -> str:
    """How a weight w is moved; g is its gradient."""
    if is_plain(setting):
        return "w ← w − lr · gradient"
    optimizers = calls(setting)
    found = bound(optimizers[0]) if optimizers else None
    return rule(found) if found else ""
