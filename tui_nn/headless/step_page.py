"""Steps of training as text for a person, plain or as Markdown."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, islice
from typing import TYPE_CHECKING

import numpy as np

from tui_nn.engine.closeup import CloseUp, Line, Numbers, Pass, WeightUpdate
from tui_nn.engine.rules.wording import number
from tui_nn.headless.step import written
from tui_nn.headless.step_neuron import is_single_neuron, neuron_table
from tui_nn.headless.step_text import DIGITS, Pen, in_column
from tui_nn.headless.summary import HEADINGS
from tui_nn.spec import catalog
from tui_nn.spec.errors import printable
from tui_nn.spec.resolve import Plan

if TYPE_CHECKING:
    from tui_nn.engine.closeup import Place
    from tui_nn.headless.step import Options

MOST = 6
"""Numbers of a layer or a parameter that are shown whole; of more, the first few are."""
FIRST = 4


def page(
    plan: Plan, told: Iterable[CloseUp], options: "Options", place: "Place | None"
) -> Iterator[str]:
    """Lines, as soon as a step is done."""
    sheet = _Sheet(plan, Pen(options.markdown), place, options.phases)
    yield from sheet.title()
    if is_single_neuron(plan) and not options.phases:
        yield from sheet.neuron(list(told))
    else:
        for one in told:
            yield from sheet.step(one)


@dataclass(frozen=True)
class _Sheet:
    """What all parts of a page need."""

    plan: Plan
    pen: Pen
    place: "Place | None"
    phases: bool

    def title(self) -> Iterator[str]:
        experiment = self.plan.experiment
        layers = " → ".join(str(layer.call) for layer in experiment.network)
        optimizers = ", ".join(str(one.call) for one in experiment.optimizers)
        yield from self.pen.title(printable(experiment.title))
        yield from self.pen.text(printable(f"{layers}; {experiment.loss.call}; {optimizers}"))

    def neuron(self, told: Sequence[CloseUp]) -> Iterator[str]:
        """One table of all steps, then what belongs to single ones."""
        yield from self.pen.gap()
        yield from neuron_table(self.plan, told, self.pen)
        for one in told:
            if one.weight:
                yield from self.pen.heading(f"Step {one.step}: {self._weight_title(one.weight)}")
                yield from self._weight(one.weight)
        evaluated = [line for one in told for line in self._evaluated(one)]
        if evaluated:
            yield from self.pen.heading("8 Evaluate")
            yield from self.pen.lines(evaluated)
        yield from self._end(told[-1])

    def step(self, one: CloseUp) -> Iterator[str]:
        yield from self.pen.heading(f"Step {one.step}, epoch {one.epoch}, {self._rates(one)}")
        if self.phases:
            yield from self._phases(one)
        else:
            yield from self.pen.text(self._loss(one, one.passes[0]))
            if len(one.passes) > 1:
                yield from self.pen.text(_asked(one))
            yield from self.pen.table(_updates(one))
        if one.weight:
            yield from self.pen.heading(self._weight_title(one.weight), 3)
            yield from self._weight(one.weight)
        evaluated = list(self._evaluated(one))
        if evaluated:
            yield from self.pen.heading("8 Evaluate", 3)
            yield from self.pen.lines(evaluated)
        yield from self._end(one)

    def _phases(self, one: CloseUp) -> Iterator[str]:
        for index, each in enumerate(one.passes, 1):
            several = len(one.passes) > 1
            which = f", evaluation {index} of {len(one.passes)}" if several else ""
            where = f"sample {one.sample + 1} of {one.samples}"
            yield from self.pen.heading(f"5 Forward{which}: {where} (row {one.row + 1})", 3)
            yield from self.pen.table(_forward(each))
            yield from self.pen.gap()
            yield from self.pen.text(self._loss(one, each))
            yield from self.pen.heading(f"6 Gradient{which}: back from the loss", 3)
            errors = _errors(each)
            if errors:
                yield from self.pen.table(errors)
                yield from self.pen.gap()
            yield from self.pen.table(_gradients(each))
        yield from self.pen.heading("7 Update", 3)
        yield from self.pen.table(_updates(one))

    def _rates(self, one: CloseUp) -> str:
        if len(one.rates) == 1:
            return f"lr {number(one.rates[0])}"
        names = [call.entry.name for call in self.plan.experiment.optimizers]
        pairs = zip(names, one.rates, strict=True)
        return "lr " + ", ".join(f"{number(rate)} ({name})" for name, rate in pairs)

    def _loss(self, one: CloseUp, each: Pass) -> str:
        of = f" of {one.samples:,} samples" if one.samples > 1 else ""
        return f"{self.plan.experiment.loss.entry.name}{of} = {number(each.loss, 6)}"

    def _weight_title(self, update: WeightUpdate) -> str:
        assert self.place is not None
        return f"{written(*self.place)} by {update.optimizer}"

    def _weight(self, update: WeightUpdate) -> Iterator[str]:
        for index, lines in enumerate(update.iterations, 1):
            if len(update.iterations) > 1:
                yield from self.pen.text(f"iteration {index}")
            yield from self.pen.arithmetic(list(_terms(lines)))
        yield from self.pen.gap()
        yield from self.pen.text(_beside_torch(update))

    def _evaluated(self, one: CloseUp) -> Iterator[str]:
        if one.evaluated is None:
            return
        parts = (("training", one.evaluated.train), ("validation", one.evaluated.val))
        for name, numbers in parts:
            known = {} if numbers is None else numbers
            words = [
                f"{catalog.metric(metric).label} {catalog.metric(metric).show(value)}"
                for metric, value in known.items() if value is not None
            ]  # fmt: skip
            if words:
                yield f"after step {one.step}, {name} part: {', '.join(words)}"

    def _end(self, one: CloseUp) -> Iterator[str]:
        if one.reason is not None:
            yield from self.pen.gap()
            yield from self.pen.text(f"Training ends here: {HEADINGS[one.reason]}.")


def _asked(one: CloseUp) -> str:
    losses = [number(each.loss, DIGITS) for each in one.passes]
    return f"asked for {len(losses)} times: {', '.join(losses)}"


def _beside_torch(update: WeightUpdate) -> str:
    after = number(update.after, 9)
    if not update.agrees:
        return f"≠ torch, which holds {after}"
    if not update.ulps:
        return f"= torch ✓  {after}, to the bit"
    return f"= torch ✓  {after}, but for {number(update.ulps)} units in the last place"


def _terms(lines: Sequence[Line]) -> Iterator[tuple[str, str, str, str]]:
    """A row a term; of one that comes again and again, the first few."""
    for name, group in groupby(lines, key=lambda line: line.name):
        alike = list(group)
        shown = alike if len(alike) <= MOST else alike[:FIRST]
        for line in shown:
            put = "" if line.numbers == line.symbolic else line.numbers.partition(" ← ")[2]
            value = number(line.value, DIGITS + 1)
            yield name, line.symbolic, "" if put == number(line.value, DIGITS) else put, value
        if len(shown) < len(alike):
            yield f"… {len(alike) - len(shown)} more", "", "", ""


def _forward(each: Pass) -> list[list[str]]:
    arrays = [("input", each.x), *((layer.name, layer.output) for layer in each.layers)]
    return _vectors("layer", "output", [*arrays, ("target", each.target)])


def _errors(each: Pass) -> list[list[str]]:
    """Walking backwards, what arrives at each layer."""
    arrays = [(one.name, one.error) for one in reversed(each.layers) if one.error is not None]
    return _vectors("layer", "∂L/∂output", arrays) if arrays else []


def _vectors(first: str, second: str, arrays: Sequence[tuple[str, Numbers]]) -> list[list[str]]:
    """A row an array: its name, shape, and its numbers or the first of them."""
    width = min(MOST, max(array.size for _, array in arrays))
    rows = [[first, "shape", second, *[""] * (width - 1)]]
    for name, array in arrays:
        flat = array.flatten().tolist()
        shown = flat if len(flat) <= width else flat[:FIRST]
        cells = [number(value, DIGITS) for value in shown]
        cells += ["…"] if len(shown) < len(flat) else []
        rows.append([name, _shape(array), *cells, *[""] * (width - len(cells))])
    return rows


def _shape(array: Numbers) -> str:
    return "x".join(map(str, array.shape)) or "1"


def _gradients(each: Pass) -> list[list[str]]:
    """A row a number."""
    rows = [["parameter", "∂L/∂w"]]
    for name, array in each.gradients.items():
        rows += _numbered(name, [array])
    return rows


def _updates(one: CloseUp) -> list[list[str]]:
    """A row a number: before, gradient, what is added, after."""
    rows = [["parameter", "w", "∂L/∂w", "Δw", "new w"]]
    gradients = one.passes[0].gradients
    for name, before in one.before.items():
        after = one.after[name]
        rows += _numbered(name, [before, gradients.get(name), after - before, after])
    return rows


def _numbered(name: str, arrays: Sequence[Numbers | None]) -> list[list[str]]:
    """The numbers of arrays of one shape side by side, of large ones the first."""
    shape = next(array.shape for array in arrays if array is not None)
    size = int(np.prod(shape))
    shown = list(islice(np.ndindex(shape), size if size <= MOST else FIRST))
    columns = [
        in_column([None if array is None else float(array[index]) for index in shown])
        for array in arrays
    ]
    rows = [
        [written(name, index), *cells]
        for index, cells in zip(shown, zip(*columns, strict=True), strict=True)
    ]
    if len(shown) < size:
        rows.append([f"… {size - len(shown):,} more", *[""] * len(arrays)])
    return rows
