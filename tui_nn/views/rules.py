"""What each optimizer does, in one plain line, and what it keeps for each weight."""

from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

from tui_nn.spec.call import parse
from tui_nn.spec.errors import InvalidInput

if TYPE_CHECKING:
    from tui_nn.spec.catalog.entry import Bound

STATE = {
    "momentum_buffer": ("b", "decaying sum of g"),
    "exp_avg": ("m", "mean of g"),
    "exp_avg_sq": ("v", "mean of g²"),
    "max_exp_avg_sq": ("V", "largest v so far"),
    "exp_inf": ("u", "fading largest |g|"),
    "square_avg": ("v", "mean of g²"),
    "grad_avg": ("m", "mean of g"),
    "acc_delta": ("u", "mean of step²"),
    "sum": ("s", "sum of all g²"),
    "row_var": ("R", "mean of g², its row"),
    "col_var": ("C", "mean of g², its column"),
    "variance": ("v", "mean of g²"),
    "prev": ("p", "g of the step before"),
    "step_size": ("a", "its own step"),
    "ax": ("A", "average of w, unused"),
    "eta": ("η", "lr as it has fallen"),
    "mu_product": ("P", "product of momenta"),
    "d": ("d", "direction"),
    "prev_flat_grad": ("p", "g of the step before"),
    "t": ("t", "length of the step"),
    "step": ("t", "steps so far"),
}
"""A sign and a few words for each thing an optimizer keeps, by torch's names, in the order in
which they are shown. What isn't here is the optimizer's own business.
"""


@lru_cache(maxsize=64)
def bound(call: str, kind: str = "optimizer") -> "Bound | None":
    """A call with all its values; None where it is none."""
    from tui_nn.spec import catalog  # large: not before the first picture

    try:
        return catalog.bind_call(kind, parse(call))
    except InvalidInput:
        return None


def calls(setting: object) -> list[str]:
    """The optimizers of an experiment's key."""
    if isinstance(setting, Sequence) and not isinstance(setting, str):
        return [str(call) for call in setting]
    return [str(setting)] if setting else []


def rule(optimizer: "Bound") -> str:
    """How it moves a weight w whose gradient is g."""
    if optimizer.entry.name == "SGD":
        return _sgd(optimizer)
    return RULES.get(optimizer.entry.name, "")


RULES = {
    "Adam": "w ← w − lr·m/√v   m, v means",
    "AdamW": "w ← w − lr·(m/√v + decay·w)",
    "Adamax": "w ← w − lr·m/u   u largest |g|",
    "NAdam": "w ← w − lr·m/√v   looks ahead",
    "RAdam": "w ← w − lr·r·m/√v   r warms up",
    "SparseAdam": "w ← w − lr·m/√v   rows with g",
    "RMSprop": "w ← w − lr·g/√v   v mean of g²",
    "Adagrad": "w ← w − lr·g/√s   s sum of g²",
    "Adadelta": "w ← w − lr·g·√u/√v   own size",
    "Adafactor": "w ← w − lr·|w|·g/√v",
    "ASGD": "w ← w − η·g   η falls slowly",
    "Rprop": "w ← w − a·sign g   a its own",
    "LBFGS": "w ← w + t·d   d nearly Newton's",
    "Muon": "w ← w − lr·evened b   b mean of g",
}


def step_words(optimizer: "Bound") -> str:
    """What a step is made of, in the signs of its state."""
    if optimizer.entry.name == "SGD":
        if optimizer["nesterov"]:
            return f"lr·(g + {optimizer['momentum']:g}·b)"
        if optimizer["momentum"]:
            return "lr·b"
        return "lr·(g + decay·w)" if optimizer["weight_decay"] else "lr·g"
    if optimizer.entry.name == "RMSprop" and optimizer["momentum"]:
        return "lr·b"
    if optimizer.entry.name == "AdamW" and optimizer["weight_decay"]:
        return "lr·(m/√v + decay·w)"
    return STEPS.get(optimizer.entry.name, "")


def state_words(name: str, optimizer: str) -> tuple[str, str] | None:
    """The sign and the words for what `optimizer` keeps under torch's `name`; None: neither."""
    if name == "momentum_buffer" and optimizer != "SGD":
        return "b", {"Muon": "mean of g", "RMSprop": "decaying sum of g/√v"}.get(optimizer, "")
    return STATE.get(name)


STEPS = {
    "Adam": "lr·m/√v, corrected",
    "AdamW": "lr·m/√v, corrected",
    "Adamax": "lr·m/u, corrected",
    "NAdam": "lr·m/√v, corrected",
    "RAdam": "lr·r·m/√v corrected",
    "SparseAdam": "lr·m/√v, corrected",
    "RMSprop": "lr·g/√v",
    "Adagrad": "lr·g/√s",
    "Adadelta": "lr·g·√u/√v",
    "Adafactor": "lr·|w|·g/√v",
    "ASGD": "η·g",
    "Rprop": "a·sign g",
    "LBFGS": "−t·d, several",
    "Muon": "evened b and decay",
}


def _sgd(optimizer: "Bound") -> str:
    momentum, decay = optimizer["momentum"], optimizer["weight_decay"]
    g = f"(g + {decay:g}·w)" if decay else "g"
    if not momentum:
        return f"w ← w − lr·{g}"
    return f"b ← {momentum:g}·b + {g}   w ← w − lr·b"
