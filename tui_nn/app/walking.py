"""`n` and `N`: layer by layer through forward and gradient, in the direction of the flow."""

from tui_nn.spec.diagnosis.rows import learning
from tui_nn.spec.protocol import Phase
from tui_nn.spec.protocol.frames import LayersFrame
from tui_nn.views.desk import Desk
from tui_nn.views.layer_names import order
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
        moved = _move(desk, way, layers)
    elif phase is Phase.GRADIENT:
        layers = _learning(world) or layers
        moved = _move(desk, way, layers, backward=True)
    else:
        moved = False
    if not moved:
        _stand_at_the_next(desk, phase, way, layers)
        return ""
    return f"layer {desk.layer}: {_call(world, desk.layer)}"


def _move(desk: Desk, way: int, layers: list[str], *, backward: bool = False) -> bool:
    """Along layers, as the flow meets them: `backward`, the last first; whether there was another.

    `layers` stand as in the network.
    """
    to_the_end = (way > 0) != backward
    here = order(desk.layer)
    if not desk.layer:
        found = (layers if to_the_end else layers[::-1]) if way > 0 else []
    elif to_the_end:
        found = [name for name in layers if order(name) > here]
    else:
        found = [name for name in reversed(layers) if order(name) < here]
    desk.layer = found[0] if found else desk.layer
    return bool(found)


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
