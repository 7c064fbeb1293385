"""What is changed is tried here, then asked of the engine."""

import json
from pathlib import Path

import pytest

from tests.app.support import EXPERIMENT, LAYERS, Sent
from tests.views.support import started
from tui_nn.app.driving import Driving
from tui_nn.app.editing.changing import Changing
from tui_nn.app.editing.writing import write_experiment
from tui_nn.spec.files import load_experiment
from tui_nn.spec.protocol.commands import Change
from tui_nn.views.world import World


@pytest.mark.parametrize(
    ("data", "network", "loss"),
    [
        ("iris()", ["Linear(4, 8)", "Tanh()", "Linear(8, 3)"], "CrossEntropyLoss()"),
        ("digits()", ["Flatten()", "Linear(64, 8)", "Tanh()", "Linear(8, 10)"],
         "CrossEntropyLoss()"),
        ("sine()", ["Linear(1, 8)", "Tanh()", "Linear(8, 1)"], "MSELoss()"),
    ],
)  # fmt: skip
def test_other_data_brings_a_network_and_a_loss_that_fit(
    data: str, network: list[str], loss: str
) -> None:
    world = World()
    world.take(started(experiment=EXPERIMENT, layers=LAYERS, input_shape=(2,), classes=2))
    sent = Sent()
    words = Changing(world, Driving(world, sent)).apply({"data": data})
    [change] = sent.commands
    assert isinstance(change, Change)
    assert change.anew
    assert change.changes == (
        f"data={data}", f"network={json.dumps(network)}", f"loss={loss}",
    )  # fmt: skip
    assert "begins anew" in words


def test_what_the_new_data_has_no_use_for_is_left_out() -> None:
    world = World()
    experiment = EXPERIMENT | {"train": {"batch_size": 32}, "goal": {"accuracy": 0.9}}
    world.take(started(experiment=experiment, layers=LAYERS, input_shape=(2,), classes=2))
    changing = Changing(world, Driving(world, Sent()))
    assert changing.with_what_fits({"data": "and_gate()"})["train.batch_size"] is None
    assert changing.with_what_fits({"data": "sine()"})["goal.accuracy"] is None
    assert "also" in changing.check({"data": "sine()"})


def test_a_network_of_pictures_gives_way_where_there_are_none() -> None:
    world = World()
    layers = ["Conv2d(1, 4, 3)", "Flatten()", "Linear(144, 10)"]
    loss = {"loss": "CrossEntropyLoss()"}
    experiment = EXPERIMENT | loss | {"data": "digits()", "network": layers}
    world.take(started(experiment=experiment, input_shape=(1, 8, 8), classes=10))
    found = Changing(world, Driving(world, Sent())).with_what_fits({"data": "spiral()"})
    assert found["network"] == ["Linear(2, 16)", "ReLU()", "Linear(16, 2)"]


def test_another_seed_and_another_precision_begin_anew() -> None:
    world = World()
    world.take(started(experiment=EXPERIMENT, layers=LAYERS, input_shape=(2,), classes=2))
    sent = Sent()
    changing = Changing(world, Driving(world, sent))
    changing.apply({"train.seed": "7"})
    changing.apply({"train.dtype": "float64"})
    changing.apply({"train.epochs": "7"})
    assert [c.anew for c in sent.commands if isinstance(c, Change)] == [True, True, False]


def test_files_are_left_to_the_engine_which_knows_where_they_lie() -> None:
    world = World()
    world.take(started(experiment=EXPERIMENT, layers=LAYERS, input_shape=(2,), classes=2))
    sent = Sent()
    changing = Changing(world, Driving(world, sent))
    assert changing.check({"data": "csv('elsewhere/houses.csv')"}) == "the engine will tell"
    changing.apply({"data": "csv('elsewhere/houses.csv')"})
    [change] = sent.commands
    assert isinstance(change, Change)
    assert change.changes == ("data=csv('elsewhere/houses.csv')",)


def test_a_saved_experiment_finds_its_data_from_wherever_it_lies(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    settings = load_experiment("csv").table
    assert write_experiment(settings, "csv", Path("mine.toml")) == "saved as mine.toml"
    data = load_experiment("mine.toml").data["path"]
    assert Path(str(data)).is_file()
