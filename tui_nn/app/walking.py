"""`n` and `N`: layer by layer through forward and gradient, in the direction of the flow."""

from tui_nn.spec.protocol import Phase
from tui_nn.spec.protocol.frames import LayersFrame
from tui_nn.views.desk import Desk
from tui_nn.views.layer_names import learning
from tui_nn.views.panels.registry import PANELS
from tui_nn.views.world import World


def walk(world: World, desk: Desk, way: int) -> str:
    """Put the cursor on the next layer (`way` 1) or the one before (−1); its words.

    Nothing where the phase has no other layer that way: then a phase is to follow, and the cursor
    stands on the layer at which that one begins.
    """
    phase = world.lit(desk)
    if world.started is None or world.running or world.kind == "neuron":
        return ""
    layers = [str(index) for index in range(len(world.started.layers))]
    if phase is Phase.FORWARD:
        moved = _through_forward(world, desk, way, layers)
    elif phase is Phase.GRADIENT:
        layers = _learning(world) or layers
        moved = _move(desk, way, layers[::-1])
    else:
        moved = False
    if not moved:
        _stand_at_the_next(desk, phase, way, layers)
        return ""
    return f"layer {desk.layer}: {_call(world, desk.layer)}"


def _through_forward(world: World, desk: Desk, way: int, layers: list[str]) -> bool:
    """A view knows which layers it shows; where it shows none all are gone through."""
    before = desk.layer
    if not before:
        return _move(desk, way, layers)
    if PANELS[5].view(world, desk).press(world, desk, "n" if way > 0 else "N"):
        return desk.layer != before
    return _move(desk, way, layers)


def _move(desk: Desk, way: int, layers: list[str]) -> bool:
    """Along layers in the order in which the flow meets them; whether there was another."""
    at = layers.index(desk.layer) if desk.layer in layers else -1
    if not 0 <= at + way < len(layers) or (at < 0 and way < 0):
        return False
    desk.layer = layers[at + way]
    return True


def _stand_at_the_next(desk: Desk, phase: Phase, way: int, layers: list[str]) -> None:
    """Where the phase that follows begins, seen from where one comes."""
    first, last = layers[0], layers[-1]
    arrives = {
        (Phase.FORWARD, 1): last, (Phase.GRADIENT, -1): last,
        (Phase.EVALUATE, 1): first, (Phase.OPTIMIZER, 1): first, (Phase.UPDATE, -1): first,
    }  # fmt: skip
    desk.layer = arrives.get((phase, way), desk.layer)


def _learning(world: World) -> list[str]:
    """The layers with parameters, as far as a frame has told them."""
    frames = (frame for frame in world.frames.values() if isinstance(frame, LayersFrame))
    return [row.name for row in learning(next(frames, None))]


def _call(world: World, name: str) -> str:
    frames = (frame for frame in world.frames.values() if isinstance(frame, LayersFrame))
    for row in [row for frame in frames for row in frame.layers]:
        if row.name == name:
            return row.call
    number = name.partition(".")[0]
    layers = world.started.layers if world.started else ()
    return layers[int(number)].call if number.isdecimal() and int(number) < len(layers) else name
