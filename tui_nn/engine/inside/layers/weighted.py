"""Weighted sums: Linear, Bilinear, and the rows of an Embedding."""

import numpy as np

from tui_nn.engine.inside.lines import (
    Field,
    Ints,
    Line,
    grid,
    joined,
    looked_up,
    summed,
)
from tui_nn.engine.inside.rule import At, Index, Rule, Shares, plus_bias


class Linear(Rule):
    """y = Σ w·a + b, along the last dimension."""

    def output(self, at: At, index: Index) -> list[Line]:
        *lead, unit = index
        inputs = grid(at.input_shape[-1])
        count = len(inputs)
        w = at.weight.shared(joined(unit, inputs, count=count))
        a = at.a.of(at.sample, joined(lead, inputs, count=count))
        return plus_bias(at, summed("sum", f"w·{a.name}", w, a), unit)

    def passed(self, at: At, index: Index) -> list[Line]:
        *lead, number = index
        units = grid(at.output_shape[-1])
        count = len(units)
        w = at.weight.shared(joined(units, number, count=count))
        delta = at.delta.of(at.sample, joined(lead, units, count=count))
        return [summed("passed on", "w·δ", w, delta)]

    def shares(self, at: At, samples: Ints, tensor: str, index: Index) -> Shares:
        leads = grid(*at.input_shape[:-1]) if len(at.input_shape) > 1 else np.empty((1, 0), int)
        whose = np.repeat(samples, len(leads))
        tiled = np.tile(leads, (len(samples), 1))
        delta = at.delta.across(whose, joined(tiled, index[0], count=len(whose)))
        layout = at.input_shape[:-1]
        if tensor == "bias":
            return Shares("δ", (delta,), whose, layout=layout)
        a = at.a.across(whose, joined(tiled, index[1], count=len(whose)))
        return Shares(f"δ·{a.name}", (delta, a), whose, layout=layout)


class Bilinear(Rule):
    """y = Σ w·a₁·a₂ + b, where the last dimension holds a₁ and behind it a₂."""

    def output(self, at: At, index: Index) -> list[Line]:
        *lead, unit = index
        pairs, count, sizes = self._pairs(at)
        w = at.weight.shared(joined(unit, pairs, count=count))
        first, second = self._parts(at)
        one = first.of(at.sample, joined(lead, pairs[:, :1], count=count))
        other = second.of(at.sample, joined(lead, pairs[:, 1:] + sizes[0], count=count))
        line = summed("sum", f"w·{one.name}·{other.name}", w, one, other, layout=sizes)
        return plus_bias(at, line, unit)

    def passed(self, at: At, index: Index) -> list[Line]:
        *lead, number = index
        _, _, sizes = self._pairs(at)
        units, in_first = at.output_shape[-1], number < sizes[0]
        others = grid(units, sizes[1] if in_first else sizes[0])
        count = len(others)
        of, partner = others[:, :1], others[:, 1:]
        first, second = self._parts(at)
        if in_first:
            w = at.weight.shared(joined(of, number, partner, count=count))
            other = second.of(at.sample, joined(lead, partner + sizes[0], count=count))
        else:
            w = at.weight.shared(joined(of, partner, number - sizes[0], count=count))
            other = first.of(at.sample, joined(lead, partner, count=count))
        delta = at.delta.of(at.sample, joined(lead, of, count=count))
        return [summed("passed on", f"w·{other.name}·δ", w, other, delta)]

    def shares(self, at: At, samples: Ints, tensor: str, index: Index) -> Shares:
        leads = grid(*at.input_shape[:-1]) if len(at.input_shape) > 1 else np.empty((1, 0), int)
        whose = np.repeat(samples, len(leads))
        tiled, count = np.tile(leads, (len(samples), 1)), len(samples) * len(leads)
        delta = at.delta.across(whose, joined(tiled, index[0], count=count))
        if tensor == "bias":
            return Shares("δ", (delta,), whose)
        first, second = self._parts(at)
        _, _, sizes = self._pairs(at)
        one = first.across(whose, joined(tiled, index[1], count=count))
        other = second.across(whose, joined(tiled, index[2] + sizes[0], count=count))
        return Shares(f"δ·{one.name}·{other.name}", (delta, one, other), whose)

    @staticmethod
    def _pairs(at: At) -> tuple[Ints, int, tuple[int, int]]:
        sizes = (int(at.module.in1_features), int(at.module.in2_features))
        return grid(*sizes), sizes[0] * sizes[1], sizes

    @staticmethod
    def _parts(at: At) -> tuple[Field, Field]:
        return at.a.named(f"{at.a.name}₁"), at.a.named(f"{at.a.name}₂")


class Embedding(Rule):
    """The row of the table that the token names."""

    def output(self, at: At, index: Index) -> list[Line]:
        *where, number = index
        token = int(at.a.tensor[(at.sample, *where)])
        return [looked_up("output", at.weight.one((token, number)))]

    def passed(self, at: At, index: Index) -> list[Line]:
        raise AssertionError("tokens have no gradient")

    def shares(self, at: At, samples: Ints, tensor: str, index: Index) -> Shares:
        row, number = index
        tokens = at.a.tensor.cpu().numpy()
        found = np.argwhere(tokens[samples] == row)
        uses = float((tokens == row).sum())
        if at.module.padding_idx == row:
            found = found[:0]
        whose = samples[found[:, 0]]
        delta = at.delta.across(whose, joined(found[:, 1:], number, count=len(found)))
        by = uses if at.module.scale_grad_by_freq and len(found) else None
        return Shares("δ", (delta,), whose, divisor=by)
