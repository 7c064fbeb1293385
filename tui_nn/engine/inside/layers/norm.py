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


@dataclass(frozen=True)
class Normal:
    """One number in the arithmetic of its group."""

    lines: list[Line]
    """The mean and the variance; none where they were kept from training."""
    a: Column
    centre: Column
    spread: Column
    eps: Column
    size: float
    """How large the numbers of the group are."""

    @property
    def root(self) -> float:
        return float(np.sqrt(self.spread.values[0] + self.eps.values[0]))

    @property
    def text(self) -> str:
        return f"({self.a.name} − mean) / √(variance + eps)"

    @property
    def columns(self) -> tuple[Column, ...]:
        return self.a, self.centre, self.spread, self.eps

    @property
    def value(self) -> float:
        return float(self.a.values[0] - self.centre.values[0]) / self.root

    @property
    def scale(self) -> float:
        """How large what cancels in it is, and in the variance below it."""
        return (abs(float(self.a.values[0])) + self.size) / self.root * (1 + abs(self.value))


class Norm(Rule):
    """(a − mean) / √(variance + eps) · w + b."""

    def output(self, at: At, index: Index) -> list[Line]:
        normal = self._normal(at, index)
        value, scale, text = normal.value, normal.scale, normal.text
        columns = list(normal.columns)
        own = self._parameter_of(at, index)
        if (weights := at.parameter("weight", "w")) is not None:
            w = weights.one(own)
            value, scale = value * float(w.values[0]), scale * abs(float(w.values[0]))
            text, columns = f"{text}·w", [*columns, w]
        if (biases := at.bias) is not None:
            b = biases.one(own)
            value, scale = value + float(b.values[0]), scale + abs(float(b.values[0]))
            text, columns = f"{text} + b", [*columns, b]
        return [*normal.lines, formula("output", text, value, *columns, scale=scale)]

    def passed(self, at: At, index: Index) -> list[Line]:
        normal, weights = self._normal(at, index), at.parameter("weight", "w")
        arriving = [at.delta.one(index, at.sample)]
        if weights is not None:
            arriving.insert(0, weights.one(self._parameter_of(at, index)))
        arrives = float(np.prod([column.values[0] for column in arriving]))
        own = formula("normalised", normal.text, normal.value, *normal.columns, scale=normal.scale)
        first, second = self._means_of_what_arrives(at, index, normal)
        value = (arrives - first.total - normal.value * second.total) / normal.root
        scale = (abs(arrives) + first.scale + normal.scale * second.scale) / normal.root
        text = "·".join(column.name for column in arriving)
        columns = (
            *arriving, first.as_factor("first", 3), own.as_factor("n", 2),
            second.as_factor("second", 4), normal.spread, normal.eps,
        )  # fmt: skip
        text = f"({text} − first − n·second) / √(variance + eps)"
        last = formula("passed on", text, value, *columns, scale=scale)
        return [*normal.lines, own, first, second, last]

    def _means_of_what_arrives(self, at: At, index: Index, normal: Normal) -> tuple[Line, Line]:
        """Of w·δ over the group, and of w·δ·n: so much of it only moves mean and deviation."""
        group, weights = self._group(at, index), at.parameter("weight", "w")
        columns = [at.delta.across(group.samples, group.index)]
        if weights is not None:
            columns.insert(0, weights.shared(self._parameters_of(at, group)))
        values = at.a.across(group.samples, group.index).values
        n = Column("n", (values - normal.centre.values[0]) / normal.root)
        text = "·".join(column.name for column in columns)
        return (
            mean("first", text, *columns),
            mean("second", f"{text}·n", *columns, n),
        )

    def shares(self, at: At, samples: Ints, tensor: str, index: Index) -> Shares:
        places = self._places_of(at, index)
        whose = np.repeat(samples, len(places))
        where = np.tile(places, (len(samples), 1))
        delta = at.delta.across(whose, where)
        if tensor == "bias":
            return Shares("δ", (delta,), whose)
        values = at.a.across(whose, where).values
        moments = self._statistics(at, samples, index)
        centre, variance, size = (np.repeat(of, len(whose) // len(of)) for of in moments)
        root = np.sqrt(variance + at.module.eps)
        n = (values - centre) / root
        rough = np.abs(delta.values) * (np.abs(values) + size) / root * (1 + np.abs(n))
        return Shares("δ·n", (delta, Column("n", n)), whose, sizes=rough)

    def _normal(self, at: At, index: Index) -> Normal:
        a, eps = at.a.one(index, at.sample), setting("eps", at.module.eps)
        lines = self._moments(at, index)
        if lines:
            centre, spread = lines[0].as_factor("mean", 0), lines[1].as_factor("variance", 1)
            return Normal(lines, a, centre, spread, eps, lines[0].scale)
        kept = (at.module.running_mean, at.module.running_var)
        middle, variance = (float(tensor[index[0]]) for tensor in kept)
        columns = setting("mean", middle), setting("variance", variance)
        return Normal([], a, *columns, eps, abs(middle))

    def _moments(self, at: At, index: Index) -> list[Line]:
        """The mean and the variance; none where they were kept from training."""
        group = self._group(at, index)
        a = at.a.across(group.samples, group.index)
        centre = mean("mean", a.name, a)
        apart = Column("d", a.values - centre.total, a.place, a.index, a.samples)
        return [centre, mean("variance", "d·d", apart, apart)]

    def _statistics(self, at: At, samples: Ints, index: Index) -> tuple[Floats, Floats, Floats]:
        """Mean and variance of all that a weight scales in these samples, in their order, one for
        as many numbers as share it; and how large those are.
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

    def _statistics(self, at: At, samples: Ints, index: Index) -> tuple[Floats, Floats, Floats]:
        return _mean_and_variance(at.a.tensor[:, index[0]].reshape(1, -1))


class LayerNorm(Norm):
    """The last dimensions of each sample."""

    def _group(self, at: At, index: Index) -> Group:
        shape = at.module.normalized_shape
        lead = index[: len(index) - len(shape)]
        inside = grid(*shape)
        where = joined(lead, inside, count=len(inside))
        return Group(np.full(len(where), at.sample), where)

    def _statistics(self, at: At, samples: Ints, index: Index) -> tuple[Floats, Floats, Floats]:
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

    def _statistics(self, at: At, samples: Ints, index: Index) -> tuple[Floats, Floats, Floats]:
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


def _mean_and_variance(rows: Tensor) -> tuple[Floats, Floats, Floats]:
    """Of each row; and the mean of its absolute numbers."""
    wide = rows.detach().double()
    variance, centre = torch.var_mean(wide, 1, correction=0)
    return numbers(centre), numbers(variance), numbers(wide.abs().mean(1))
