"""What is kept of what an engine told."""

from tests.views.support import present, started, world_of
from tui_nn.spec.protocol.frames import Device, DeviceFrame, Layers, LayersFrame, Probes
from tui_nn.views.world import World


def told_of(*layers: str) -> World:
    """Frames of looks at one layer after the other, and one at the device."""
    world = world_of(started(), present(1))
    for name in layers:
        world.take(LayersFrame(layers=()), look_at(name))
    world.take(DeviceFrame(device="cpu", name="", threads=1), Device())
    return world


def look_at(layer: str) -> Probes:
    return Layers(focus=layer)


def test_of_what_is_watched_no_more_the_latest_of_each_kind_stays() -> None:
    world = told_of("0", "1", "2")
    world.watch([look_at("0")])
    assert set(world.frames) == {look_at("0"), look_at("2"), Device()}


def test_what_came_last_is_the_latest() -> None:
    world = told_of("0", "1", "0")
    world.watch([])
    assert set(world.frames) == {look_at("0"), Device()}


def test_all_stays_where_no_more_will_come() -> None:
    world = told_of("0", "1", "2")
    world.take(present(1, "offline"))
    world.watch([])
    assert len(world.frames) == 4
