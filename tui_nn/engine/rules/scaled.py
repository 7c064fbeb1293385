"""RMSprop, Adagrad, Adadelta and Adafactor: steps divided by how large gradients have been."""

from collections.abc import Callable
from math import sqrt

import torch
from torch import Tensor

from tui_nn.engine.rules.common import (
    DECOUPLED,
    NEW_WEIGHT,
    gradient_terms,
    mean,
    mean_of_squares,
    rates,
)
from tui_nn.engine.rules.term import Rule, Start, Term, Values


def rmsprop(start: Start) -> Rule:
    """Hinton 2012; centered: Graves 2013."""
    options = start.options
    alpha, momentum = options["alpha"], options["momentum"]
    constants = rates(options) | {
        "α": alpha, "(1−α)": 1 - alpha, "ε": options["eps"], "momentum": momentum
    }  # fmt: skip
    terms = gradient_terms(options)
    if options["centered"]:
        terms.append(mean("α", "grad_avg"))
    terms.append(mean_of_squares("α", "square_avg"))
    divided = "v"
    if options["centered"]:
        divided = "s"
        terms.append(
            Term("variance", "s", "{v} − {m}²", lambda v: v["v"].addcmul(v["m"], v["m"], value=-1))
        )
    terms.append(
        Term("denominator", "D", f"√{{{divided}}} + {{ε}}", lambda v: v[divided].sqrt() + v["ε"])
    )
    if momentum > 0:
        terms += [
            Term("momentum buffer", "b", "{momentum}·{b} + {g}/{D}",
                 lambda v: (v["b"] * v["momentum"]).addcdiv(v["g"], v["D"]), "momentum_buffer"),
            Term("step", "step", "{lr}·{b}", lambda v: v["lr"] * v["b"]),
        ]  # fmt: skip
    else:
        terms.append(Term("step", "step", "{lr}·{g}/{D}", lambda v: v["lr"] * v["g"] / v["D"]))
    return Rule((*terms, NEW_WEIGHT), constants)


def adagrad(start: Start) -> Rule:
    """Duchi, Hazan & Singer 2011; rows that a sparse gradient lacks stay."""
    options = start.options
    constants = rates(options) | {
        "ε": options["eps"], "lr_decay": options["lr_decay"], "(t−1)": start.t - 1
    }  # fmt: skip
    first = options["initial_accumulator_value"]
    terms = gradient_terms(options)
    rate = "lr"
    if options["lr_decay"]:
        rate = "lr'"
        terms.append(
            Term("rate", "lr'", "{lr}/(1 + {(t−1)}·{lr_decay})",
                 lambda v: v["lr"] / (1 + v["(t−1)"] * v["lr_decay"]))
        )  # fmt: skip
    terms += [
        Term("sum of squares", "s", "{s} + {g}²", lambda v: v["s"].addcmul(v["g"], v["g"]), "sum",
             lambda weight: torch.full_like(weight, first)),
        Term("denominator", "D", "√{s} + {ε}", lambda v: v["s"].sqrt() + v["ε"]),
        Term("step", "step", f"{{{rate}}}·{{g}}/{{D}}", lambda v: v[rate] * v["g"] / v["D"]),
    ]  # fmt: skip
    return Rule((*terms, NEW_WEIGHT), constants, skips_rows=True)


def adadelta(start: Start) -> Rule:
    """Zeiler 2012."""
    rho = start.options["rho"]
    constants = rates(start.options) | {"ρ": rho, "(1−ρ)": 1 - rho, "ε": start.options["eps"]}
    terms = (
        *gradient_terms(start.options),
        mean_of_squares("ρ", "square_avg"),
        Term("denominator", "D", "√({v} + {ε})", lambda v: (v["v"] + v["ε"]).sqrt()),
        Term("RMS of steps", "U", "√({u} + {ε})", lambda v: (v["u"] + v["ε"]).sqrt()),
        Term("direction", "d", "{U}/{D}·{g}", lambda v: v["U"] / v["D"] * v["g"]),
        Term("mean of steps", "u", "{ρ}·{u} + {(1−ρ)}·{d}²",
             lambda v: (v["u"] * v["ρ"]).addcmul(v["d"], v["d"], value=v["(1−ρ)"]), "acc_delta"),
        Term("step", "step", "{lr}·{d}", lambda v: v["lr"] * v["d"]),
        NEW_WEIGHT,
    )  # fmt: skip
    return Rule(terms, constants)


def adafactor(start: Start) -> Rule:
    """Shazeer & Stern 2018, with torch's use of lr and of the first eps."""
    options, weight = start.options, start.weight
    smallest, least_size = options["eps"]
    constants = rates(options) | {
        "t": start.t,
        "beta2_decay": options["beta2_decay"],
        "ε₁": torch.finfo(weight.dtype).eps if smallest is None else smallest,
        "ε₂": least_size,
        "limit": options["d"],
    }
    terms = [*gradient_terms({"maximize": options["maximize"]}), *_RELATIVE]
    if options["weight_decay"]:
        terms.append(DECOUPLED)
    terms += _MATRIX if weight.ndim > 1 else _VECTOR
    return Rule((*terms, *_CLIPPED, NEW_WEIGHT), constants)


def _rms(tensor: Tensor) -> float:
    return float(tensor.norm(2)) / float(tensor.numel() ** 0.5)


def _means(dimension: int) -> Callable[[Values], Tensor]:
    """A fading mean of g² along a dimension: −1 of each row, −2 of each column."""
    sign = "R" if dimension == -1 else "C"

    def means(v: Values) -> Tensor:
        g: Tensor = v["g"]
        new = torch.norm(g, dim=dimension, keepdim=True).square() / g.size(dimension)
        old: Tensor = v[sign]
        return old.lerp(new, v["k"])

    return means


def _begins(dimension: int) -> Callable[[Tensor], Tensor]:
    def begins(weight: Tensor) -> Tensor:
        shape = list(weight.shape)
        shape[dimension] = 1
        return weight.new_zeros(shape)

    return begins


def _from_factors(v: Values) -> Tensor:
    rows: Tensor = v["R"]
    columns: Tensor = v["C"]
    return rows @ columns / rows.mean(dim=-2, keepdim=True).clamp(min=v["ε₁"])


def _direction(v: Values) -> Tensor:
    return v["v"].clamp(min=v["ε₁"] * v["ε₁"]).rsqrt() * v["g"]  # type: ignore[no-any-return]


_RELATIVE = (
    Term("share of the new", "k", "{t}^({beta2_decay})",
         lambda v: float(v["t"]) ** v["beta2_decay"]),
    Term("relative step", "ρ", "min({lr}, 1/√{t})", lambda v: min(v["lr"], 1 / sqrt(v["t"]))),
    Term("scale", "α", "max({ε₂}, RMS(w))·{ρ}", lambda v: max(v["ε₂"], _rms(v["w"])) * v["ρ"]),
)  # fmt: skip
_MATRIX = (
    Term("row means", "R", "(1 − {k})·{R} + {k}·(mean of g² in its row)", _means(-1), "row_var",
         _begins(-1)),
    Term("column means", "C", "(1 − {k})·{C} + {k}·(mean of g² in its column)", _means(-2),
         "col_var", _begins(-2)),
    Term("v", "v", "{R}·{C} / max(mean of R, {ε₁})", _from_factors),
)  # fmt: skip
_VECTOR = (
    Term("v", "v", "(1 − {k})·{v} + {k}·{g}²", lambda v: v["v"].lerp(v["g"] * v["g"], v["k"]),
         "variance"),
)  # fmt: skip
_CLIPPED = (
    Term("direction", "d", "{g}/√max({v}, {ε₁}²)", _direction),
    Term("clipping", "c", "max(1, RMS(d)/{limit})",
         lambda v: max(1.0, float(v["d"].norm(2)) / (v["d"].numel() ** 0.5 * v["limit"]))),
    Term("step", "step", "{α}/{c}·{d}", lambda v: v["α"] / v["c"] * v["d"]),
)  # fmt: skip
