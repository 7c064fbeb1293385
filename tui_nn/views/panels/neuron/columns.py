"""The columns of a neuron's table of steps: the richest set that a width holds."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import numpy as np

from tui_nn.views.neuron import Neuron, Step, Vector
from tui_nn.views.neuron_pass import Pass
from tui_nn.views.panels.neuron.shared import (
    Form,
    at,
    input_form,
    is_batch,
    target_form,
    whole,
)
from tui_nn.views.reading import input_names
from tui_nn.views.world import World

FORMS = ((9, Form(8, 4)), (8, Form(7, 3)), (7, Form(6, 3)), (6, Form(5, 2)))
"""Cells of a column of numbers with decimals, from the widest."""


@dataclass(frozen=True)
class Row:
    """A step as the table shows it; None where torch does not hold it yet."""

    step: Step
    one: Pass
    """Its sample; of a batch the one that is looked at."""
    after: Vector | None
    change: Vector | None


@dataclass(frozen=True)
class Column:
    """Numbers under a head; both end in the column's last cell."""

    head: str
    width: int
    lead: int
    """Cells before it."""
    form: Form
    of: Callable[[Row], float | None]
    is_signed: bool = False
    """Whether the ink tells the sign."""


def columns(world: World, neuron: Neuron, width: int, rows: list[Row]) -> list[Column]:
    """From the left: the step, its sample or loss, changes, weights; whole groups give way."""
    digits = len(f"{rows[-1].step.number}") if rows else 0
    for first, *others in _sets(world, neuron, rows):
        chosen = [replace(first, width=max(first.width, digits)), *others]
        if sum(column.lead + column.width for column in chosen) <= width:
            return chosen
    return []


def _sets(world: World, neuron: Neuron, rows: list[Row]) -> Iterator[list[Column]]:
    """From the richest to the poorest."""
    if whole(world):
        yield from _whole_sets(world, neuron, rows)
        return
    is_of_batches = is_batch(world)
    for has_inputs, has_sample, has_changes in (
        (True, True, True), (False, True, True), (True, True, False), (False, True, False),
        (False, False, False),
    ):  # fmt: skip
        for cells, form in FORMS:
            changes, weights = _parameters(neuron, cells, form, (0, 0))
            if is_of_batches:
                sample = [] if has_inputs else [LOSS]
            else:
                decimals = form.decimals or 0
                y = Form(decimals + 2, decimals, has_sign=False)
                is_step = neuron.activation == "Heaviside"
                sample = _sample(world, neuron, Form(1, None, has_sign=False) if is_step else y)
                sample = sample if has_inputs else sample[-2:]
            if is_of_batches and has_inputs:
                continue
            yield [STEP, *(sample if has_sample else []), *(changes if has_changes else []),
                   *weights]  # fmt: skip
    yield [STEP]


def _whole_sets(world: World, neuron: Neuron, rows: list[Row]) -> Iterator[list[Column]]:
    largest = max(map(_largest, rows), default=0.0)
    digits = 3 if largest < 10 else len(f"{largest:.0f}") + 2
    changes, weights = _parameters(neuron, digits, Form(digits), (2, 1))
    sample = _sample(world, neuron, Form(1, None, has_sign=False))
    yield [STEP, *sample, *changes, *weights]
    yield [STEP, *sample[-2:], *changes, *weights]
    yield [STEP, *sample[-2:], *weights]
    yield [STEP, *weights]
    yield [STEP]


def _largest(row: Row) -> float:
    """The size of its largest number that is finite."""
    values = [v for part in (row.after, row.change) if part is not None for v in part.tolist()]
    return max((abs(v) for v in values if np.isfinite(v)), default=0.0)


STEP = Column("step", 4, 1, Form(9, None, has_sign=False), lambda row: float(row.step.number))
LOSS = Column("loss", 8, 1, Form(7, 4, has_sign=False), lambda row: row.step.loss)


def _sample(world: World, neuron: Neuron, y: Form) -> list[Column]:
    """Inputs, target and output."""
    names = input_names(world, neuron.inputs)
    x, t = input_form(world, 6, 2), target_form(world, 6, 2)
    cells = max(x.width + (x.decimals is not None), min(6, max(map(len, names))))
    found = [
        Column(name[:cells], cells, int(not index), x, _input(index))
        for index, name in enumerate(names)
    ]
    is_class = t.decimals is None and not t.has_sign
    output = y if is_class else Form(6, 2)
    return [
        *found,
        Column("t", t.width, 1, t, lambda row: row.one.t),
        Column("y", output.width, 1, output, lambda row: row.one.y),
    ]


def _parameters(
    neuron: Neuron, cells: int, form: Form, leads: tuple[int, int]
) -> tuple[list[Column], list[Column]]:
    """A column for the change of each parameter, and one for each itself."""
    names = list(enumerate(neuron.parameters))
    return (
        [Column(f"Δ{name}", cells, leads[0] * (not i), form, _change(i), True)
         for i, name in names],
        [Column(name, cells, leads[1] * (not i), form, _after(i), True) for i, name in names],
    )  # fmt: skip


def _input(index: int) -> Callable[[Row], float | None]:
    return lambda row: at(row.one.x, index)


def _change(index: int) -> Callable[[Row], float | None]:
    return lambda row: at(row.change, index)


def _after(index: int) -> Callable[[Row], float | None]:
    return lambda row: at(row.after, index)
