"""Every optimizer beside each other at the step to come."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from torch import Tensor
from torch.nn.utils import clip_grad_norm_
from torch.optim import Optimizer

from tui_nn.engine.inside.passing import make_pass
from tui_nn.engine.probes.numbers import gradient_of, length
from tui_nn.engine.probes.view import View
from tui_nn.engine.rules.term import Index, number_at
from tui_nn.engine.trying import (
    Tried,
    as_it_is,
    at_first_step,
    copies_of,
    names,
    refusal,
)
from tui_nn.spec.catalog.entry import Bound
from tui_nn.spec.errors import InvalidInput
from tui_nn.spec.protocol import Phase, split_nonfinite
from tui_nn.spec.protocol.frames import NextSteps, NextStepsFrame
from tui_nn.spec.protocol.inside import NextStep, Place
from tui_nn.spec.words import near

MOST = 1_000_000
"""Parameters of a layer: each optimizer keeps up to three numbers for each of them."""


@dataclass(frozen=True)
class _Moved:
    """A layer at the step to come."""

    name: str
    """The parameter that is looked at, and the number in it."""
    index: Index
    weights: Mapping[str, Tensor]
    """Those of the layer that train."""
    gradients: Mapping[str, Tensor]
    bound: Bound
    """The optimizer of the experiment that moves the parameter."""
    live: Optimizer

    @property
    def weight(self) -> Tensor:
        return self.weights[self.name]

    @property
    def rate(self) -> float:
        """Of the step to come."""
        return float(self.live.param_groups[0]["lr"])


def next_steps(view: View, probe: NextSteps) -> NextStepsFrame:
    """What each would do with one weight; InvalidInput where nothing moves it."""
    moved = _moved(view, probe.place)
    copies = copies_of(moved.weights)
    tries = {tried.bound.entry.name: tried for tried in _others(view, moved, copies, probe.fed)}
    own = moved.bound.entry.name
    for tried in tries.values():
        tried.follow(own, moved.rate)
    if not refusal(own, moved.weight, moved.gradients):
        parameters = dict(view.network.named_parameters())
        layer = {name: parameters[name] for name in moved.weights}
        tries[own] = as_it_is(moved.bound, moved.live, layer, copies)
    numbers, words = split_nonfinite({
        "value": number_at(moved.weight, moved.index),
        "gradient": number_at(_dense(moved.gradients[moved.name]), moved.index),
        "gradient_length": length(map(_dense, moved.gradients.values())),
    })  # fmt: skip
    return NextStepsFrame(
        place=probe.place,
        parameters=tuple(moved.weights),
        value=numbers["value"],
        gradient=numbers["gradient"],
        gradient_length=numbers["gradient_length"],
        scale=probe.scale,
        steps=tuple(_step(name, moved, tries.get(name), probe.scale) for name in names()),
        nonfinite=words,
    )


def _others(view: View, moved: _Moved, copies: Mapping[str, Tensor], most: int) -> Sequence[Tried]:
    """Every optimizer that can follow the layer, at torch's defaults."""
    own, layer = moved.bound.entry.name, moved.weights.values()
    able = [name for name in names() if not all(refusal(name, p, moved.gradients) for p in layer)]

    def begin() -> list[Tried]:
        return [at_first_step(name, copies, own, moved.rate) for name in able]

    if view.past is None or not most:
        return begin()
    return view.past.let_know(tuple(moved.weights), most, begin)


def _step(name: str, moved: _Moved, tried: Tried | None, scale: float) -> NextStep:
    own = name == moved.bound.entry.name
    reason = refusal(name, moved.weight, moved.gradients)
    if reason or tried is None:
        return NextStep(optimizer=name, lr=None, lr_of="torch", own=own, reason=reason)
    unscaled = _measured(moved, tried, 1.0)
    scaled = _measured(moved, tried, scale) if scale != 1 else unscaled
    numbers, words = split_nonfinite(
        scaled | {f"{name}_unscaled": value for name, value in unscaled.items()}
    )
    return NextStep(
        optimizer=name,
        lr=float(tried.optimizer.param_groups[0]["lr"]),
        lr_of=tried.lr_of,
        own=own,
        fed=None if own else tried.fed,
        change=numbers["change"],
        length=numbers["length"],
        change_unscaled=numbers["change_unscaled"],
        length_unscaled=numbers["length_unscaled"],
        left_out=tuple(name for name in moved.weights if name not in tried.parameters),
        nonfinite=words,
    )


def _measured(moved: _Moved, tried: Tried, scale: float) -> dict[str, float]:
    change = tried.change(moved.weights, moved.gradients, scale)
    return {
        "change": number_at(change[moved.name], moved.index), "length": length(change.values())
    }  # fmt: skip


def _moved(view: View, place: Place) -> _Moved:
    parameters = dict(view.network.named_parameters())
    if place.of != "parameter" or place.name not in parameters:
        raise InvalidInput(
            f"there is no parameter '{place.name}'", hint=near(place.name, parameters)
        )
    shape = tuple(parameters[place.name].shape)
    fits = len(place.index) == len(shape) and all(
        0 <= at < side for at, side in zip(place.index, shape, strict=True)
    )
    if not fits:
        raise InvalidInput(f"{place.name} has no {list(place.index)}, it is {list(shape)}")
    bound, live = _own(view, parameters[place.name], place.name)
    layer = place.name.rpartition(".")[0]
    weights = {
        name: parameter.detach()
        for name, parameter in parameters.items()
        if name.rpartition(".")[0] == layer and parameter.requires_grad
    }
    count = sum(weight.numel() for weight in weights.values())
    if count > MOST:
        raise InvalidInput(
            f"layer {layer} has {count:,} parameters, too many to try every optimizer on them",
            hint=f"up to {MOST:,} are tried",
        )
    gradients = _gradients(view)
    if not weights.keys() <= gradients.keys():
        raise InvalidInput(f"{place.name} has no gradient: the loss does not depend on it")
    held = {name: gradients[name] for name in weights}
    return _Moved(place.name, place.index, weights, held, bound, live)


def _own(view: View, parameter: Tensor, name: str) -> tuple[Bound, Optimizer]:
    """The optimizer that moves the parameter."""
    bounds = view.trainer.plan.experiment.optimizers
    for bound, live in zip(bounds, view.trainer.optimizers, strict=True):
        if any(one is parameter for one in live.param_groups[0]["params"]):
            return bound, live
    raise InvalidInput(f"{name} is frozen: no optimizer moves it")


def _gradients(view: View) -> dict[str, Tensor]:
    """Of the step to come, as the optimizers get it: held by torch, or made ahead."""
    if view.phase is Phase.GRADIENT:
        held = {name: gradient_of(value) for name, value in view.network.named_parameters()}
        return {name: gradient for name, gradient in held.items() if gradient is not None}
    trainer = view.trainer
    batches, is_made = trainer.batches, view.phase is Phase.FORWARD and view.start is not None
    drawn = batches.latest() if is_made else None
    places = (batches.coming() if drawn is None else drawn).to(batches.x.device)
    passed = make_pass(
        view.network, trainer.loss, batches.x.index_select(0, places),
        batches.y.index_select(0, places),
        generators=view.start.generators if is_made and view.start else (),
    )  # fmt: skip
    for name, gradient in passed.leaves.items():
        passed.parameters[name].grad = gradient
    longest = trainer.plan.experiment.train.clip_norm
    if longest is not None:
        clip_grad_norm_(passed.parameters.values(), longest)
    return dict(passed.leaves)


def _dense(tensor: Tensor) -> Tensor:
    return tensor.to_dense() if tensor.is_sparse else tensor
