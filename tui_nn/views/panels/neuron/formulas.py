"""The lines under a neuron's sum: z, y and L with this step's numbers, and whether torch agrees."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from tui_nn.views.neuron import Step
from tui_nn.views.neuron_pass import Pass, batch_size, mean_of, rule, same
from tui_nn.views.neuron_words import bare, factor, with_sign
from tui_nn.views.panels.neuron.shared import whole
from tui_nn.views.world import World

RESULT, FACTOR, TERM = 7, 9, 24
"""Cells of `-0.0123`, of `-1.23e-05`, and of a product of two such, parentheses and sign included:
room for any number, so that a formula keeps its form whatever they are.
"""


@dataclass(frozen=True)
class Line:
    """A formula."""

    text: str
    is_same: bool | None = None
    """None: torch's own number is not known."""
    torchs: str = ""
    """Torch's, where it is another."""
    may_go: bool = False
    """Whether it is the first to be left out."""


def formulas(
    world: World, step: Step | None, one: Pass, names: Sequence[str], width: int
) -> list[Line]:
    """z, y, L and, of a batch, the mean of L; symbols where numbers are longer than `width`."""
    is_batch = step is not None and batch_size(world, step) > 1
    lines = [_sum(world, one, names, width), _output(world, one), _loss(world, step, one, width)]
    if is_batch and step is not None:
        lines.append(_mean(world, step))
    return lines


def _sum(world: World, one: Pass, names: Sequence[str], width: int) -> Line:
    """In numbers, in names or in short: of numbers that are whole as long as they are, of others by
    the longest there can be.
    """
    has_bias = names[-1:] == ["1"] or names[-1:] == ("1",)
    inputs = names[:-1] if has_bias else names
    many = len(inputs) > 1
    symbols = [f"{name}·w{index + 1 if many else ''}" for index, name in enumerate(inputs)]
    text = f"z = {' + '.join(symbols)}{' + b' if has_bias else ''}"
    if one.x is None or one.w is None or one.products is None:
        return Line(text if len(text) <= width else "z = w·x + b")
    terms = [f"{bare(float(x))}·{factor(float(w))}"
             for x, w in zip(one.x[: len(inputs)], one.w, strict=False)]  # fmt: skip
    numbers = "z = " + " + ".join(terms)
    if has_bias:
        b = float(one.w[-1])
        numbers += f" {'−' if b < 0 else '+'} {bare(abs(b))}"
    is_whole = whole(world)
    result = with_sign(one.z) if is_whole else _short(one.z)
    room = width - len(" = ") - (len(result) if is_whole else RESULT)
    longest = len("z = ") + TERM * len(symbols) + FACTOR * has_bias
    forms = ((len(numbers) if is_whole else longest, numbers), (len(text), text))
    short = f"z = w·x{' + b' if has_bias else ''}"
    text = f"{next((form for cells, form in forms if cells <= room), short)} = {result}"
    torchs = None if one.torch is None else one.torch[0]
    scale = float(np.abs(one.products).max(initial=0.0))
    is_same = None if torchs is None else same(one.z, torchs, scale)
    return Line(text, is_same, with_sign(torchs))


def _short(value: float | None) -> str:
    """A result in `RESULT` cells, of as many digits as they hold."""
    texts = [with_sign(value, digits) for digits in (3, 2, 1)]
    return next((text for text in texts if len(text) <= RESULT), texts[-1])


def _output(world: World, one: Pass) -> Line:
    found = rule(world)
    if found.is_step:
        if one.y is None or one.z is None:
            text = "y = 1 if z > 0, else 0"
        else:
            text = f"y = {bare(one.y)} because z {'>' if one.z > 0 else '≤'} 0"
    else:
        words = found.activation.words
        if one.z is not None and words != "z":
            words = words.replace("z", with_sign(one.z))
        text = f"y = {words}" + (f" = {with_sign(one.y)}" if one.y is not None else "")
    torchs = None if one.torch is None else one.torch[1]
    is_same = None if torchs is None else same(one.y, torchs, 1.0)
    return Line(text, is_same, bare(torchs), may_go=True)


def _loss(world: World, step: Step | None, one: Pass, width: int) -> Line:
    found = rule(world)
    if found.loss is None:
        return Line(f"L = {found.loss_name}(y, t)")
    if one.y is None or one.t is None or one.loss is None:
        return Line(f"L = {found.loss.words('y', 't', 1.0)}")
    text = f"L = {found.loss.words(bare(one.y), factor(one.t), one.t)} = {bare(one.loss, 4)}"
    if len(text) > width:
        text = f"L = {found.loss.words('y', 't', one.t)} = {bare(one.loss, 4)}"
    is_alone = step is not None and batch_size(world, step) == 1 and step.loss is not None
    if not is_alone or step is None:
        return Line(text)
    return Line(text, same(one.loss, step.loss, 1.0), bare(step.loss, 4))


def _mean(world: World, step: Step) -> Line:
    mean, size = mean_of(world, step), batch_size(world, step)
    if mean is None or step.loss is None:
        return Line(f"mean L of {size:,} = {bare(step.loss, 4)}")
    text = f"mean L of {size:,} = {bare(mean.loss, 4)}"
    return Line(text, same(mean.loss, step.loss, 1.0), bare(step.loss, 4))
