"""The lines that many rules share."""

from collections.abc import Mapping
from typing import Any

import torch

from tui_nn.engine.rules.term import Term

GRADIENT = Term("gradient", "g", "{∂L/∂w}", lambda v: v["∂L/∂w"])
MAXIMIZE = Term("maximize", "g", "−{g}", lambda v: -v["g"])
WEIGHT_DECAY = Term(
    "weight decay", "g", "{g} + {decay}·{w}", lambda v: v["g"].add(v["w"], alpha=v["decay"])
)
DECOUPLED = Term(
    "decoupled weight decay", "w", "{w}·(1 − {lr}·{decay})",
    lambda v: v["w"] * (1 - v["lr"] * v["decay"]),
)  # fmt: skip
NEW_WEIGHT = Term("new w", "w", "{w} − {step}", lambda v: v["w"] - v["step"])


def gradient_terms(options: Mapping[str, Any], *, decoupled: bool = False) -> list[Term]:
    """The gradient as the rule goes on with it, and the weights after a decay of their own."""
    terms = [GRADIENT]
    if options.get("maximize"):
        terms.append(MAXIMIZE)
    if options.get("weight_decay"):
        terms.append(DECOUPLED if decoupled else WEIGHT_DECAY)
    return terms


def rates(options: Mapping[str, Any]) -> dict[str, float]:
    """The numbers that the lines above need."""
    return {"lr": float(options["lr"]), "decay": options.get("weight_decay", 0.0)}


def as_kept(value: float) -> float:
    """A number as it comes back from the tensor in which torch keeps it."""
    return float(torch.tensor(value))


def mean_of_squares(keep: str, kept: str) -> Term:
    """`v`; `keep` is the sign of how much of it stays."""
    take = f"(1−{keep})"
    return Term(
        "v", "v", f"{{{keep}}}·{{v}} + {{{take}}}·{{g}}²",
        lambda v: (v["v"] * v[keep]).addcmul(v["g"], v["g"], value=v[take]), kept,
    )  # fmt: skip


def mean(keep: str, kept: str) -> Term:
    """`m`; `keep` is the sign of how much of it stays."""
    take = f"(1−{keep})"
    return Term(
        "m", "m", f"{{{keep}}}·{{m}} + {{{take}}}·{{g}}",
        lambda v: v["m"].lerp(v["g"], v[take]), kept,
    )  # fmt: skip
