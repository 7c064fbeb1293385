"""5 Forward of a single neuron: its sum term by term, its output, its loss."""

from collections.abc import Iterator
from dataclasses import dataclass

from tui_nn.views.canvas import Canvas
from tui_nn.views.desk import Desk
from tui_nn.views.neuron_pass import (
    Pass,
    batch_size,
    is_right,
    pass_of,
    rule,
    shown_sample,
)
from tui_nn.views.neuron_rule import Rule
from tui_nn.views.numbers import plain
from tui_nn.views.panels.neuron.formulas import Line, formulas
from tui_nn.views.panels.neuron.shared import (
    SAMPLE_KEYS,
    UNSIGNED,
    Form,
    at,
    choose_sample,
    input_form,
    is_batch,
    is_neuron,
    mark,
    sign_ink,
    target_form,
    verdict_ink,
    watched,
    whole,
)
from tui_nn.views.panels.panel import View
from tui_nn.views.reading import input_names
from tui_nn.views.world import World

CHECK = 13
"""Cells at the right for the mark of torch."""
JOINTS = {
    "ld": "╮", "lu": "╯", "lud": "┤", "ludr": "┼", "ud": "│", "udr": "├", "ldr": "┬", "lur": "┴",
    "lr": "─",
}  # fmt: skip
"""By the ways that lead from a cell: left, up, down, right."""


@dataclass(frozen=True)
class _Look:
    """How the sum is drawn, from the left: names, inputs, weights, products, the joint, z."""

    link: int
    """Cells of the lines between them: 3, 2 or 1."""
    x: Form
    value: Form
    names: int
    """Cells of an input's name."""
    parameters: int
    """Cells of a parameter's name."""
    step: int = 2
    """Rows from term to term."""
    lead: int = 0
    """Blank cells before a number that may fill its width."""

    @property
    def is_wide(self) -> bool:
        return self.link > 2

    @property
    def left(self) -> int:
        """The column of an input's name."""
        return min(2, self.link)

    @property
    def gap(self) -> int:
        return 2 if self.is_wide else 1

    @property
    def weight(self) -> int:
        """The column of a parameter's name."""
        return self.left + self.names + self.lead + self.x.width + 2 * self.gap + self.link

    @property
    def product(self) -> int:
        """The column of the link before the product."""
        return self.weight + self.parameters + self.lead + self.value.width + self.gap

    @property
    def joint(self) -> int:
        end = self.product + self.link + self.lead + self.value.width
        return end + min(3, self.link)

    @property
    def z(self) -> int:
        return self.joint + (5 if self.is_wide else 4)

    @property
    def output(self) -> int:
        return self.joint + (3 if self.is_wide else 4)

    @property
    def width(self) -> int:
        return self.z + 1 + self.lead + self.value.width

    @property
    def top(self) -> int:
        """The row of the first term."""
        return 2 if self.is_wide else 0


@dataclass(frozen=True)
class _Sum:
    """What is drawn."""

    names: tuple[str, ...]
    parameters: tuple[str, ...]
    one: Pass
    right: bool | None
    rule: Rule
    activation: str
    """Its name; empty where y is z."""
    target: Form


def _looks(world: World, names: int, parameters: int) -> Iterator[_Look]:
    """From the roomiest to the tightest."""
    if whole(world):
        for link, width in ((3, 4), (2, 3)):
            x = Form(width, None, input_form(world, 1, 0).has_sign)
            for step in (2, 1):
                yield _Look(link, x, Form(width), names, parameters, step)
        return
    for link, width, decimals in ((3, 8, 4), (3, 7, 3), (2, 7, 3), (2, 6, 2), (2, 5, 2), (1, 5, 2)):
        x = input_form(world, width, decimals)
        for step in (2, 1):
            yield _Look(link, x, Form(width, decimals), names, parameters, step, 1)


def _paint(canvas: Canvas, world: World, desk: Desk) -> None:
    neuron = world.steps.neuron
    if neuron is None:
        return
    step = world.steps.now
    one = pass_of(world, step, shown_sample(step, desk))
    found = rule(world)
    names = (*input_names(world, neuron.inputs), *(["1"] if neuron.has_bias else []))
    shown = _Sum(
        names,
        neuron.parameters,
        one,
        is_right(world, one.y, one.t),
        found,
        "" if found.name in ("", "Identity") else found.name.lower(),
        target_form(world, 7, 3),
    )
    lines = formulas(world, step, one, names, canvas.width - CHECK - 3)
    long, short = max(map(len, names)), max(map(len, neuron.parameters))
    for look in _looks(world, min(10, max(2, long)), max(2, short)):
        rows = look.top + _rows(look, shown)
        if look.width <= canvas.width and rows + 2 <= canvas.height:
            _paint_sum(canvas, look, shown)
            _paint_lines(canvas, lines, rows)
            return
    _paint_lines(canvas, lines, 0)


def _rows(look: _Look, shown: _Sum) -> int:
    """Rows below the first term's, itself included."""
    terms = (len(shown.names) - 1) * look.step
    below = (6 if shown.activation else 4) if look.is_wide else 3
    return max(terms, terms // 2 + below) + 1


def _paint_sum(canvas: Canvas, look: _Look, shown: _Sum) -> None:
    if look.is_wide:
        canvas.put(0, 2, "input", canvas.palette.quiet)
        canvas.put(0, look.weight - 2, "weight", canvas.palette.quiet)
        canvas.put(0, look.product + 1, "product", canvas.palette.quiet)
    for index in range(len(shown.names)):
        _paint_term(canvas, look, shown, index)
    _paint_joints(canvas, look, len(shown.names))
    _paint_output(canvas, look, shown)


def _paint_term(canvas: Canvas, look: _Look, shown: _Sum, index: int) -> None:
    palette, row = canvas.palette, look.top + index * look.step
    x, w, product = (at(values, index) for values in (shown.one.x, shown.one.w,
                                                        shown.one.products))  # fmt: skip
    link = ("╌" if w is not None and w < 0 else "─") * look.link
    ink = palette.quiet if w is None else palette.ink(palette.of_sign(w) if w else palette.rule)
    name = shown.names[index][: look.names].rjust(look.names)
    column = canvas.put(row, look.left, name, palette.quiet)
    is_one = index == len(shown.names) - 1 and shown.parameters[-1] == "b"
    number = "1".rjust(look.x.width) if is_one else look.x(x)
    column = canvas.put(row, column + look.lead, number)
    canvas.put(row, column + look.gap, link, ink)
    column = canvas.put(row, look.weight, shown.parameters[index].ljust(look.parameters),
                        palette.quiet)  # fmt: skip
    canvas.put(row, column + look.lead, look.value(w), sign_ink(canvas, w))
    column = canvas.put(row, look.product, link, ink)
    column = canvas.put(row, column + look.lead, look.value(product), sign_ink(canvas, product))
    canvas.put(row, column + 1, "─" * (look.link - 1), palette.ink(palette.rule))


def _paint_joints(canvas: Canvas, look: _Look, count: int) -> None:
    ink = canvas.palette.ink(canvas.palette.rule)
    last = (count - 1) * look.step
    out = last // 2
    for row in range(last + 1):
        ways = "l" * (row % look.step == 0) + "u" * (row > 0) + "d" * (row < last)
        canvas.put(look.top + row, look.joint, JOINTS[ways + "r" * (row == out)], ink)
    arrow = "──▸" if look.is_wide else "─▸"
    canvas.put(look.top + out, look.joint + 1, arrow, ink)


def _paint_output(canvas: Canvas, look: _Look, shown: _Sum) -> None:
    palette, one = canvas.palette, shown.one
    row = look.top + (len(shown.names) - 1) * look.step // 2
    canvas.put(row, look.z, "z", palette.quiet)
    canvas.put(row, look.z + 1 + look.lead, look.value(one.z), palette.strong)
    if look.is_wide:
        row = _paint_way_down(canvas, look, shown, row)
    elif shown.activation:
        canvas.put(row + 1, min(look.z, canvas.width - len(shown.activation)),
                   f"z > 0 ? {_answer(one.z)}" if shown.rule.is_step else shown.activation,
                   palette.quiet)  # fmt: skip
        row += 2
    else:
        row += 2
    is_class = shown.right is not None or shown.target.decimals is None
    form = look.value
    has_sign = shown.rule.name not in UNSIGNED
    y = Form(form.width, None if shown.rule.is_step else form.decimals, has_sign)
    t = Form(form.width, None, shown.target.has_sign) if is_class else form
    column = look.output
    for name, text in (("y", y(one.y)), ("t", t(one.t))):
        canvas.put(row, column, name, palette.quiet)
        end = canvas.put(row, column + 1 + look.lead, text, palette.strong)
        if name == "y" and shown.right is not None:
            sign = "✓" if shown.right else "✗"
            canvas.put(row, end + 2, sign, verdict_ink(canvas, shown.right))
        row += 1


def _paint_way_down(canvas: Canvas, look: _Look, shown: _Sum, row: int) -> int:
    """From z to y; the row of y."""
    palette, column = canvas.palette, look.joint + 6
    ink = palette.ink(palette.rule)
    canvas.put(row + 1, column, "│", ink)
    row += 2
    if shown.activation:
        canvas.put(row, column - 2, "z > 0 ?" if shown.rule.is_step else shown.activation)
        end = canvas.put(row + 1, column, "│", ink)
        if shown.rule.is_step:
            canvas.put(row + 1, end + 1, _answer(shown.one.z), palette.strong)
        row += 2
    canvas.put(row, column, "▾", ink)
    return row + 1


def _answer(z: float | None) -> str:
    return "" if z is None else ("yes" if z > 0 else "no")


def _paint_lines(canvas: Canvas, lines: list[Line], above: int) -> None:
    """The formulas below the drawing: what says least gives way."""
    left = canvas.height - above
    shown = lines
    if len(shown) > left - (above > 0):
        shown = [line for line in lines if not line.may_go]
    row = above + (above > 0 and len(shown) < left)
    for line in shown[-max(1, left) :]:
        canvas.put(row, 2, line.text)
        mark(canvas, row, max(canvas.width - CHECK, 2 + len(line.text) + 1),
             is_same=line.is_same, torchs=line.torchs)  # fmt: skip
        row += 1


def _note(world: World, desk: Desk) -> str:
    step = world.steps.now
    one = pass_of(world, step, shown_sample(step, desk))
    if step is None or one.y is None or one.t is None:
        return ""
    right = is_right(world, one.y, one.t)
    is_step = rule(world).is_step
    y = plain(one.y, 3) if not is_step else f"{one.y:g}"
    t = f"{one.t:g}" if right is not None else plain(one.t, 3)
    if is_batch(world):
        name = world.samples.sample_name if world.samples else "sample"
        return f"{name} {one.sample}, 1 of {batch_size(world, step):,}"
    words = "" if right is None else ("right: " if right else "wrong: ")
    return f"{words}y {y}, t {t}"


FORWARD = View("sum", _paint, is_neuron, watched, _note, press=choose_sample, keys=SAMPLE_KEYS)
