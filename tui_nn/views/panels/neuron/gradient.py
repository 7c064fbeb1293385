"""6 Gradient of a single neuron: error times input for each parameter, beside what torch holds."""

from dataclasses import dataclass
from textwrap import wrap

import numpy as np

from tui_nn.spec.protocol import Phase
from tui_nn.views.canvas import Canvas
from tui_nn.views.curves import rounded_up
from tui_nn.views.desk import Desk
from tui_nn.views.neuron import Vector
from tui_nn.views.neuron_pass import (
    Pass,
    all_same,
    batch_size,
    mean_of,
    pass_of,
    rule,
    shown_sample,
)
from tui_nn.views.neuron_words import with_sign
from tui_nn.views.panels.neuron.shared import (
    SAMPLE_KEYS,
    TORCH,
    Form,
    at,
    choose_sample,
    has_gradient,
    input_form,
    is_neuron,
    sign_ink,
    watched,
    whole,
)
from tui_nn.views.panels.panel import View
from tui_nn.views.reading import input_names
from tui_nn.views.world import World

BAR = 10
"""Cells of the longest bar."""
MEAN = Form(7, 4)
AXIS = 25
"""The column of the axis between bars below 0 and above."""


@dataclass(frozen=True)
class _Terms:
    """What is shown: a row for each parameter."""

    parameters: tuple[str, ...]
    inputs: tuple[str, ...]
    """Names of the inputs; empty for the bias."""
    one: Pass
    gradient: Vector | None
    """As torch holds it; None before it does."""
    limit: float
    """The end of the axis of the bars."""
    batch: int


@dataclass(frozen=True)
class _Look:
    """Forms of the columns, and the columns behind them."""

    is_wide: bool
    error: Form
    x: Form
    gradient: Form
    error_end: int
    times: int
    name: int
    x_end: int
    equals: int
    end: int


def _paint(canvas: Canvas, world: World, desk: Desk) -> None:
    if world.steps.neuron is None:
        return
    terms = _terms(world, desk)
    look = _look(canvas, world, terms)
    if look is None:
        row = _paint_gradients(canvas, terms)
    elif look.is_wide:
        row = _paint_bars(canvas, terms, _paint_rows(canvas, look, terms, 2), look)
    else:
        row = _paint_rows(canvas, look, terms, 1)
        row += row + 3 <= canvas.height
    _paint_words(canvas, world, terms, row, is_wide=look is not None and look.is_wide)


def _terms(world: World, desk: Desk) -> _Terms:
    step, neuron = world.steps.now, world.steps.neuron
    assert neuron is not None
    names = [*input_names(world, neuron.inputs), *([""] if neuron.has_bias else [])]
    known = has_gradient(step)
    return _Terms(
        neuron.parameters,
        tuple(names),
        pass_of(world, step, shown_sample(step, desk)),
        step.gradient if step is not None and known else None,
        rounded_up(world.steps.largest) if world.steps.largest > 0 else 1.0,
        batch_size(world, step) if step is not None else 0,
    )


def _look(canvas: Canvas, world: World, terms: _Terms) -> _Look | None:
    """The roomiest that fits; None where only gradients do."""
    count = len(terms.parameters)
    names = min(8, max(map(len, terms.inputs), default=2))
    is_whole = whole(world)
    x = input_form(world, 7, 3)
    if canvas.height >= 2 * count + 6:
        look = (
            _columns(names, (7, 2, 2, 2), Form(4), Form(3, None, x.has_sign), Form(4), wide=True)
            if is_whole
            else _columns(names, (1, 1, 1, 1), Form(7, 3), _behind(x), Form(8, 4), wide=True)
        )
        if look.end <= canvas.width and canvas.width >= AXIS + BAR + 1:
            return look
    x = input_form(world, 6, 2)
    own = Form(6, 2) if terms.batch > 1 else Form(8, 4)
    look = (
        _columns(names, (3, 2, 1, 2), Form(4), Form(2, None, x.has_sign), Form(4), wide=False)
        if is_whole
        else _columns(names, (1, 1, 1, 1), Form(6, 2), _behind(x), own, wide=False)
    )
    return look if look.end <= canvas.width and canvas.height > count else None


def _behind(x: Form) -> Form:
    """One cell wider: a number that doesn't touch what stands before it."""
    return Form(max(4, x.width + 1), x.decimals, x.has_sign)


def _columns(
    names: int, gaps: tuple[int, int, int, int], error: Form, x: Form, gradient: Form, *, wide: bool
) -> _Look:
    """`gaps`: before the error, before and behind ×, before =."""
    error_end = 3 + gaps[0] + error.width
    times = error_end + gaps[1]
    name = times + 1 + gaps[2]
    x_end = name + names + x.width
    equals = x_end + gaps[3]
    end = equals + 2 + gradient.width
    return _Look(wide, error, x, gradient, error_end, times, name, x_end, equals, end)


def _paint_rows(canvas: Canvas, look: _Look, terms: _Terms, first: int) -> int:
    """A row for each parameter; the row behind the last."""
    palette, one = canvas.palette, terms.one
    is_batch = terms.batch > 1
    canvas.right(0, "error", palette.quiet, edge=min(look.error_end + 1, look.times - 1))
    canvas.put(0, look.times, "×", palette.quiet)
    canvas.put(0, look.name, "input", palette.quiet)
    canvas.put(0, look.equals, "=", palette.quiet)
    canvas.put(0, look.equals + 2, "its part" if is_batch else "gradient", palette.quiet)
    if is_batch and not look.is_wide:
        canvas.right(0, "mean", palette.quiet, edge=look.end + 1 + MEAN.width)
    is_known = terms.gradient is not None
    for index, parameter in enumerate(terms.parameters):
        row = first + index
        own = at(one.terms, index) if is_known else None
        shown = own if is_batch else at(terms.gradient, index)
        error = _error(terms)
        canvas.put(row, 1, parameter, palette.quiet)
        canvas.right(row, look.error(error), sign_ink(canvas, error), edge=look.error_end)
        canvas.put(row, look.times, "×", palette.quiet)
        name = terms.inputs[index]
        canvas.put(row, look.name, name[: look.x_end - look.name - look.x.width], palette.quiet)
        is_one = not name
        number = "1" if is_one and one.x is not None else look.x(at(one.x, index))
        canvas.right(row, number, edge=look.x_end)
        canvas.put(row, look.equals, "=", palette.quiet)
        canvas.right(row, look.gradient(shown), sign_ink(canvas, shown), edge=look.end)
        if not look.is_wide:
            _paint_beside(canvas, look, terms, row, index)
    return first + len(terms.parameters)


def _error(terms: _Terms) -> float | None:
    """∂L/∂z; where the forward pass was not looked at, torch's gradient of the bias, its equal."""
    if terms.gradient is None or terms.one.error is not None or terms.batch > 1:
        return None if terms.gradient is None else terms.one.error
    return at(terms.gradient, -1) if terms.parameters[-1] == "b" else None


def _paint_beside(canvas: Canvas, look: _Look, terms: _Terms, row: int, index: int) -> None:
    """At the right: a bar, or the mean over the batch, of which the row shows one sample's part."""
    palette, value = canvas.palette, at(terms.gradient, index)
    axis = look.end + 2
    if terms.batch > 1:
        text = MEAN(value)
        if look.end + 1 + len(text) <= canvas.width:
            canvas.put(row, look.end + 1, text, sign_ink(canvas, value))
        return
    room = min(BAR, canvas.width - axis - 1)
    if room < 3:
        return
    canvas.put(row, axis, "│", palette.ink(palette.rule))
    length = _length(value, terms.limit, room if room < BAR else 6)
    canvas.put(row, axis + 1, ("█" if value and value > 0 else "▒") * length,
               sign_ink(canvas, value))  # fmt: skip


def _length(value: float | None, limit: float, room: int) -> int:
    if value is None or not np.isfinite(value) or not value:
        return 0
    return max(1, min(room, round(abs(value) / limit * room)))


def _paint_bars(canvas: Canvas, terms: _Terms, row: int, look: _Look) -> int:
    """Bars from an axis at 0, to the left and to the right; the row behind them."""
    palette = canvas.palette
    rule = palette.ink(palette.rule)
    if terms.batch > 1:
        canvas.put(row, 1, f"mean of {terms.batch:,} parts = gradient", palette.quiet)
    row += 1
    form = Form(6) if look.gradient.decimals is None else look.gradient
    for index, parameter in enumerate(terms.parameters):
        value = at(terms.gradient, index)
        ink = sign_ink(canvas, value)
        column = canvas.put(row, 1, parameter.ljust(2), palette.quiet)
        canvas.put(row, column + (0 if look.gradient.decimals is None else 1), form(value), ink)
        canvas.put(row, AXIS, "│", rule)
        length = _length(value, terms.limit, BAR)
        if value is not None:
            begin = AXIS + 1 if value > 0 else AXIS - length
            canvas.put(row, begin, "█" * length, ink)
        row += 1
    canvas.put(row, AXIS, "0", palette.quiet)
    canvas.right(row, f"+{terms.limit:g}", palette.quiet, edge=AXIS + BAR)
    return row + 1


def _paint_gradients(canvas: Canvas, terms: _Terms) -> int:
    """Where there is room for no more: each parameter's gradient."""
    for index, parameter in enumerate(terms.parameters):
        value = at(terms.gradient, index)
        canvas.put(index, 1, parameter, canvas.palette.quiet)
        canvas.put(index, 5, Form(8, 4)(value), sign_ink(canvas, value))
    return len(terms.parameters)


def _paint_words(canvas: Canvas, world: World, terms: _Terms, row: int, *, is_wide: bool) -> None:
    """Whether torch agrees, where the error comes from, a question."""
    palette, step = canvas.palette, world.steps.now
    if terms.gradient is not None and step is not None and row < canvas.height:
        mean = mean_of(world, step)
        held = "weight.grad, bias.grad" if terms.inputs[-1:] == ("",) else "weight.grad"
        if mean is not None and all_same(mean.gradient, terms.gradient, mean.scale):
            end = canvas.put(row, 1, TORCH, palette.ink(palette.good))
            begin = end + (2 if is_wide else 3)
            canvas.put(row, begin, held if begin + len(held) <= canvas.width else "", palette.quiet)
        else:
            canvas.put(row, 1, f"torch's {held}", palette.quiet)
    row += 2 if is_wide else 1
    found = rule(world)
    for short in (not is_wide, True):
        lines = _wrapped(found.why(short=short), max(10, canvas.width - 1))
        if row + len(lines) <= canvas.height:
            for line in lines:
                canvas.put(row, 1, line)
                row += 1
            break
    question = _question(world, terms)
    if not is_wide and row < canvas.height and len(question) + 1 <= canvas.width:
        canvas.put(row, 1, question, palette.ink(palette.accent))


def _wrapped(text: str, width: int) -> list[str]:
    """Lines of a sentence; formulas in it stay in one piece."""
    for sign in (" − ", " · ", " = "):
        text = text.replace(sign, sign.replace(" ", "\xa0"))
    return [line.replace("\xa0", " ") for line in wrap(text, width)]


def _question(world: World, terms: _Terms) -> str:
    """What a learner may guess before the update."""
    step = world.steps.now
    if terms.gradient is None or step is None or step.phase is not Phase.GRADIENT:
        return ""
    if not terms.gradient.any():
        return "Nothing will change in this step."
    if not terms.gradient.all():
        return "Which weight will stay as it is?"
    return "Which way will each weight move?"


def _note(world: World, desk: Desk) -> str:
    if not world.running and world.lit(desk) is Phase.GRADIENT:
        return "paused here"
    step = world.steps.now
    if step is None or not has_gradient(step) or batch_size(world, step) > 1:
        return ""
    one = pass_of(world, step, shown_sample(step, desk))
    return "" if one.error is None else f"error {with_sign(one.error)}"


GRADIENT = View("terms", _paint, is_neuron, watched, _note, press=choose_sample, keys=SAMPLE_KEYS)
