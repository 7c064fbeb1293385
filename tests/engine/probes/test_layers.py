import math
from dataclasses import replace

import numpy as np
import pytest
import torch
from torch import nn

from tests.engine.probes.support import PICTURES, TOKENS, as_tensor, gradient_of, seen, unpack, view
from tests.support import MOONS, RANDOM
from tui_nn.engine.probes.numbers import histogram
from tui_nn.spec.protocol.frames import Curves, Layers, LayerStatistics, Metrics

SLEEPY = """
data = "moons(n=40)"
network = ["Linear(2, 4)", "ReLU()", "Linear(4, 3)", "Sigmoid()", "Linear(3, 1)"]
loss = "BCEWithLogitsLoss()"
optimizer = "SGD(lr=0.1)"
[train]
batch_size = 0
threads = 1
"""


def by_name(rows: tuple[LayerStatistics, ...]) -> dict[str, LayerStatistics]:
    return {row.name: row for row in rows}


def test_lengths_are_those_of_a_plain_torch_step() -> None:
    at = view(MOONS, "train.batch_size=0", steps=1)
    plain = view(MOONS, "train.batch_size=0").trainer
    x, y = plain.batches.next()
    loss = plain.loss(plain.network(x), y)
    loss.backward()
    rows = by_name(seen(at, Layers()).layers)
    assert set(rows) == {"0", "1", "2", "3", "4"}
    for index in (0, 2, 4):
        layer = plain.network[index]
        flat = torch.cat([p.detach().flatten() for p in layer.parameters()])
        gradient = torch.cat([gradient_of(p).flatten() for p in layer.parameters()])
        after = flat - 0.1 * gradient
        row = rows[str(index)]
        assert row.gradient == pytest.approx(gradient.norm().item(), rel=1e-6)
        assert row.weight == pytest.approx(after.norm().item(), rel=1e-6)
        assert row.update == pytest.approx((after - flat).norm().item(), rel=1e-5)
        assert row.ratio == pytest.approx(((after - flat).norm() / flat.norm()).item(), rel=1e-5)
    everything = [p.grad for p in plain.network.parameters() if p.grad is not None]
    curves = seen(at, Curves())
    assert curves.gradient == pytest.approx(nn.utils.get_total_norm(everything).item(), rel=1e-6)
    assert (curves.loss, curves.lr) == (loss.item(), 0.1)


def test_before_the_first_step_there_is_no_loss_gradient_or_update() -> None:
    at = view(MOONS)
    curves = seen(at, Curves())
    assert (curves.loss, curves.gradient, curves.lr, curves.nonfinite) == (None, None, 0.1, {})
    row = seen(at, Layers()).layers[0]
    assert (row.gradient, row.update, row.ratio, row.zero_gradient) == (None, None, None, None)
    assert row.weight is not None


def test_units_that_nothing_wakes_are_dead() -> None:
    at = view(SLEEPY)
    held = dict(at.network.named_parameters())
    with torch.no_grad():
        held["0.bias"].copy_(torch.tensor([-100.0, 100.0, -100.0, -100.0]))
        held["2.bias"].copy_(torch.tensor([-1000.0, 1000.0, 0.0]))
        held["2.weight"].zero_()
    rows = by_name(seen(at, Layers(focus="1")).layers)
    assert (rows["1"].dead, rows["1"].zero, rows["1"].dead_units) == (0.75, 0.75, (0, 2, 3))
    assert (rows["0"].dead, rows["0"].zero, rows["0"].dead_units) == (0, 0, ())
    # Of the sigmoids one gives 0, one 1, one a half.
    assert rows["3"].saturated == pytest.approx(2 / 3)
    assert rows["3"].dead == pytest.approx(1 / 3)
    assert rows["1"].saturated is None


def test_dead_units_get_a_gradient_of_zero() -> None:
    at = view(SLEEPY)
    with torch.no_grad():
        bias = at.network.get_parameter("0.bias")
        bias.copy_(torch.tensor([-100.0, 100.0, -100.0, -100.0]))
    at.trainer.train_straight(1)
    row = seen(at, Layers()).layers[0]
    # 8 weights and 4 biases, of which one unit's 3 have a gradient.
    assert row.zero_gradient == 0.75


def test_a_filter_is_dead_where_no_place_of_any_picture_wakes_it() -> None:
    at = view(PICTURES, steps=1)
    with torch.no_grad():
        at.network.get_parameter("1.bias")[2] = -100
    rows = by_name(seen(at, Layers(focus="2")).layers)
    assert rows["2"].dead_units == (2,)
    assert rows["2"].dead == 0.25


def test_layers_inside_a_residual_have_their_own_rows() -> None:
    at = view(RANDOM, steps=2)
    rows = by_name(seen(at, Layers(focus="4.0")).layers)
    assert list(rows) == ["0", "1", "2", "4.0", "4.1", "5"]
    weight = at.network.get_parameter("4.0.weight").detach()
    bias = at.network.get_parameter("4.0.bias").detach()
    assert rows["4.0"].weight == pytest.approx(math.hypot(weight.norm(), bias.norm()))
    assert rows["4.1"].call == "Tanh()"


def test_histograms_count_every_number_of_the_layer_in_focus() -> None:
    at = view(MOONS, steps=2)
    rows = by_name(seen(at, Layers(focus="2", bins=10)).layers)
    row = rows["2"]
    held = torch.cat([p.detach().flatten() for p in at.network[2].parameters()]).numpy()
    counts, ends = np.histogram(held.astype(np.float64), 10)
    assert unpack(row.weight_histogram).tolist() == counts.tolist()
    assert row.ranges["weight"] == (ends[0], ends[-1])
    assert unpack(row.gradient_histogram).sum() == held.size
    assert unpack(row.output_histogram).sum() == 50 * 6
    assert rows["0"].weight_histogram is None


def test_a_layer_of_equal_numbers_has_a_histogram_too() -> None:
    at = view(MOONS, "init=zeros_()")
    row = seen(at, Layers(focus="0", bins=3)).layers[0]
    assert unpack(row.weight_histogram).tolist() == [0, 18, 0]
    assert row.ranges["weight"] == (-0.5, 0.5)
    assert row.ratio is None


def test_rows_that_a_sparse_gradient_lacks_count_as_zero() -> None:
    at = view(TOKENS, "train.batch_size=1", steps=1)
    row = seen(at, Layers()).layers[0]
    gradient = gradient_of(at.network.get_parameter("0.weight"))
    assert row.gradient == pytest.approx(gradient.norm().item(), rel=1e-6)
    assert row.zero_gradient == int((gradient == 0).sum()) / gradient.numel()
    assert row.zero_gradient >= 5 / 7


def test_a_large_part_is_sampled_and_says_so() -> None:
    frame = seen(view(MOONS, "data=moons(n=5000)"), Layers())
    assert frame.sampled == "2,000 of 5,000 samples"
    assert seen(view(MOONS), Layers()).sampled == ""


def test_while_training_runs_dear_networks_are_looked_at_with_fewer_samples() -> None:
    at = view(PICTURES)
    stopped, running = seen(at, Layers()), seen(replace(at, running=True), Layers())
    assert stopped.sampled == ""
    assert running.sampled == "427 of 1,438 samples"
    assert running.layers[0].weight == stopped.layers[0].weight


def test_metrics_are_those_of_an_evaluation() -> None:
    at = view(MOONS, "train.val=0.2", steps=4)
    frame = seen(at, Metrics())
    for name, numbers in (("train", frame.train), ("val", frame.val)):
        found = at.parts[name].evaluate(at.network, at.trainer.loss)
        assert numbers == found.numbers
        assert frame.right[name] == found.right


@pytest.mark.parametrize(
    ("numbers", "expected"),
    [
        ([1e20] * 3, [0, 3, 0]),
        ([1.0, 1.0 + 2**-52, 1.0], [0, 3, 0]),
        ([5e-324, 0.0, 0.0], [0, 2, 1]),
        ([-1.7e308, 1.7e308, 4.0, math.inf, math.nan], [0, 1, 0]),
        ([-1e307, 1e307, 1e307], [1, 0, 2]),
    ],
)
def test_a_histogram_holds_numbers_too_close_or_too_large_for_bins_of_their_own(
    numbers: list[float], expected: list[int]
) -> None:
    found = histogram(torch.tensor(numbers, dtype=torch.float64), 3)
    assert found is not None
    counts, (low, high) = found
    assert unpack(counts).tolist() == expected
    assert low < high < math.inf


def test_the_histogram_of_outputs_is_of_the_mode_that_predicts() -> None:
    at = view(RANDOM, steps=1)
    row = by_name(seen(at, Layers(focus="2", bins=5)).layers)["2"]
    with torch.no_grad():
        outputs = at.network.eval()[:3](at.parts["train"].x)
    at.network.train()
    counts, _ = np.histogram(outputs.double().numpy(), 5)
    assert as_tensor(row.output_histogram).tolist() == counts.tolist()
