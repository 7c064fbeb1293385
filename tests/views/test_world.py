"""What is kept of what an engine told."""

from tests.views.answering import predictions_frame
from tests.views.support import CLASS_BASELINE, present, samples, started, world_of
from tui_nn.spec.protocol import Built, Changed, Phase
from tui_nn.spec.protocol.frames import (
    Device,
    DeviceFrame,
    Layers,
    LayersFrame,
    Predictions,
    Probes,
)
from tui_nn.spec.protocol.messages import Present, Problem
from tui_nn.views.world import SAMPLES, World


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


def test_why_nothing_could_be_loaded_stays_whatever_is_asked_for_afterwards() -> None:
    world = World()
    world.take(Present(state="loading", words="loading x"))
    world.take(Problem(id=1, message="expects 3"))
    world.take(Problem(id=2, message="nothing is loaded"))
    assert world.is_broken
    assert (world.present.state, world.present.words) == ("failed", "")
    assert world.problem == Problem(id=1, message="expects 3")


def test_a_line_that_can_not_be_read_breaks_nothing() -> None:
    world = World()
    world.take(Problem(message="a line that can't be read"))
    assert not world.is_broken


def test_what_is_refused_of_a_run_changes_nothing_but_the_words() -> None:
    world = world_of(started(), present(7))
    world.take(Problem(id=3, message="too large"))
    assert not world.is_broken
    assert world.present == present(7)
    assert world.problem is not None


def built(count: int) -> Built:
    return Built(
        layers=(), input_shape=(2,), tokens=None, classes=2, target_shape=(), train_count=count,
        val_count=100, test_count=0, baseline=CLASS_BASELINE, metric="accuracy",
    )  # fmt: skip


def exchanged(step: int, count: int) -> Changed:
    return Changed(
        step=step, key="data", old="spiral()", new="edited(spiral(), add=((1, 2, 0),))",
        phase=Phase.EVALUATE, built=built(count),
    )  # fmt: skip


def test_where_samples_are_exchanged_what_is_seen_of_the_network_stays() -> None:
    world = world_of(started(), present(7))
    world.take(LayersFrame(layers=()), Layers())
    world.take(samples([[0, 0]], [0]), SAMPLES)
    world.take(predictions_frame([0], [0]), Predictions())
    world.take(exchanged(7, 401))
    world.take(present(7, changes=1))
    assert set(world.frames) == {Layers(), SAMPLES}
    assert world.started is not None
    assert world.started.train_count == 401
    assert world.lacks(SAMPLES)
    world.take(samples([[0, 0]], [0]), SAMPLES)
    assert not world.lacks(SAMPLES)


def test_where_training_begins_with_other_data_nothing_stays() -> None:
    world = world_of(started(), present(7))
    world.take(LayersFrame(layers=()), Layers())
    world.take(exchanged(0, 401))
    world.take(present(0, "ready", changes=1))
    assert not world.frames


def test_the_place_in_an_epoch_is_counted_with_the_samples_there_are() -> None:
    world = world_of(started(), present(85))
    assert world.place_in_epoch == (3, 5)
    world.take(exchanged(85, 401))
    world.take(present(100, changes=1))
    assert world.place_in_epoch == (3, 20)
    world.take(present(121, changes=1))
    assert world.place_in_epoch == (3, 41)
    world.take(present(122, changes=1))
    assert world.place_in_epoch == (4, 1)
