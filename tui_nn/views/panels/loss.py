"""3 Loss: the call, what it computes, and its number for the latest batch."""

from math import isfinite

from tui_nn.plot.cells import cell_width
from tui_nn.spec.errors import InvalidInput
from tui_nn.spec.network import SAME_NUMBERS
from tui_nn.spec.protocol.frames import Curves, CurvesFrame, Probes
from tui_nn.spec.targets import Classes, Coding, Kind, Values, fit
from tui_nn.views.calls import fitted, name_of
from tui_nn.views.canvas import Canvas
from tui_nn.views.desk import Desk
from tui_nn.views.layout import Heights
from tui_nn.views.numbers import plain
from tui_nn.views.panels.panel import Panel, Size, View
from tui_nn.views.rules import bound
from tui_nn.views.world import World
from tui_nn.views.wrapping import wrapped

CURVES = Curves()
TARGETS = {
    Coding.INDEX: "t: class number",
    Coding.ZERO_ONE: "t: 0 or 1",
    Coding.PLUS_MINUS: "t: −1 or +1",
    Coding.ONE_HOT: "t: one-hot",
}
FORMULAS = {
    "MSELoss": ("L = mean (y − t)²", ""),
    "L1Loss": ("L = mean |y − t|", ""),
    "SmoothL1Loss": ("L = mean ½ d²/beta", "d = |y−t|, straight above beta"),
    "HuberLoss": ("L = mean ½ d²", "d = |y−t|, straight above delta"),
    "HalfSquaredError": ("L = ½ Σ (y − t)²", ""),
    "BCEWithLogitsLoss": ("L = −log p(t)", "p = sigmoid(z)"),
    "BCELoss": ("L = −log p(t)", "p = y"),
    "SoftMarginLoss": ("L = log(1 + exp(−t·z))", ""),
    "CrossEntropyLoss": ("L = −log p(t)", "p = softmax(z)"),
    "NLLLoss": ("L = −y[t]", "y = log-probabilities"),
    "MultiMarginLoss": ("L = mean max(0, 1 − z[t] + z)", ""),
}
"""What one sample's loss is, and what its letters mean; a step follows the mean over its batch."""
NUMBERED = 3
NUMBER = 8
"""Cells of the loss."""


def _paint(canvas: Canvas, world: World, desk: Desk) -> None:
    call, width, palette = str(world.setting("loss", "")), canvas.width, canvas.palette
    canvas.put(0, 1, fitted(call, width - 2))
    formula, _ = _formula(call, world)
    row = 1 if canvas.height > 1 else 0
    end = 1 + cell_width(formula if row else call)
    if row:
        canvas.put(1, 1, formula if end < width else "", palette.plain)
    text = _number(world) if row else f"L = {_number(world).strip()}"
    text = f"= {text}" if row else text
    if end + 2 + len(text) < width:
        chosen = desk.focus == NUMBERED and bool(desk.cursor.get(NUMBERED))
        ink = palette.ink(palette.accent, bold=True) if chosen else palette.strong
        begin = canvas.right(row, text, ink, edge=width - 1)
        if chosen:
            canvas.put(row, begin - 1, "▸", ink)
    lines = _letters(call, world, width)
    for y, line in enumerate(lines[: max(0, canvas.height - 2)], 2):
        canvas.put(y, 1, line if cell_width(line) < width else "", palette.quiet)
    summary, top = _summary(call, width), 3 + len(lines)
    for y, line in enumerate(summary if canvas.height >= top + len(summary) else (), top):
        canvas.put(y, 1, line)


def _letters(call: str, world: World, width: int) -> list[str]:
    """What the formula's letters mean, in as few lines as that takes."""
    parts = [words for words in (_formula(call, world)[1], _target(call, world)) if words]
    whole = PAIR.join(parts)
    return [whole] if whole and cell_width(whole) < width - 1 else parts


def _summary(call: str, width: int) -> tuple[str, ...]:
    """What the loss is, in sentences."""
    found = bound(call, "loss")
    return wrapped(found.entry.summary, width - 2) if found is not None and width >= 20 else ()


PAIR = "   "


def _formula(call: str, world: World) -> tuple[str, str]:
    formula, letters = FORMULAS.get(name_of(call), ("", ""))
    layers = world.started.layers if world.started else ()
    if layers and layers[-1].output_shape == (1,):
        formula = formula.replace("½ Σ", "½").replace("mean ", "")
    return formula, letters


def _number(world: World) -> str:
    """The loss of the latest batch; a dot before there is one."""
    frame: CurvesFrame | None = world.frame(CURVES)
    if frame is None:
        return "·".rjust(NUMBER)
    word = frame.nonfinite.get("loss")
    loss = _recorded(world) if frame.loss is None else frame.loss
    if word or loss is None or not isfinite(loss):
        return (word or plain(loss)).rjust(NUMBER)
    text = f"{loss:.1e}"
    if loss == 0 or abs(loss) >= 1e-4:
        plainly = (f"{loss:.{decimals}f}" for decimals in (4, 3, 2, 1, 0))
        text = next((found for found in plainly if len(found) <= NUMBER), text)
    return text.rjust(NUMBER)


def _recorded(world: World) -> float | None:
    """The loss of the step at which training stands, as it was recorded: of a run that is opened
    again torch holds no pass.
    """
    told = world.series.of("loss", world.way)
    if world.running or not len(told) or told.steps[-1] != world.present.step:
        return None
    return float(told.last[-1])


def _kind(world: World) -> Kind | None:
    """What the targets are; None before the samples are known."""
    samples = world.samples
    if samples is None:
        return None
    if samples.class_counts is not None:
        return Classes(samples.class_counts.shape[0])
    return Values(samples.y.shape[1:])


def _target(call: str, world: World) -> str:
    """How a target reaches the loss."""
    kind, layers = _kind(world), world.started.layers if world.started else ()
    kinds = [name_of(layer.call) for layer in layers]
    last = next((name for name in reversed(kinds) if name not in SAME_NUMBERS), "")
    try:
        return TARGETS.get(fit(name_of(call), kind, last).coding, "") if kind else ""
    except (InvalidInput, AssertionError):
        return ""


def _probes(world: World, desk: Desk, size: Size) -> tuple[Probes, ...]:
    return (CURVES,)


def _rows(world: World, width: int) -> Heights:
    call = str(world.setting("loss", ""))
    whole, sentences = 2 + len(_letters(call, world, width)), len(_summary(call, width))
    return Heights(1, want=range(2, whole + 1), more=[whole + 1 + sentences] if sentences else ())


def _press(world: World, desk: Desk, key: str) -> bool:
    """Down to the number, up to the call."""
    if key not in ("up", "down"):
        return False
    desk.cursor[NUMBERED] = int(key == "down")
    return True


LOSS = Panel(
    NUMBERED,
    "Loss",
    (
        View(
            "call", _paint, probes=_probes, rows=_rows, press=_press,
            keys=(("↓ enter", "open the loss: its sum over the batch"), ("↑ enter", "change it")),
        ),
    ),
)  # fmt: skip
