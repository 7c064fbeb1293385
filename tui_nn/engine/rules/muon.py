"""Muon: the momentum of a whole matrix, evened out before the step."""

from math import sqrt

import torch
from torch import Tensor

from tui_nn.engine.rules.common import DECOUPLED, GRADIENT, NEW_WEIGHT, rates
from tui_nn.engine.rules.term import Rule, Start, Term, Values


def muon(start: Start) -> Rule:
    """Jordan et al. 2024: Newton–Schulz iterations in bfloat16 in place of a decomposition."""
    options = start.options
    momentum = options["momentum"]
    a, b, c = options["ns_coefficients"]
    constants = rates(options) | {
        "momentum": momentum, "(1−momentum)": 1 - momentum, "ε": options["eps"],
        "a₁": a, "a₃": b, "a₅": c,
    }  # fmt: skip
    terms = [GRADIENT]
    if options["weight_decay"]:
        terms.append(DECOUPLED)
    terms.append(
        Term("momentum buffer", "b", "{momentum}·{b} + {(1−momentum)}·{g}",
             lambda v: v["b"].lerp(v["g"], v["(1−momentum)"]), "momentum_buffer")
    )  # fmt: skip
    moved = "b"
    if options["nesterov"]:
        moved = "u"
        terms.append(
            Term("look ahead", "u", "{(1−momentum)}·{g} + {momentum}·{b}",
                 lambda v: v["g"].lerp(v["b"], v["momentum"]))
        )  # fmt: skip
    terms.append(
        Term("scaled", "X", f"{{{moved}}} / max(‖{moved}‖, {{ε}})",
             lambda v: _scaled(v[moved], v["ε"]))
    )  # fmt: skip
    terms += [EVENED] * options["ns_steps"]
    terms += [_rate(options["adjust_lr_fn"], start.weight.shape), STEP, NEW_WEIGHT]
    return Rule(tuple(terms), constants)


def _turned(matrix: Tensor) -> Tensor:
    """A matrix, transposed where it is higher than wide."""
    return matrix.T if matrix.size(0) > matrix.size(1) else matrix


def _back(matrix: Tensor, like: Tensor) -> Tensor:
    """What became of `like`, turned, in its own shape."""
    return matrix.T if like.size(0) > like.size(1) else matrix


def _scaled(moved: Tensor, least: float) -> Tensor:
    wide = _turned(moved.bfloat16())
    return _back(wide / wide.norm().clamp(min=least), moved)


def _evened(v: Values) -> Tensor:
    tall: Tensor = v["X"]
    wide = _turned(tall)
    products = wide @ wide.T
    mixed = torch.addmm(products, products, products, beta=v["a₃"], alpha=v["a₅"])
    return _back(torch.addmm(wide, mixed, wide, beta=v["a₁"]), tall)


EVENED = Term("evened", "X", "{a₁}·{X} + ({a₃}·XXᵀ + {a₅}·(XXᵀ)²)·X", _evened)
STEP = Term("step", "step", "{lr'}·{X}", lambda v: v["lr'"] * v["X"].to(v["w"].dtype))


def _rate(adjust: str | None, shape: torch.Size) -> Term:
    rows, columns = shape
    if adjust == "match_rms_adamw":
        factor, words = 0.2 * sqrt(max(rows, columns)), f"0.2·√max({rows}, {columns})"
    else:
        factor, words = sqrt(max(1, rows / columns)), f"√max(1, {rows}/{columns})"
    return Term("adjusted rate", "lr'", f"{{lr}}·{words}", lambda v: v["lr"] * factor)
