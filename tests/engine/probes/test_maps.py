from pathlib import Path

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from tests.engine.probes.support import PICTURES, TOKENS, as_tensor, seen, unpack, view
from tests.spec.support import refusal
from tests.support import GATE, MOONS
from tui_nn.data.features import compute
from tui_nn.engine.probes.view import View
from tui_nn.spec.protocol.frames import Map, MapFrame, Samples

TABLE = """
data = "csv('t.csv', target='y', standardize=True)"
network = ["Linear(2, 3)", "Tanh()", "Linear(3, 1)"]
loss = "MSELoss()"
optimizer = "SGD(lr=0.1)"
[train]
threads = 1
"""
LINE = """
data = "sine(n=30)"
network = ["Linear(1, 3)", "Tanh()", "Linear(3, 1)"]
loss = "MSELoss()"
optimizer = "SGD(lr=0.1)"
[train]
threads = 1
"""


def middles(ends: tuple[float, float], cells: int) -> NDArray[np.float64]:
    edges = np.linspace(*ends, cells + 1)
    return (edges[1:] + edges[:-1]) / 2


def points(frame: MapFrame, width: int, height: int) -> NDArray[np.float64]:
    """The middle of every cell, row by row from the lowest up."""
    assert frame.y_range is not None
    rows = middles(frame.y_range, height)
    return np.array([(x, y) for y in rows for x in middles(frame.x_range, width)])


def forward(at: View, x: NDArray[np.generic], upto: int | None = None) -> torch.Tensor:
    network = at.network.eval()[:upto]
    with torch.no_grad():
        output: torch.Tensor = network(torch.from_numpy(x.astype(np.float32)))
    at.network.train()
    return output


def test_a_map_is_the_network_at_the_middle_of_each_cell() -> None:
    at = view(MOONS, steps=5)
    frame = seen(at, Map(width=7, height=4))
    grid = forward(at, points(frame, 7, 4))
    assert frame.values.shape == (1, 4, 7)
    assert torch.equal(as_tensor(frame.values).flatten(), grid.flatten())
    assert (frame.units, frame.axes) == (("1",), ("x1", "x2"))


def test_a_map_covers_the_data_and_a_tenth_more() -> None:
    at = view(MOONS, "train.val=0.5")
    frame = seen(at, Map())
    both = [unpack(seen(at, Samples(part=part)).points) for part in ("train", "val")]
    low, high = np.concatenate(both).min(0), np.concatenate(both).max(0)
    margin = (high - low) / 10
    assert frame.x_range == pytest.approx((low[0] - margin[0], high[0] + margin[0]))
    assert frame.y_range == pytest.approx((low[1] - margin[1], high[1] + margin[1]))


def test_a_map_covers_what_is_asked_for() -> None:
    frame = seen(view(MOONS), Map(x_range=(-1, 2.5), y_range=(0, 1)))
    assert (frame.x_range, frame.y_range) == ((-1, 2.5), (0, 1))


def test_features_of_the_point_go_into_the_network() -> None:
    features = ("x1", "x2^2", "sin(x1)")
    at = view(MOONS, f"data=spiral(n=40, features={features})",
              "network=['Linear(3, 1)']", steps=3)  # fmt: skip
    frame = seen(at, Map(width=5, height=6))
    grid = forward(at, compute(points(frame, 5, 6), features))
    assert torch.equal(as_tensor(frame.values).flatten(), grid.flatten())
    assert frame.axes == ("x1", "x2")


@pytest.mark.parametrize("layer", ["0", "1", "2"])
def test_every_hidden_unit_has_its_map(layer: str) -> None:
    at = view(MOONS, steps=5)
    frame = seen(at, Map(width=6, height=5, layer=layer))
    grid = forward(at, points(frame, 6, 5), int(layer) + 1)
    assert frame.values.shape == (6, 5, 6)
    assert torch.equal(as_tensor(frame.values), grid.T.reshape(6, 5, 6))
    assert frame.units == ("0", "1", "2", "3", "4", "5")


def test_a_layer_inside_a_residual_has_maps() -> None:
    network = "network=['Linear(2, 3)', 'Residual(Linear(3, 3), Tanh())', 'Linear(3, 1)']"
    at = view(MOONS, network, steps=2)
    inside, whole, before = (
        as_tensor(seen(at, Map(width=6, height=5, layer=layer)).values)
        for layer in ("1.1", "1", "0")
    )
    assert torch.equal(whole, before + inside)


def test_a_discrete_map_says_the_class() -> None:
    at = view(MOONS, "data=blobs(n=60, classes=3)", "network=['Linear(2, 3)']",
              "loss=CrossEntropyLoss()", steps=20)  # fmt: skip
    frame = seen(at, Map(discrete=True, width=9, height=9))
    raw = seen(at, Map(width=9, height=9))
    assert unpack(frame.values)[0].tolist() == unpack(raw.values).argmax(0).tolist()
    assert set(unpack(frame.values).flatten()) == {0, 1, 2}
    assert len(raw.units) == 3


def test_a_gate_is_a_plane_of_its_two_inputs() -> None:
    at = view(GATE, steps=8)
    frame = seen(at, Map(width=2, height=2, x_range=(-0.5, 1.5), y_range=(-0.5, 1.5)))
    assert (
        unpack(frame.values)[0].tolist()
        == forward(at, np.array([[0, 0], [1, 0], [0, 1], [1, 1]])).reshape(2, 2).tolist()
    )


def test_standardised_columns_and_targets_are_told_in_their_own_units(tmp_path: Path) -> None:
    rows = [(a, b, 100 + 3 * a - b) for a, b in ((10, 2000), (20, 5000), (30, 1000), (70, 2500))]
    text = "age,pay,y\n" + "\n".join(f"{a}.5,{b}.5,{y}.25" for a, b, y in rows)
    (tmp_path / "t.csv").write_text(text)
    at = view(TABLE, folder=tmp_path, steps=10)
    frame = seen(at, Map(width=4, height=3))
    assert frame.axes == ("age", "pay")
    assert frame.units == ("y",)
    assert frame.x_range == pytest.approx((10.5 - 6, 70.5 + 6))
    raw = np.loadtxt(text.splitlines()[1:], delimiter=",")
    mean, deviation = raw.mean(0), raw.std(0)
    scaled = (points(frame, 4, 3) - mean[:2]) / deviation[:2]
    outputs = forward(at, scaled).numpy().astype(np.float64)
    scaling = at.split.scaling
    if scaling.target_mean is not None:
        outputs = outputs * deviation[2] + mean[2]
    assert unpack(frame.values).flatten() == pytest.approx(outputs.flatten(), rel=1e-5)


def test_inputs_of_one_number_give_a_line() -> None:
    at = view(LINE, steps=5)
    frame = seen(at, Map(width=11, height=40))
    line = forward(at, middles(frame.x_range, 11)[:, None])
    assert frame.values.shape == (1, 11)
    assert torch.equal(as_tensor(frame.values).flatten(), line.flatten())
    assert (frame.y_range, frame.axes, frame.units) == (None, ("x",), ("y",))
    assert seen(at, Map(width=11, layer="0")).values.shape == (3, 11)


def test_many_units_are_cut_to_what_can_be_sent() -> None:
    at = view(MOONS, "network=['Linear(2, 64)', 'Tanh()', 'Linear(64, 1)']")
    frame = seen(at, Map(width=200, height=200, layer="0"))
    assert frame.sampled == "the first 26 of 64 units"
    assert frame.values.shape == (26, 200, 200)
    assert len(frame.units) == 26


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (PICTURES, "the inputs come from no plane and no line: each is 1x8x8 numbers"),
        (TOKENS, "each is 2 tokens"),
    ],
)
def test_other_inputs_have_no_map(text: str, words: str) -> None:
    at = view(text)
    assert words in refusal(lambda: seen(at, Map()))


def test_a_layer_that_answers_for_batches_has_no_map() -> None:
    layers = "['Linear(2, 3)', 'BatchNorm1d(3, track_running_stats=False)', 'Linear(3, 1)']"
    at = view(MOONS, f"network={layers}")
    assert "answers for a batch" in refusal(lambda: seen(at, Map()))


def test_numbers_to_be_predicted_can_not_be_discrete() -> None:
    at = view(LINE)
    assert "only outputs for classes" in refusal(lambda: seen(at, Map(discrete=True)))
