"""SGD, ASGD and Rprop: steps along the gradient, or its sign alone."""

from typing import Any

import torch
from torch import Tensor

from tui_nn.engine.rules.common import NEW_WEIGHT, as_kept, gradient_terms, rates
from tui_nn.engine.rules.term import Rule, Start, Term, Values


def sgd(start: Start) -> Rule:
    """Robbins & Monro 1951; momentum as in Sutskever et al. 2013, the rate outside the buffer."""
    options = start.options
    momentum, dampening = options["momentum"], options["dampening"]
    constants = rates(options) | {"momentum": momentum, "(1−dampening)": 1 - dampening}
    terms = gradient_terms(options)
    moved = "g"
    if momentum:
        terms.append(_buffer(is_first=start.state.get("momentum_buffer") is None,
                             is_dampened=dampening != 0))  # fmt: skip
        moved = "b"
        if options["nesterov"]:
            moved = "u"
            terms.append(
                Term("look ahead", "u", "{g} + {momentum}·{b}",
                     lambda v: v["g"].add(v["b"], alpha=v["momentum"]))
            )  # fmt: skip
    step = Term("step", "step", f"{{lr}}·{{{moved}}}", lambda v: v["lr"] * v[moved])
    return Rule((*terms, step, NEW_WEIGHT), constants)


def _buffer(*, is_first: bool, is_dampened: bool) -> Term:
    """The decaying sum of gradients, which begins with the first one as it is."""
    if is_first:
        return Term("momentum buffer", "b", "{g}", lambda v: v["g"].clone(), "momentum_buffer")
    new = "{(1−dampening)}·{g}" if is_dampened else "{g}"
    return Term(
        "momentum buffer", "b", f"{{momentum}}·{{b}} + {new}",
        lambda v: (v["b"] * v["momentum"]).add(v["g"], alpha=v["(1−dampening)"]),
        "momentum_buffer",
    )  # fmt: skip


def asgd(start: Start) -> Rule:
    """Polyak & Juditsky 1992, with torch's falling rate; `A` is for whoever asks for it."""
    options, t = start.options, start.t
    constants = rates(options) | {
        "λ": options["lambd"], "α": options["alpha"], "t": t, "t₀": options["t0"],
    }  # fmt: skip
    rate = float(options["lr"])
    shrink = Term("decoupled weight decay", "w", "{w}·(1 − {λ}·{η})",
                  lambda v: v["w"] * (1 - v["λ"] * v["η"]))  # fmt: skip
    terms = (
        *gradient_terms(options),
        *([shrink] if options["lambd"] else []),
        Term("step", "step", "{η}·{g}", lambda v: v["η"] * v["g"]),
        NEW_WEIGHT,
        Term("average", "A", "{A} + {μ}·({w} − {A})", _average, "ax"),
        Term("next rate", "η", "{lr}/(1 + {λ}·{lr}·{t})^{α}",
             lambda v: as_kept(v["lr"] / (1 + v["λ"] * v["lr"] * v["t"]) ** v["α"]),
             "eta", lambda weight: as_kept(rate)),
        Term("share of the average", "μ", "1/max(1, {t} − {t₀})",
             lambda v: as_kept(1 / max(1, v["t"] - v["t₀"])), "mu", lambda weight: 1.0),
    )  # fmt: skip
    return Rule(terms, constants)


def _average(v: Values) -> Tensor:
    average: Tensor = v["w"].clone() if v["μ"] == 1 else v["A"] + (v["w"] - v["A"]) * v["μ"]
    return average


def rprop(start: Start) -> Rule:
    """Riedmiller & Braun 1993, in the form iRprop− of Igel & Hüsken 2000."""
    options = start.options
    shorter, longer = options["etas"]
    shortest, longest = options["step_sizes"]
    rate = float(options["lr"])

    def factor(v: Values) -> Tensor:
        held: Tensor = v["s"]
        return torch.where(held > 0, longer, torch.where(held < 0, shorter, held.new_ones(())))

    def begins(weight: Tensor) -> Tensor:
        return torch.full_like(weight, rate)

    constants: dict[str, Any] = {
        "lr": rate, "η⁻": shorter, "η⁺": longer, "shortest": shortest, "longest": longest
    }  # fmt: skip
    terms = (
        *gradient_terms(options),
        Term("sign", "s", "sign({g}·{p})", lambda v: (v["g"] * v["p"]).sign()),
        Term("factor", "f", "{η⁺} if {s} > 0, {η⁻} if {s} < 0, else 1", factor),
        Term("own step", "a", "{a}·{f} within {shortest} … {longest}",
             lambda v: (v["a"] * v["f"]).clamp(v["shortest"], v["longest"]),
             "step_size", begins),
        Term("after a flip", "g", "0 if {s} < 0, else {g}",
             lambda v: torch.where(v["s"] < 0, 0.0, v["g"])),
        Term("previous g", "p", "{g}", lambda v: v["g"].clone(), "prev"),
        Term("step", "step", "{a}·sign({g})", lambda v: v["a"] * v["g"].sign()),
        NEW_WEIGHT,
    )  # fmt: skip
    return Rule(terms, constants)
