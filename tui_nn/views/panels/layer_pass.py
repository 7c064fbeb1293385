"""5 Forward and 6 Gradient at one layer of a pass: what goes in and out, and what comes back."""

from collections.abc import Iterator

from tui_nn.spec.protocol import Array, Phase
from tui_nn.spec.protocol.frames import LayerPass, LayerPassFrame, Probes
from tui_nn.spec.shapes import show
from tui_nn.views.arrays import Floats, floats
from tui_nn.views.calls import fitted
from tui_nn.views.canvas import Canvas
from tui_nn.views.desk import Desk
from tui_nn.views.matrices import Block, paint_blocks
from tui_nn.views.panels.panel import Size, View
from tui_nn.views.world import World

FOLDED = range(8, 3, -1)
"""Numbers of a row into which a long vector is folded, where it comes out even."""
KEYS = (("← →", "another sample; the mean of all stands before the first"),)


def _stands_in(world: World, phase: Phase) -> bool:
    """Whether training stands at a layer of this pass."""
    present = world.present
    return bool(present.layer) and present.phase is phase and not world.running


def probe_of(desk: Desk) -> LayerPass:
    """What tells the layer at which training stands."""
    return LayerPass(sample=desk.batch_sample)


def _frame(world: World, desk: Desk) -> LayerPassFrame | None:
    """Of this very pass; None before it came."""
    frame: LayerPassFrame | None = world.frame(probe_of(desk))
    present = world.present
    is_now = frame is not None and (frame.step, frame.phase) == (present.step, present.phase)
    return frame if is_now else None


def _probes(world: World, desk: Desk, size: Size) -> tuple[Probes, ...]:
    return (probe_of(desk),)


def _paint(canvas: Canvas, world: World, desk: Desk) -> None:
    frame = _frame(world, desk)
    if frame is None or not canvas.height:
        return
    palette = canvas.palette
    call = fitted(f"{frame.layer} {frame.call}", canvas.width - 2)
    canvas.put(0, 1, call, palette.ink(palette.accent, bold=True))
    told = _back(frame) if frame.phase is Phase.GRADIENT else _forth(frame)
    paint_blocks(canvas, [_block(title, array) for title, array in told if array is not None], 1)


def _forth(frame: LayerPassFrame) -> Iterator[tuple[str, Array | None]]:
    """Input ▸ output, and the numbers between them."""
    source = f" = output of {frame.source}" if frame.source else ""
    yield f"input{source}", frame.input
    yield "▸ output", frame.output
    yield from frame.parameters.items()


def _back(frame: LayerPassFrame) -> Iterator[tuple[str, Array | None]]:
    """What arrives, what is left at the parameters, what is passed on."""
    yield "arrives ∂L/∂output", frame.arrives
    for name, array in frame.leaves.items():
        yield f"leaves ∂L/∂{name}", array
    yield "passes on ∂L/∂input", frame.passes


def _block(title: str, array: Array) -> Block:
    """A vector as rows, a matrix, or a picture for each channel."""
    return Block(f"{title}  {show(array.shape)}", tuple(_kernels(floats(array))))


def _kernels(values: Floats) -> Iterator[Floats]:
    if values.ndim < 2:
        count = values.size
        across = next((n for n in FOLDED if count > n and count % n == 0), count)
        if count:
            yield values.reshape(-1, across)
    elif values.ndim == 2:
        yield values
    else:
        yield from values.reshape(-1, *values.shape[-2:])


def _note(world: World, desk: Desk) -> str:
    frame = _frame(world, desk)
    if frame is None:
        return ""
    whose = "mean of" if frame.sample is None else f"sample {frame.sample + 1:,} of"
    look = f", evaluation {frame.look}" if world.present.look > 1 else ""
    return f"{whose} {frame.count:,}{look}"


def _press(world: World, desk: Desk, key: str) -> bool:
    frame = _frame(world, desk)
    if key not in ("left", "right") or frame is None:
        return False
    now = -1 if desk.batch_sample is None else desk.batch_sample
    wanted = max(-1, min(frame.count - 1, now + (1 if key == "right" else -1)))
    desk.batch_sample = None if wanted < 0 else wanted
    return True


AT_A_LAYER = "layer"
FORTH = View(
    AT_A_LAYER, _paint, lambda world: _stands_in(world, Phase.FORWARD), _probes, _note,
    press=_press, keys=KEYS,
)  # fmt: skip
BACK = View(
    AT_A_LAYER, _paint, lambda world: _stands_in(world, Phase.GRADIENT), _probes, _note,
    press=_press, keys=KEYS,
)  # fmt: skip
