"""How likely each class is, with what the network says and what is true: bars in columns."""

from dataclasses import dataclass
from math import isfinite

from tui_nn.plot.cells import cell_width, shortened
from tui_nn.spec.protocol.frames import ActivationsFrame
from tui_nn.views.arrays import floats
from tui_nn.views.calls import name_of
from tui_nn.views.canvas import Canvas
from tui_nn.views.ink import Ink
from tui_nn.views.numbers import percent, plain, signed
from tui_nn.views.reading import class_count, class_name
from tui_nn.views.world import World

BAR = 5
PERCENT = 4
NAME = 20
"""Cells of a class's name at most."""
GAP = 2
SOFTMAX = {"CrossEntropyLoss": "softmax", "BCEWithLogitsLoss": "sigmoid", "NLLLoss": "exp",
           "SoftMarginLoss": "sigmoid"}  # fmt: skip
"""How a loss makes probabilities of outputs."""


@dataclass(frozen=True)
class Answer:
    """What the network says of one sample."""

    names: tuple[str, ...]
    """Of the classes; none where values are predicted."""
    shares: tuple[float, ...] | None
    """0 … 1 of each class; None where they are not known, or where there are none."""
    outputs: tuple[float, ...] | None
    """In place of shares, where the loss reads none."""
    says: str
    truth: str

    @property
    def right(self) -> bool:
        return self.truth in ("", self.says)

    @property
    def name_width(self) -> int:
        return min(NAME, max(map(cell_width, self.names), default=0))

    def width(self, columns: int, bar: int = BAR) -> int:
        """Cells of so many columns of classes."""
        return columns * (self.name_width + 1 + bar + PERCENT + GAP) - GAP


def answer_of(world: World, frame: ActivationsFrame | None) -> Answer:
    """What a frame says; dots where there is none."""
    names = tuple(class_name(world, index) for index in range(class_count(world)))
    if frame is None:
        return Answer(names, None, None, "", "")
    shares, outputs = None, None
    if frame.probabilities is not None:
        shares = tuple(map(float, frame.probabilities.numpy()))
    elif frame.layers and len(names) > 1:
        last = floats(frame.layers[-1].value).ravel()
        outputs = tuple(map(float, last)) if len(last) == len(names) else None
    return Answer(names, shares, outputs, frame.answer, frame.truth)


def title_of(world: World) -> str:
    """`softmax`: how the loss reads the last layer; nothing where it takes it as it is."""
    return SOFTMAX.get(name_of(world.setting("loss", "")), "")


def paint(
    canvas: Canvas, answer: Answer, row: int, column: int, rows: int, columns: int, bar: int = BAR
) -> None:
    """The classes, from the top down in so many columns; the likeliest where not all have room."""
    room = rows * columns
    shown = list(range(len(answer.names)))
    if len(shown) > room:
        if answer.shares is not None:
            shown = sorted(shown, key=lambda index: -(answer.shares or ())[index])
        shown = shown[:room]
    step = answer.width(1, bar) + GAP
    for place, index in enumerate(shown):
        across, down = divmod(place, rows)
        _paint_class(canvas, answer, index, row + down, column + across * step, bar)


def _paint_class(
    canvas: Canvas, answer: Answer, index: int, row: int, column: int, bar: int
) -> None:
    palette, name = canvas.palette, answer.names[index]
    width = answer.name_width
    said = name == answer.says
    shown = shortened(name, width, ascii_only=palette.ascii_only)
    ink = palette.ink(bold=name in (answer.says, answer.truth))
    canvas.put(row, column, shown, ink)
    column += width + 1
    if answer.outputs is not None:
        canvas.right(row, signed(answer.outputs[index], decimals=2), edge=column + bar + PERCENT)
        return
    share = answer.shares[index] if answer.shares is not None else None
    full = 0
    if share is not None and isfinite(share):
        full = max(0, min(bar, round(share * bar)))
    colour = palette.accent if not said else palette.good if answer.right else palette.bad
    end = canvas.put(row, column, "█" * full, palette.ink(colour))
    canvas.put(row, end, "·" * (bar - full), palette.quiet)
    words = percent(share, 0) if share is None or isfinite(share) else plain(share)
    canvas.right(row, words, ink if full else palette.quiet, edge=column + bar + PERCENT)


def says(answer: Answer) -> str:
    """`says 3, is 3`."""
    return f"says {answer.says or '·'}, is {answer.truth or '·'}"


def paint_says(canvas: Canvas, answer: Answer, row: int, column: int, width: int) -> None:
    """That in words, with a sign whether it is right; nothing where it has no room."""
    sign = _sign(answer)
    for words in (says(answer), f"says {answer.says or '·'}"):
        if cell_width(words) + 2 <= width:
            end = canvas.put(row, column, words, canvas.palette.strong)
            canvas.put(row, end + 1, sign, _ink_of(canvas, answer))
            return


def paint_says_below(canvas: Canvas, answer: Answer, row: int, column: int, width: int) -> bool:
    """The same in two rows; whether it had room."""
    upper, lower = f"says {answer.says or '·'}", f"is   {answer.truth or '·'}"
    if max(cell_width(upper), cell_width(lower) + 2) > width:
        return False
    canvas.put(row, column, upper, canvas.palette.strong)
    end = canvas.put(row + 1, column, lower, canvas.palette.strong)
    canvas.put(row + 1, end + 1, _sign(answer), _ink_of(canvas, answer))
    return True


def _sign(answer: Answer) -> str:
    if not answer.says or not answer.names:
        return ""
    return "✓" if answer.right else "✗"


def _ink_of(canvas: Canvas, answer: Answer) -> Ink:
    palette = canvas.palette
    return palette.ink(palette.good if answer.right else palette.bad, bold=True)
