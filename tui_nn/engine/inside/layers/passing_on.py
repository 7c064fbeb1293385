"""Layers without arithmetic of their own: numbers laid out in another way, and added."""

import numpy as np

from tui_nn.engine.inside.lines import Column, Field, Line, formula, looked_up
from tui_nn.engine.inside.rule import At, Index, Rule
from tui_nn.spec.protocol.inside import Place


class Reshape(Rule):
    """The same numbers in the same order, whatever shape they fill."""

    def output(self, at: At, index: Index) -> list[Line]:
        source = _moved(index, at.output_shape, at.input_shape)
        return [looked_up("output", at.a.one(source, at.sample))]

    def passed(self, at: At, index: Index) -> list[Line]:
        target = _moved(index, at.input_shape, at.output_shape)
        return [looked_up("passed on", at.delta.one(target, at.sample))]


class Residual(Rule):
    """What goes in plus what the layers make of it."""

    def output(self, at: At, index: Index) -> list[Line]:
        last = at.node.last
        f = Field("f", at.passed.outputs[last], Place(of="output", name=last))
        both = at.a.one(index, at.sample), f.one(index, at.sample)
        return [_added("output", *both)]

    def passed(self, at: At, index: Index) -> list[Line]:
        first = at.node.first
        delta = at.delta.one(index, at.sample)
        if first not in at.passed.passes:
            return [looked_up("passed on", delta)]
        place = Place(of="input", name=first, gradient=True)
        inside = Field("inside", at.passed.passes[first], place).one(index, at.sample)
        return [_added("passed on", delta, inside)]


def _added(name: str, one: Column, other: Column) -> Line:
    values = float(one.values[0]), float(other.values[0])
    text = f"{one.name} + {other.name}"
    return formula(name, text, sum(values), one, other, scale=sum(map(abs, values)))


def _moved(index: Index, shape: Index, other: Index) -> Index:
    """The place in another shape of the number at `index` in this one."""
    flat = np.ravel_multi_index(index, shape)
    return tuple(int(i) for i in np.unravel_index(flat, other))
