"""One weight through the latest step, by the rule of its optimizer, held beside what torch did."""

from collections.abc import Mapping
from typing import Any

from torch import Tensor
from torch.optim import LBFGS

from tui_nn.engine.probes.view import View
from tui_nn.engine.rules import WORDS, Update, Worked, agree, terms, ulps
from tui_nn.spec.errors import InvalidInput
from tui_nn.spec.protocol import Phase, split_nonfinite
from tui_nn.spec.protocol.frames import WeightUpdate, WeightUpdateFrame
from tui_nn.spec.protocol.inside import RuleTerm
from tui_nn.spec.words import near


def weight_update(view: View, probe: WeightUpdate) -> WeightUpdateFrame:
    """The terms of the latest update; InvalidInput where there is none."""
    parameter = _parameter(view, probe)
    if view.phase in (Phase.FORWARD, Phase.GRADIENT):
        raise InvalidInput("the update is not made yet", hint="phase 7 Update makes it")
    optimizer, before, update = _worked_out(view, probe.tensor, parameter)
    after, at = parameter.detach(), probe.index
    numbers, words = split_nonfinite(
        {"before": before[at].item(), "after": after[at].item(),
         "ulp": ulps(update, before, after)[at].item()}
    )  # fmt: skip
    return WeightUpdateFrame(
        tensor=probe.tensor,
        index=at,
        optimizer=optimizer,
        terms=tuple(_told(term, at) for term in update.terms),
        before=numbers["before"],
        after=numbers["after"],
        ulp=numbers["ulp"],
        agrees=bool(agree(update, before, after)[at]),
        nonfinite={name: word for name, word in words.items() if name != "ulp"},
    )


def _worked_out(view: View, name: str, parameter: Tensor) -> tuple[str, Tensor, Update]:
    """Who has updated it, what it was before, and the update."""
    found = [
        (number, at, one)
        for number, one in enumerate(view.trainer.optimizers)
        for at, own in enumerate(one.param_groups[0]["params"])
        if own is parameter
    ]
    if not found:
        raise InvalidInput(f"{name} is frozen: no optimizer updates it")
    [(number, at, optimizer)] = found
    kind = type(optimizer).__name__
    if isinstance(optimizer, LBFGS):
        raise InvalidInput(
            "LBFGS updates all parameters at once, several times in a step",
            hint="nn-tui step tells its terms",
        )
    kept = view.start.optimizers if view.start else ()
    if not kept or view.before is None or parameter.grad is None:
        raise InvalidInput("no update is known here", hint="press s: the step that it makes is")
    [group], state = kept[number]["param_groups"], kept[number]["state"]
    before = view.before[name]
    held: Mapping[str, Any] = state.get(at, {})
    return kind, before, terms(kind, group, before, parameter.grad.detach(), held)


def _parameter(view: View, probe: WeightUpdate) -> Tensor:
    known = dict(view.network.named_parameters())
    if probe.tensor not in known:
        raise InvalidInput(
            f"there is no tensor '{probe.tensor}'",
            hint=near(probe.tensor, known) or f"there are {', '.join(list(known)[:8])}",
        )
    parameter = known[probe.tensor]
    shape = tuple(parameter.shape)
    if len(probe.index) != len(shape) or not all(map(int.__lt__, probe.index, shape)):
        raise InvalidInput(f"nothing stands at {list(probe.index)}", hint=f"its shape is {shape}")
    return parameter


def _told(term: Worked, at: tuple[int, ...]) -> RuleTerm:
    numbers, words = split_nonfinite({"value": term.at(at)})
    return RuleTerm(
        name=term.name,
        words=WORDS[term.name],
        symbolic=term.symbolic,
        numbers=term.numbers(at),
        value=numbers["value"],
        kept=term.kept,
        nonfinite=words,
    )
