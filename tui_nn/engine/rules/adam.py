"""Adam and those that differ from it by a few lines."""

from dataclasses import replace
from math import sqrt

import torch
from torch import Tensor

from tui_nn.engine.rules.common import (
    NEW_WEIGHT,
    as_kept,
    gradient_terms,
    mean,
    mean_of_squares,
    rates,
)
from tui_nn.engine.rules.term import Rule, Start, Term, Values

M = mean("β₁", "exp_avg")
V = mean_of_squares("β₂", "exp_avg_sq")
LARGEST_V = Term(
    "largest v", "V", "max({V}, {v})", lambda v: torch.maximum(v["V"], v["v"]), "max_exp_avg_sq"
)
M_CORRECTED = Term("m corrected", "m'", "{m}/{(1−β₁ᵗ)}", lambda v: v["m"] / v["(1−β₁ᵗ)"])
ROOT = Term("denominator", "D", "√{v'} + {ε}", lambda v: v["v'"].sqrt() + v["ε"])
ROOT_CORRECTED = Term(
    "denominator", "D", "(√{v} + {ε})/√{(1−β₂ᵗ)}",
    lambda v: (v["v"].sqrt() + v["ε"]) / sqrt(v["(1−β₂ᵗ)"]),
)  # fmt: skip
"""Here ε is divided too."""
STEP = Term("step", "step", "{lr}·{m'}/{D}", lambda v: v["lr"] * v["m'"] / v["D"])


def _v_corrected(sign: str) -> Term:
    return Term("v corrected", "v'", f"{{{sign}}}/{{(1−β₂ᵗ)}}", lambda v: v[sign] / v["(1−β₂ᵗ)"])


def _constants(start: Start) -> dict[str, float]:
    beta1, beta2 = start.options["betas"]
    return rates(start.options) | {
        "β₁": beta1,
        "β₂": beta2,
        "(1−β₁)": 1 - beta1,
        "(1−β₂)": 1 - beta2,
        "(1−β₁ᵗ)": 1 - beta1**start.t,
        "(1−β₂ᵗ)": 1 - beta2**start.t,
        "ε": start.options["eps"],
        "t": start.t,
    }


def _gradient_terms(start: Start) -> list[Term]:
    decoupled = start.options.get("decoupled_weight_decay", False)
    return gradient_terms(start.options, decoupled=decoupled)


def adam(start: Start) -> Rule:
    """Kingma & Ba 2015; amsgrad: Reddi et al. 2018, of the v that isn't corrected."""
    amsgrad = start.options["amsgrad"]
    terms = [*_gradient_terms(start), M, V]
    terms += [LARGEST_V] if amsgrad else []
    terms += [M_CORRECTED, _v_corrected("V" if amsgrad else "v"), ROOT, STEP, NEW_WEIGHT]
    return Rule(tuple(terms), _constants(start))


def adamw(start: Start) -> Rule:
    """Loshchilov & Hutter 2019: Adam with decoupled weight decay."""
    options = {**start.options, "decoupled_weight_decay": True}
    return adam(Start(options, start.weight, start.state))


def adamax(start: Start) -> Rule:
    """Kingma & Ba 2015, section 7.1."""
    largest = Term(
        "largest |g|", "u", "max({β₂}·{u}, |{g}| + {ε})",
        lambda v: torch.maximum(v["u"] * v["β₂"], v["g"].abs() + v["ε"]), "exp_inf",
    )  # fmt: skip
    step = Term("step", "step", "{lr}·{m'}/{u}", lambda v: v["lr"] * v["m'"] / v["u"])
    terms = (*_gradient_terms(start), M, largest, M_CORRECTED, step, NEW_WEIGHT)
    return Rule(terms, _constants(start))


def nadam(start: Start) -> Rule:
    """Dozat 2016."""
    psi = start.options["momentum_decay"]

    def momentum(t: int) -> float:
        now: float = start.options["betas"][0] * (1.0 - 0.5 * 0.96 ** (t * psi))
        return now

    def product(v: Values) -> float:
        return float(torch.tensor(v["P"]) * v["μ"])

    def corrected(v: Values) -> Tensor:
        new, old = _shares(v)
        return new * v["g"] + old * v["m"]  # type: ignore[no-any-return]

    def size(v: Values) -> Tensor:
        new, old = _shares(v)
        return v["lr"] * (new * v["g"].abs() + old * v["m"].abs()) / v["D"]  # type: ignore[no-any-return]

    terms = (
        *_gradient_terms(start),
        Term("momentum", "μ", "{β₁}·(1 − ½·0.96^({t}·{ψ}))", lambda v: momentum(start.t)),
        Term("next momentum", "μ⁺", "{β₁}·(1 − ½·0.96^(({t} + 1)·{ψ}))",
             lambda v: momentum(start.t + 1)),
        Term("product of momenta", "P", "{P}·{μ}", product, "mu_product",
             lambda weight: as_kept(1.0)),
        M,
        V,
        Term("m corrected", "m'",
             "(1 − {μ})/(1 − {P})·{g} + {μ⁺}/(1 − {P}·{μ⁺})·{m}", corrected),
        _v_corrected("v"),
        ROOT,
        Term("step", "step", STEP.formula, STEP.value, size=size),
        NEW_WEIGHT,
    )  # fmt: skip
    return Rule(terms, _constants(start) | {"ψ": psi})


def _shares(v: Values) -> tuple[float, float]:
    """How much of g and of m goes into NAdam's m corrected."""
    return (1 - v["μ"]) / (1 - v["P"]), v["μ⁺"] / (1 - v["P"] * v["μ⁺"])


def radam(start: Start) -> Rule:
    """Liu et al. 2020; plain momentum until v is reliable."""
    constants = _constants(start)
    beta2, t = constants["β₂"], start.t
    longest = 2 / (1 - beta2) - 1
    length = longest - 2 * t * beta2**t / constants["(1−β₂ᵗ)"]
    terms = [
        *_gradient_terms(start),
        M,
        V,
        M_CORRECTED,
        Term("length", "ρ", "{ρ∞} − 2·{t}·{β₂ᵗ}/{(1−β₂ᵗ)}", lambda v: length),
    ]
    if length > 5:
        terms += [
            Term("rectification", "r",
                 "√(({ρ} − 4)({ρ} − 2)·{ρ∞}/(({ρ∞} − 4)({ρ∞} − 2)·{ρ}))", _rectification),
            ROOT_CORRECTED,
            Term("step", "step", "{lr}·{r}·{m'}/{D}",
                 lambda v: v["lr"] * v["r"] * v["m'"] / v["D"]),
        ]  # fmt: skip
    else:
        terms.append(Term("step", "step", "{lr}·{m'}", lambda v: v["lr"] * v["m'"]))
    return Rule((*terms, NEW_WEIGHT), constants | {"ρ∞": longest, "β₂ᵗ": beta2**t})


def _rectification(v: Values) -> float:
    now, longest = v["ρ"], v["ρ∞"]
    return sqrt((now - 4) * (now - 2) * longest / ((longest - 4) * (longest - 2) * now))


SPARSE_M = replace(M, value=lambda v: v["m"] + (v["g"] - v["m"]) * v["(1−β₁)"])
SPARSE_V = replace(V, value=lambda v: v["v"] + (v["g"].square() - v["v"]) * v["(1−β₂)"])
"""The same means, rounded as torch does where it adds what changes to them."""


def sparse_adam(start: Start) -> Rule:
    """Adam in the rows of a sparse gradient alone; `t` counts every step, of all rows."""
    first = gradient_terms(start.options)
    terms = (*first, SPARSE_M, SPARSE_V, M_CORRECTED, ROOT_CORRECTED, STEP, NEW_WEIGHT)
    return Rule(terms, _constants(start), skips_rows=True)
