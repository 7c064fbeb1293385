"""From a place to the arithmetic of the number there."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from torch import Tensor, nn

from tui_nn.engine.inside.layers.rules import RULES
from tui_nn.engine.inside.lines import Column, Ints, Line, formula, looked_up, setting, summed
from tui_nn.engine.inside.losses import Judged, gradient_of_output, loss_of_batch, loss_of_sample
from tui_nn.engine.inside.passing import Passed
from tui_nn.engine.inside.rule import At, Shares
from tui_nn.engine.probes.answers import own_losses
from tui_nn.spec.errors import InvalidInput
from tui_nn.spec.protocol.inside import Place
from tui_nn.spec.words import near

FIRST = "0"
"""The layer that reads what the network gets."""
MOST_TERMS = 2**20
"""Of one parameter's gradient are worked out at a time."""


@dataclass(frozen=True)
class Numbers:
    """The numbers of one pass."""

    passed: Passed
    loss: nn.Module
    shortened: float = 1.0
    """What clip_norm has multiplied every gradient by."""
    has_gradient: bool = True
    """Whether the gradient of this pass is made."""

    def lines(self, place: Place) -> list[Line]:
        """The arithmetic; nothing where the number was given. InvalidInput for no such place."""
        self._check(place)
        with np.errstate(all="ignore"):  # what is no number comes out as torch holds it
            return self._lines(place)

    def _lines(self, place: Place) -> list[Line]:
        match place.of, place.gradient:
            case "input", False:
                return [self._looked_up(place)] if place.name else []
            case "output", False:
                return RULES[self._at(place).node.kind].output(self._at(place), place.index)
            case "input", True:
                return self._passed_on(place)
            case "output", True:
                return self._arriving(place)
            case "parameter", True:
                return self._left(place)
            case "loss", _:
                return self._loss(place)
        return []

    def held(self, place: Place) -> Tensor | None:
        """What torch holds there; None of a sample's share of a gradient."""
        self._check(place)
        index = place.index
        if place.of == "parameter":
            if place.gradient and place.sample is not None:
                return None
            held = self.passed.leaves if place.gradient else self.passed.parameters
            found = held.get(place.name)
            if found is None:
                return None
            number = number_at(found, index)
            return number * self.shortened if place.gradient else number
        if place.of == "loss":
            return self._held_loss(place.sample)
        tensor = self._tensor(place)
        return None if tensor is None else tensor.detach()[(place.sample, *index)]

    def _held_loss(self, sample: int | None) -> Tensor | None:
        passed = self.passed
        if sample is None:
            return None if passed.loss is None else passed.loss.detach()
        alone = slice(sample, sample + 1)
        return own_losses(self.loss, passed.output.detach()[alone], passed.target[alone])[0]

    def _tensor(self, place: Place) -> Tensor | None:
        passed, name = self.passed, place.name
        if place.of == "target":
            return passed.target
        if place.of == "input":
            if not place.gradient:
                return passed.inputs[name] if name else passed.x
            return passed.passes.get(name or FIRST)
        return (passed.arrives if place.gradient else passed.outputs).get(name)

    def _at(self, place: Place) -> At:
        assert place.sample is not None
        return At(self.passed, self.passed.nodes[place.name], place.sample)

    def _looked_up(self, place: Place) -> Line:
        at = self._at(place)
        return looked_up("input", at.a.one(place.index, place.sample))

    def _passed_on(self, place: Place) -> list[Line]:
        name = place.name or FIRST
        at = At(self.passed, self.passed.nodes[name], place.sample or 0)
        return RULES[at.node.kind].passed(at, place.index)

    def _arriving(self, place: Place) -> list[Line]:
        """∂L/∂output: what the layer that reads it passes on; of the last one the loss."""
        sample = place.sample or 0
        node = self.passed.nodes[place.name]
        if node.reader is None:
            return gradient_of_output(Judged(self.passed, self.loss), sample, place.index)
        reader = self.passed.nodes[node.reader]
        at = At(self.passed, reader, sample)
        if reader.last == place.name:  # a Residual hands on to both what arrives at it
            return [looked_up("passed on", at.delta.one(place.index, sample))]
        return RULES[reader.kind].passed(at, place.index)

    def _left(self, place: Place) -> list[Line]:
        layer, _, own = place.name.rpartition(".")
        node = self.passed.nodes[layer]
        if place.name not in self.passed.leaves:
            raise InvalidInput(f"{place.name} is frozen: it has no gradient")
        rule, at = RULES[node.kind], At(self.passed, node)
        if place.sample is not None:
            shares = rule.shares(at, np.array([place.sample]), own, place.index)
            return [_line_of(shares, "share of the sample")]
        every = np.arange(self.passed.count)
        whole = self._one_each(at, own, place, every)
        line = self._by_sample(at, own, place, every) if whole is None else whole
        return [line, *self._shorten(line)]

    def _one_each(self, at: At, own: str, place: Place, every: Ints) -> Line | None:
        """The terms of all samples in one line, where none has more than one."""
        rule = RULES[at.node.kind]
        if len(rule.shares(at, every[:1], own, place.index).samples) > 1:
            return None
        shares = rule.shares(at, every, own, place.index)
        is_one_each = len(shares.samples) == len(np.unique(shares.samples))
        return _line_of(shares, "gradient") if is_one_each else None

    def _by_sample(self, at: At, own: str, place: Place, every: Ints) -> Line:
        """The sum of what each sample leaves, which is a sum itself."""
        rule = RULES[at.node.kind]
        step = max(1, MOST_TERMS // max(at.a.tensor[0].numel(), at.y.tensor[0].numel()))
        values, scale, added = np.zeros(len(every)), 0.0, 0
        for start in range(0, len(every), step):
            some = every[start : start + step]
            shares = rule.shares(at, some, own, place.index)
            by = shares.divisor or 1.0
            values += np.bincount(shares.samples, shares.products / by, minlength=len(every))
            scale, added = scale + shares.scale, added + len(shares.samples)
        line = summed("gradient", "share", Column("share", values, place, None, every))
        return replace(line, scale=scale, added=added)

    def _shorten(self, line: Line) -> list[Line]:
        """Times what clip_norm shortens every gradient by, where it does."""
        if self.shortened == 1:
            return []
        columns = line.as_factor("gradient", 0), setting("clip", self.shortened)
        value = line.total * self.shortened
        scale = line.scale * self.shortened
        return [formula("shortened", "gradient·clip", value, *columns, scale=scale)]

    def _loss(self, place: Place) -> list[Line]:
        at = Judged(self.passed, self.loss)
        return loss_of_batch(at) if place.sample is None else loss_of_sample(at, place.sample)

    def _check(self, place: Place) -> None:
        """InvalidInput where nothing stands there."""
        passed = self.passed
        if place.gradient and place.of in ("loss", "target"):
            raise InvalidInput(f"the {place.of} has no gradient", hint="ask for that of the output")
        if place.gradient and not passed.training:
            raise InvalidInput("an evaluation has no gradient", hint="look into the latest pass")
        if place.gradient and not self.has_gradient:
            raise InvalidInput("∂L/∂ of it is not there yet", hint="phase 6 Gradient makes it")
        self._check_sample(place)
        if place.of == "parameter":
            known: Any = passed.parameters
            shape = known[place.name].shape if place.name in known else None
        elif place.of in ("input", "output"):
            known = passed.nodes
            shape = self._shape_at_layer(place)
        else:
            shape = () if place.of == "loss" else passed.target.shape[1:]
            known = {}
        if shape is None:
            raise InvalidInput(
                f"there is no {place.of} '{place.name}'",
                hint=near(place.name, known) or f"there are {', '.join(list(known)[:8])}",
            )
        if len(place.index) != len(shape) or not all(
            0 <= at < size for at, size in zip(place.index, shape, strict=True)
        ):
            raise InvalidInput(
                f"nothing stands at {list(place.index)}", hint=f"its shape is {tuple(shape)}"
            )

    def _shape_at_layer(self, place: Place) -> Any:
        """Of one sample; None where there is no such layer. InvalidInput for no gradient."""
        passed = self.passed
        if place.of == "input" and not place.name:
            tensor: Tensor | None = passed.x
        else:
            tensors = passed.inputs if place.of == "input" else passed.outputs
            tensor = tensors.get(place.name)
        if tensor is not None and place.gradient and self._tensor(place) is None:
            raise InvalidInput("no gradient comes there", hint="tokens and frozen layers have none")
        return None if tensor is None else tensor.shape[1:]

    def _check_sample(self, place: Place) -> None:
        sample, count = place.sample, self.passed.count
        if sample is None:
            if place.of in ("input", "output", "target"):
                raise InvalidInput("of which sample?", hint=f"samples: 0 to {count - 1}")
        elif not 0 <= sample < count:
            raise InvalidInput(f"there is no sample {sample}", hint=f"samples: 0 to {count - 1}")


def number_at(tensor: Tensor, index: tuple[int, ...]) -> Tensor:
    """One number of a tensor, which may be sparse in its rows."""
    if not tensor.is_sparse:
        return tensor.detach()[index]
    tensor = tensor.detach().coalesce()
    rows = (tensor.indices()[0] == index[0]).nonzero()
    return (
        tensor.values()[(int(rows[0]), *index[1:])] if len(rows) else tensor.values().new_zeros(())
    )


def _line_of(shares: Shares, name: str) -> Line:
    line = summed(
        name, shares.formula, *shares.columns, divisor=shares.divisor, layout=shares.layout
    )
    return replace(line, scale=shares.scale)
