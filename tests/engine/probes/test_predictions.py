from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

from tests.engine.probes.support import PICTURES, as_tensor, seen, unpack, view
from tests.spec.support import refusal
from tests.support import GATE, MOONS
from tui_nn.data.tables import diabetes
from tui_nn.engine.modules import HalfSquaredError
from tui_nn.engine.probes.answers import own_losses
from tui_nn.spec.protocol.frames import (
    Activations,
    Confusion,
    Metrics,
    Predictions,
    Samples,
    SamplesFrame,
)

THREE = ("data=blobs(n=60, classes=3, std=2.5)", "network=['Linear(2, 3)']",
         "loss=CrossEntropyLoss()")  # fmt: skip
BY_BATCH = "network=['Linear(2, 3)', 'BatchNorm1d(3, track_running_stats=False)', 'Linear(3, 1)']"
DIABETES = """
data = "diabetes()"
network = ["Linear(10, 1)"]
loss = "MSELoss()"
optimizer = "SGD(lr=0.01)"
[train]
val = 0.2
threads = 1
"""

LOSSES: dict[str, tuple[nn.Module, str]] = {
    "cross entropy": (nn.CrossEntropyLoss(), "index"),
    "smoothed and weighted": (
        nn.CrossEntropyLoss(torch.tensor([0.2, 3.0, 1.0]), label_smoothing=0.1), "index",
    ),
    "negative log": (nn.NLLLoss(torch.tensor([2.0, 0.5, 1.0])), "index"),
    "margin": (nn.MultiMarginLoss(weight=torch.tensor([2.0, 0.5, 1.0])), "index"),
    "squares": (nn.MSELoss(), "values"),
    "absolute": (nn.L1Loss(), "values"),
    "huber": (nn.HuberLoss(delta=0.5), "values"),
    "smooth": (nn.SmoothL1Loss(beta=0.5), "values"),
    "half squares": (HalfSquaredError(), "values"),
    "binary": (nn.BCEWithLogitsLoss(pos_weight=torch.tensor([3.0])), "zero or one"),
    "soft margin": (nn.SoftMarginLoss(), "values"),
}  # fmt: skip


@pytest.mark.parametrize(("loss", "kind"), LOSSES.values(), ids=LOSSES)
def test_a_samples_own_loss_is_that_of_a_batch_of_one(loss: nn.Module, kind: str) -> None:
    generator = torch.Generator().manual_seed(0)
    output = torch.randn(20, 3, generator=generator)
    target = torch.randn(20, 3, generator=generator)
    if kind == "index":
        target = torch.randint(0, 3, (20,), generator=generator)
    elif kind == "zero or one":
        output, target = output[:, :1], (target[:, :1] > 0).float()
    found = own_losses(loss, output, target)
    alone = [loss(output[i : i + 1], target[i : i + 1]).item() for i in range(20)]
    assert found.tolist() == pytest.approx(alone, rel=1e-6)


def test_samples_that_a_loss_leaves_out_have_the_loss_zero() -> None:
    loss = nn.CrossEntropyLoss(torch.tensor([0.0, 1.0, 1.0]), ignore_index=2)
    found = own_losses(loss, torch.zeros(3, 3), torch.tensor([0, 1, 2]))
    assert found.tolist() == pytest.approx([0, np.log(3), 0])


def test_answers_stand_beside_truths_and_the_worst_come_first() -> None:
    at = view(MOONS, *THREE, steps=10)
    frame = seen(at, Predictions(worst=5))
    part = at.parts["train"]
    with torch.no_grad():
        outputs = at.network(part.x)
        losses = nn.functional.cross_entropy(outputs, part.target, reduction="none")
    assert torch.equal(as_tensor(frame.answers), outputs.argmax(1))
    assert torch.equal(as_tensor(frame.truths), part.labels)
    assert torch.equal(as_tensor(frame.outputs), outputs)
    assert torch.equal(as_tensor(frame.losses), losses)
    assert unpack(frame.samples).tolist() == list(range(60))
    order = losses.sort(stable=True, descending=True)
    assert unpack(frame.worst).tolist() == order.indices[:5].tolist()
    assert torch.equal(as_tensor(frame.worst_losses), order.values[:5])
    assert torch.equal(as_tensor(frame.worst_truths), part.labels[order.indices[:5]])
    assert torch.equal(as_tensor(frame.worst_answers), outputs.argmax(1)[order.indices[:5]])


def test_outputs_that_are_no_numbers_are_the_worst() -> None:
    at = view(MOONS, *THREE, steps=1)
    at.parts["train"].x[17] = torch.nan
    frame = seen(at, Predictions(worst=1))
    assert unpack(frame.worst).tolist() == [17]
    assert np.isnan(unpack(frame.worst_losses)).all()


def test_the_sums_of_a_gate_stand_beside_its_answers() -> None:
    at = view(GATE, steps=6)
    frame = seen(at, Predictions(layer="0"))
    with torch.no_grad():
        sums = at.network[0](at.parts["train"].x)
    assert torch.equal(as_tensor(frame.outputs), sums)
    assert unpack(frame.answers).tolist() == (sums[:, 0] > 0).int().tolist()
    assert unpack(frame.truths).tolist() == [0, 0, 0, 1]
    assert unpack(frame.losses).tolist() == [
        0.5 * (answer - truth) ** 2
        for answer, truth in zip(unpack(frame.answers), (0, 0, 0, 1), strict=True)
    ]


def test_predicted_values_are_told_in_their_own_units() -> None:
    at = view(DIABETES, "data=diabetes()", steps=20)
    frame = seen(at, Predictions(most=10, worst=3))
    val = at.parts["val"]
    with torch.no_grad():
        outputs = at.network(val.x)
    shown = unpack(frame.samples).tolist()
    assert frame.part == "val"
    assert frame.answers.shape == frame.truths.shape == (10, 1)
    assert unpack(frame.answers)[:, 0] == pytest.approx(outputs[shown, 0].numpy())
    errors = (outputs - val.labels)[:, 0].square()
    assert unpack(frame.worst).tolist() == errors.sort(descending=True).indices[:3].tolist()


def test_scaled_targets_are_told_in_their_own_units(tmp_path: Path) -> None:
    text = "a,b,y\n" + "\n".join(f"{i},{i * i},{1000 + 7 * i}" for i in range(12))
    (tmp_path / "t.csv").write_text(text)
    experiment = DIABETES.replace("diabetes()", "csv('t.csv', target='y')")
    at = view(experiment.replace("Linear(10", "Linear(2"), folder=tmp_path, steps=3)
    assert at.split.scaling.target_mean is not None
    true = np.array([1000 + 7 * i for i in range(12)], float)[at.split.val_indices]
    frame = seen(at, Predictions())
    assert unpack(frame.truths)[:, 0] == pytest.approx(true)
    train = np.array([1000 + 7 * i for i in range(12)], float)[at.split.train_indices]
    with torch.no_grad():
        outputs = at.network(at.parts["val"].x).double().numpy()
    assert unpack(frame.answers) == pytest.approx(outputs * train.std() + train.mean(), rel=1e-6)
    assert unpack(seen(at, Samples(part="val")).y)[:, 0] == pytest.approx(true)
    word = seen(at, Activations(part="val", sample=0))
    assert float(word.truth) == pytest.approx(true[0])
    assert word.probabilities is None


def test_a_confusion_matrix_counts_pairs_of_truth_and_answer() -> None:
    at = view(MOONS, *THREE, steps=10)
    frame = seen(at, Confusion())
    every = seen(at, Predictions())
    counts = np.zeros((3, 3), int)
    np.add.at(counts, (unpack(every.truths), unpack(every.answers)), 1)
    assert unpack(frame.counts).tolist() == counts.tolist()
    assert counts.trace() == seen(at, Metrics()).right["train"]
    assert len(frame.classes) == 3


def test_values_have_no_confusion() -> None:
    at = view(DIABETES)
    assert "have no classes: look at predictions instead" in refusal(lambda: seen(at, Confusion()))


def test_a_sample_goes_through_every_layer() -> None:
    at = view(PICTURES, steps=3)
    frame = seen(at, Activations(sample=7, part="val"))
    part = at.parts["val"]
    value = part.x[7:8]
    by_name = {layer.name: layer for layer in frame.layers}
    assert list(by_name) == ["0", "1", "2", "3", "4.0", "4.1", "4", "5", "6", "7"]
    at.network.eval()
    with torch.no_grad():
        for index, module in enumerate(at.network):
            value = module(value)
            assert torch.equal(as_tensor(by_name[str(index)].value), value[0])
        loss = at.trainer.loss(value, part.target[7:8])
    assert by_name["0"].call == "Conv2d(1, 4, 3, padding=1)"
    assert torch.equal(as_tensor(frame.input), part.x[7])
    assert frame.input_shape == (1, 8, 8)
    assert frame.loss == pytest.approx(loss.item())
    assert frame.answer == str(value[0].argmax().item())
    assert frame.truth == str(part.labels[7].item()) == str(unpack(frame.target).item())
    assert torch.equal(as_tensor(frame.probabilities), value.softmax(1)[0])


def test_large_layers_are_cut_to_their_first_maps() -> None:
    frame = seen(view(PICTURES), Activations(most=130))
    first = frame.layers[0]
    assert (first.shape, first.value.shape) == ((4, 8, 8), (2, 8, 8))
    assert seen(view(PICTURES), Activations(most=10)).input.shape == (10,)


@pytest.mark.parametrize("layers", [BY_BATCH, "network=['Linear(2, 1)']"])
def test_a_sample_alone_answers_as_in_its_part(layers: str) -> None:
    at = view(MOONS, layers, steps=3)
    every = seen(at, Predictions())
    for sample in (0, 31):
        one = seen(at, Activations(sample=sample))
        assert as_tensor(one.layers[-1].value) == pytest.approx(unpack(every.outputs)[sample])
        assert one.answer == str(unpack(every.answers)[sample])


def test_the_share_of_the_other_class_is_not_lost_beside_one() -> None:
    at = view(MOONS)
    with torch.no_grad():
        at.network.get_parameter("4.weight").zero_()
        at.network.get_parameter("4.bias").fill_(25)
    found = unpack(seen(at, Activations()).probabilities)
    assert found.tolist() == [pytest.approx(np.exp(-25), rel=1e-6), 1]


def samples(text: str, probe: Samples, *changes: str) -> SamplesFrame:
    frame: SamplesFrame = seen(view(text, *changes), probe)
    return frame


def test_samples_are_told_in_their_own_units() -> None:
    at = view(DIABETES)
    frame = seen(at, Samples(part="val", samples=(3, 0)))
    raw = diabetes()
    indices = at.split.val_indices[[3, 0]]
    assert unpack(frame.x) == pytest.approx(raw.x[indices], rel=1e-5)
    assert unpack(frame.y) == pytest.approx(raw.y[indices], rel=1e-5)
    assert unpack(frame.samples).tolist() == [3, 0]
    assert frame.input_names == raw.input_names
    assert (frame.class_counts, frame.sampled, frame.points) == (None, "", None)


def test_points_of_features_are_where_they_lie_in_the_plane() -> None:
    frame = samples(MOONS, Samples(), "data=spiral(n=40, features=('x1^2', 'sin(x1)'))",
                    "network=['Linear(2, 1)']")  # fmt: skip
    points = unpack(frame.points)
    assert unpack(frame.x)[:, 0] == pytest.approx(points[:, 0] ** 2, rel=1e-5)
    assert unpack(frame.class_counts).tolist() == [20, 20]
    assert frame.sample_name == "point"


def test_many_samples_are_spread_over_the_part() -> None:
    frame = samples(PICTURES, Samples(most=64 * 5))
    assert frame.x.shape == (5, 1, 8, 8)
    assert frame.sampled == f"5 of {frame.count:,} samples"
    assert unpack(frame.samples).tolist() == [i * frame.count // 5 for i in range(5)]
    assert unpack(frame.class_counts).sum() == frame.count
