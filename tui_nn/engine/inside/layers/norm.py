"""Numbers brought to mean 0 and deviation 1, then scaled and shifted; and those dropped."""

from dataclasses import dataclass
from math import prod

import numpy as np
import torch
from torch import Tensor

from tui_nn.engine.inside.lines import (
    Column,
    Floats,
    Ints,
    Line,
    formula,
    grid,
    joined,
    mean,
    numbers,
    setting,
    summed,
)
from tui_nn.engine.inside.rule import At, Index, Rule, Shares


@dataclass(frozen=True)
class Group:
    """The numbers over which a mean is taken."""

    samples: Ints
    """int64 (m,)."""
    index: Ints
    """int64 (m, dimensions)."""


class Norm(Rule):
    """(a − mean) / √(variance + eps) · w + b."""

    def output(self, at: At, index: Index) -> list[Line]:
        lines = self._moments(at, index)
        a, centre, spread = self._own(at, index, lines)
        value, scale = _normal(at, a, centre, spread)
        text = f"({a.name} − mean) / √(variance + eps)"
        columns = [a, centre, spread, setting("eps", at.module.eps)]
        own = self._parameter_of(at, index)
        for field, sign in ((at.parameter("weight", "w"), "·"), (at.bias, " + ")):
            if field is None:
                continue
            column = field.one(own)
            number = float(column.values[0])
            value = value * number if sign == "·" else value + number
            scale = scale * abs(number) if sign == "·" else scale + abs(number)
            text, columns = f"{text}{sign}{column.name}", [*columns, column]
        return [*lines, formula("output", text, value, *columns, scale=scale)]

    def passed(self, at: At, index: Index) -> list[Line]:
        lines = self._moments(at, index)
        a, centre, spread = self._own(at, index, lines)
        weighted = at.parameter("weight", "w")
        delta = at.delta.one(index, at.sample)
        w = None if weighted is None else weighted.one(self._parameter_of(at, index))
        factor = 1.0 if w is None else float(w.values[0])
        arrives = float(delta.values[0]) * factor
        text = "δ" if w is None else "w·δ"
        columns = [delta] if w is None else [w, delta]
        root = float(np.sqrt(spread.values[0] + at.module.eps))
        normal, rough = _normal(at, a, centre, spread)
        group = self._group(at, index)
        deltas = at.delta.across(group.samples, group.index)
        normals = Column("n", self._normals(at, group, centre, spread))
        factors = [deltas, normals]
        if weighted is not None:
            factors.insert(0, weighted.shared(self._parameters_of(at, group)))
        of = "·".join(column.name for column in factors[:-1])
        own = formula(
            "normalised", f"({a.name} − mean) / √(variance + eps)", normal, a, centre, spread,
            setting("eps", at.module.eps), scale=rough,
        )  # fmt: skip
        lines = [
            *lines,
            own,
            mean("mean of δ", of, *factors[:-1]),
            mean("mean of δ·n", f"{of}·n", *factors),
        ]
        first, second = lines[-2], lines[-1]
        value = (arrives - first.total - normal * second.total) / root
        scale = abs(arrives) + first.scale + rough * second.scale
        text = f"({text} − first − n·second) / √(variance + eps)"
        columns += [
            first.as_factor("first", 3), own.as_factor("n", 2), second.as_factor("second", 4),
            spread, setting("eps", at.module.eps),
        ]  # fmt: skip
        return [*lines, formula("passed on", text, value, *columns, scale=scale / root)]

    def shares(self, at: At, samples: Ints, tensor: str, index: Index) -> Shares:
        places = self._places_of(at, index)
        whose = np.repeat(samples, len(places))
        where = np.tile(places, (len(samples), 1))
        delta = at.delta.across(whose, where)
        if tensor == "bias":
            return Shares("δ", (delta,), whose)
        values = at.a.across(whose, where).values
        centre, variance = self._statistics(at, samples, index)
        each = len(whose) // len(centre)
        centre, root = np.repeat(centre, each), np.sqrt(np.repeat(variance, each) + at.module.eps)
        rough = np.abs(delta.values) * (np.abs(values) + np.abs(centre)) / root
        return Shares("δ·n", (delta, Column("n", (values - centre) / root)), whose, sizes=rough)

    def _moments(self, at: At, index: Index) -> list[Line]:
        """The mean and the variance; none where they were kept from training."""
        group = self._group(at, index)
        a = at.a.across(group.samples, group.index)
        centre = mean("mean", a.name, a)
        apart = Column("d", a.values - centre.total, a.place, a.index, a.samples)
        return [centre, mean("variance", "d·d", apart, apart)]

    def _own(self, at: At, index: Index, lines: list[Line]) -> tuple[Column, Column, Column]:
        """The number, and the mean and variance that are used for it."""
        a = at.a.one(index, at.sample)
        if lines:
            return a, lines[0].as_factor("mean", 0), lines[1].as_factor("variance", 1)
        kept = (at.module.running_mean, at.module.running_var)
        centre, spread = (float(tensor[index[0]]) for tensor in kept)
        return a, setting("mean", centre), setting("variance", spread)

    def _normals(self, at: At, group: Group, centre: Column, spread: Column) -> Floats:
        values = at.a.across(group.samples, group.index).values
        root = np.sqrt(spread.values[0] + at.module.eps)
        normals: Floats = (values - centre.values[0]) / root
        return normals

    def _statistics(self, at: At, samples: Ints, index: Index) -> tuple[Floats, Floats]:
        """Mean and variance of all that a weight scales in these samples, in their order: one
        for as many numbers as share it.
        """
        raise NotImplementedError

    def _group(self, at: At, index: Index) -> Group:
        """The numbers that are brought to mean 0 together with this one."""
        raise NotImplementedError

    def _parameter_of(self, at: At, index: Index) -> Index:
        """Where in weight and bias the number's own are."""
        return index[:1]

    def _parameters_of(self, at: At, group: Group) -> Ints:
        return group.index[:, :1]

    def _places_of(self, at: At, index: Index) -> Ints:
        """The numbers of one sample that this weight scales."""
        places = grid(*at.input_shape[1:]) if at.input_shape[1:] else np.empty((1, 0), np.int64)
        return joined(index[0], places, count=len(places))


class BatchNorm(Norm):
    """Each channel over the batch; in an evaluation with what was kept from training."""

    def _group(self, at: At, index: Index) -> Group:
        places = self._places_of(at, index[:1])
        count = at.passed.count
        samples = np.repeat(np.arange(count), len(places))
        return Group(samples, np.tile(places, (count, 1)))

    def _moments(self, at: At, index: Index) -> list[Line]:
        if not at.passed.training and at.module.running_mean is not None:
            return []
        return super()._moments(at, index)

    def _statistics(self, at: At, samples: Ints, index: Index) -> tuple[Floats, Floats]:
        return _mean_and_variance(at.a.tensor[:, index[0]].reshape(1, -1))


class LayerNorm(Norm):
    """The last dimensions of each sample."""

    def _group(self, at: At, index: Index) -> Group:
        shape = at.module.normalized_shape
        lead = index[: len(index) - len(shape)]
        inside = grid(*shape)
        where = joined(lead, inside, count=len(inside))
        return Group(np.full(len(where), at.sample), where)

    def _statistics(self, at: At, samples: Ints, index: Index) -> tuple[Floats, Floats]:
        some = at.a.tensor[torch.from_numpy(samples).to(at.a.tensor.device)]
        return _mean_and_variance(some.reshape(-1, prod(at.module.normalized_shape)))

    def _parameter_of(self, at: At, index: Index) -> Index:
        return index[len(index) - len(at.module.normalized_shape) :]

    def _parameters_of(self, at: At, group: Group) -> Ints:
        return group.index[:, group.index.shape[1] - len(at.module.normalized_shape) :]

    def _places_of(self, at: At, index: Index) -> Ints:
        lead = at.input_shape[: len(at.input_shape) - len(index)]
        places = grid(*lead) if lead else np.empty((1, 0), np.int64)
        return joined(places, index, count=len(places))


class GroupNorm(Norm):
    """Groups of channels of each sample, over all their places."""

    def _group(self, at: At, index: Index) -> Group:
        size = at.module.num_channels // at.module.num_groups
        first = index[0] // size * size
        where = grid(np.arange(first, first + size), *at.input_shape[1:])
        return Group(np.full(len(where), at.sample), where)

    def _statistics(self, at: At, samples: Ints, index: Index) -> tuple[Floats, Floats]:
        size = at.module.num_channels // at.module.num_groups
        first = index[0] // size * size
        some = at.a.tensor[torch.from_numpy(samples).to(at.a.tensor.device)]
        return _mean_and_variance(some[:, first : first + size].flatten(1))


class Dropout(Rule):
    """While training a random share becomes 0, and the rest is enlarged."""

    def output(self, at: At, index: Index) -> list[Line]:
        return [self._line("output", at, index, at.a.one(index, at.sample))]

    def passed(self, at: At, index: Index) -> list[Line]:
        return [self._line("passed on", at, index, at.delta.one(index, at.sample))]

    def _line(self, name: str, at: At, index: Index, number: Column) -> Line:
        mask = at.passed.masks.get(at.node.name)
        if mask is None:
            return summed(name, number.name, number)
        share = at.module.p
        kept = bool(mask[(at.sample, *index)] != 0)
        columns = [number, setting("keep", kept)]
        if share < 1:
            columns.append(setting("1/(1 − p)", 1 / (1 - share)))
        return summed(name, "·".join(column.name for column in columns), *columns)


def _normal(at: At, a: Column, centre: Column, spread: Column) -> tuple[float, float]:
    """The number normalised, and how large what cancelled in it was."""
    value, middle = float(a.values[0]), float(centre.values[0])
    root = float(np.sqrt(spread.values[0] + at.module.eps))
    return (value - middle) / root, (abs(value) + abs(middle)) / root


def _mean_and_variance(rows: Tensor) -> tuple[Floats, Floats]:
    """Of each row."""
    variance, centre = torch.var_mean(rows.detach().double(), 1, correction=0)
    return numbers(centre), numbers(variance)
