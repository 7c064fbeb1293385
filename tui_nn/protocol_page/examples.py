"""A plausible line of each kind, for the protocol's page."""

from typing import Any

import numpy as np

from tui_nn.spec.protocol import commands, disk, frames, inside, messages, records
from tui_nn.spec.protocol.arrays import Array
from tui_nn.spec.protocol.commands import Commands
from tui_nn.spec.protocol.flow import Phase
from tui_nn.spec.protocol.frames import AnyFrame, Probes
from tui_nn.spec.protocol.lines import Told


def _floats(values: Any) -> Array:
    return Array.of(np.array(values, np.float32))


def _ints(values: Any) -> Array:
    return Array.of(np.array(values, np.int64))


COMMANDS: tuple[Commands, ...] = (
    commands.Load(id=1, experiment="xor-mlp", changes=("train.epochs=50",)),
    commands.Run(id=2),
    commands.Pause(id=3),
    commands.Step(id=4, by="epoch", count=2),
    commands.Back(id=5, by="phase"),
    commands.GoTo(id=6, step=120),
    commands.Reset(id=7, seed=1),
    commands.Change(id=8, changes=("optimizer=SGD(lr=0.03)",)),
    commands.Watch(id=9, watch=1, probe=frames.Curves()),
    commands.Unwatch(id=10, watch=1),
    commands.Seen(watch=1, number=17),
    commands.Inspect(id=11, probe=frames.Weights(tensor="0.weight")),
    commands.ListFolder(id=12, path="data"),
    commands.Preview(id=13, path="data/iris.csv", target=("species",), limit=2),
    commands.Save(id=14),
    commands.Drive(id=15),
    commands.Stop(id=16),
)

PROBES: tuple[Probes, ...] = (
    frames.Curves(),
    frames.TrainingStep(),
    frames.Device(),
    frames.Metrics(),
    frames.Layers(),
    frames.Samples(samples=(0, 3)),
    frames.Map(width=60, height=30),
    frames.Given(inputs=(0.5, 1.0)),
    frames.Responses(layer="0", top=9),
    frames.Weights(tensor="0.weight"),
    frames.Activations(sample=3, part="val"),
    frames.Predictions(worst=12),
    frames.Confusion(),
    frames.LayerPass(layer="2", sample=3),
    frames.Number(place=inside.Place(of="parameter", name="0.weight", index=(1, 0), gradient=True)),
    frames.WeightUpdate(tensor="0.weight", index=(1, 0)),
)

_WHERE: dict[str, Any] = {
    "watch": 1, "number": 17, "step": 120, "phase": Phase.UPDATE, "cost_s": 0.0004,
}  # fmt: skip

_FACTORS = (
    inside.Factor(
        name="w", values=Array.of(np.array([0.5, -1.0])), index=_ints([[0, 0], [0, 1]]),
        place=inside.Place(of="parameter", name="0.weight"),
    ),
    inside.Factor(
        name="x", values=Array.of(np.array([1.0, 1.0])), index=_ints([[0], [1]]),
        place=inside.Place(of="input", sample=3),
    ),
)  # fmt: skip
_LINE = inside.Line(
    name="sum", formula="w·x", operation="sum", factors=_FACTORS,
    terms=Array.of(np.array([0.5, -1.0])), numbers=_ints([0, 1]), count=2, total=-0.5, held=-0.5,
    ulp=0.0, agrees=True,
)  # fmt: skip

_TERM = inside.RuleTerm(
    name="step", words="what is taken from the weight", symbolic="step ← lr·g",
    numbers="step ← 0.1·(−0.5)", value=-0.05,
)  # fmt: skip

FRAMES: tuple[AnyFrame, ...] = (
    frames.CurvesFrame(loss=0.25, lr=0.01, gradient=0.5, **_WHERE),
    frames.TrainingStepFrame(
        loss=0.5, lr=1.0, count=1, batch=_ints([3]), inputs=_floats([[1, 1]]),
        targets=_floats([[1]]), outputs={"0": _floats([[0]])}, before={"0.bias": _floats([0])},
        gradient={"0.bias": _floats([-1])}, after={"0.bias": _floats([1])}, **_WHERE,
    ),
    frames.DeviceFrame(device="cpu", name="", threads=2, **_WHERE),
    frames.MetricsFrame(train={"loss": 0.25, "accuracy": 0.75}, val=None, right={"train": 3},
                        **_WHERE),
    frames.LayersFrame(
        layers=(
            frames.LayerStatistics(
                name="0", call="Linear(2, 2)", gradient=0.5, weight=1.5, update=0.003, ratio=0.002,
                zero_gradient=0.0, weight_histogram=_ints([1, 3]), ranges={"weight": (-1.0, 1.0)},
            ),
        ),
        **_WHERE,
    ),
    frames.SamplesFrame(
        part="train", count=4, samples=_ints([0, 3]), x=_floats([[0, 0], [1, 1]]),
        points=_floats([[0, 0], [1, 1]]), y=_ints([0, 0]), input_names=("a", "b"),
        class_names=("0", "1"), target_names=("a XOR b",), sample_name="row",
        class_counts=_ints([2, 2]), in_data=_ints([0, 3]), **_WHERE,
    ),
    frames.MapFrame(values=_floats([[[0.1, 0.9], [0.8, 0.2]]]), units=("1",), axes=("a", "b"),
                    x_range=(-0.5, 1.5), y_range=(-0.5, 1.5), **_WHERE),
    frames.ResponsesFrame(samples=_ints([[3], [0]]), values=_floats([[0.9], [0.7]]), places=None,
                          **_WHERE),
    frames.WeightsFrame(tensor="0.bias", shape=(2,), value=_floats([0.5, -0.5]),
                        gradient=_floats([0.1, 0.0]), before=_floats([0.51, -0.5]),
                        state={"exp_avg": _floats([0.01, 0.0])}, optimizer="Adam", lr=0.01,
                        **_WHERE),
    frames.ActivationsFrame(
        sample=3, input=_floats([1, 1]), input_shape=(2,),
        layers=(
            frames.Activation(name="0", call="Linear(2, 1)", shape=(1,), value=_floats([0.5])),
        ),
        target=_floats([0]), answer="1", truth="0", probabilities=None, loss=0.97, **_WHERE,
    ),
    frames.GivenFrame(output=_floats([0.62]), answer="1", probabilities=None, **_WHERE),
    frames.PredictionsFrame(
        part="train", samples=_ints([0, 3]), answers=_ints([0, 1]), truths=_ints([0, 0]),
        losses=_floats([0.02, 0.97]), outputs=_floats([[0.02], [0.62]]), worst=_ints([3]),
        worst_losses=_floats([0.97]), worst_answers=_ints([1]), worst_truths=_ints([0]), **_WHERE,
    ),
    frames.ConfusionFrame(part="train", counts=_ints([[2, 0], [1, 1]]), classes=("0", "1"),
                          **_WHERE),
    frames.LayerPassFrame(
        layer="0", call="Linear(2, 1)", source="", sample=3, count=4, look=1,
        input=_floats([1, 1]), output=_floats([-0.5]), input_shape=(2,), output_shape=(1,),
        arrives=_floats([-0.16]), passes=_floats([-0.08, 0.16]),
        parameters={"0.weight": _floats([[0.5, -1.0]])},
        leaves={"0.weight": _floats([[0.1, -0.2]])}, **_WHERE,
    ),
    frames.NumberFrame(
        place=inside.Place(of="output", name="0", index=(0,), sample=3), value=-0.5,
        dtype="float32", lines=(_LINE,), count=4, **_WHERE,
    ),
    frames.WeightUpdateFrame(
        tensor="0.weight", index=(1, 0), optimizer="SGD", terms=(_TERM,), before=0.5, after=0.55,
        ulp=0.0, agrees=True, **_WHERE,
    ),
)  # fmt: skip

_PRESENT = messages.Present(
    state="paused", step=120, epoch=30, phase=Phase.UPDATE, head=200, lr=0.01,
    run="runs/2026-01-31-1403-22-xor-mlp",
)  # fmt: skip

MESSAGES: tuple[Told, ...] = (
    messages.Hello(nn_tui="0.1.0", pid=4711),
    _PRESENT,
    messages.Answer(id=11, present=_PRESENT, frame=FRAMES[0]),
    messages.Problem(id=8, message="there is no SDG", where="optimizer", hint="write SGD"),
)

FINDS: tuple[disk.Finds, ...] = (
    disk.Listing(
        path="/home/ada/data", parent="/home/ada",
        entries=(
            disk.FolderEntry(name="digits", is_folder=True, opens="data"),
            disk.FolderEntry(name="iris.csv", size=3_858, opens="data"),
        ),
    ),
    disk.Contents(
        path="data/iris.csv", opens="data", reader="csv",
        call="csv('data/iris.csv', target='species')", samples=150, input_shape=(1,),
        target=("species",), classes=("setosa", "versicolor"), class_counts=(50, 50),
        columns=(
            disk.FileColumn(name="petal length", kind="numbers", low=1.0, high=6.9),
            disk.FileColumn(name="species", kind="texts", different=2,
                            texts=("setosa", "versicolor")),
        ),
        rows=(("1.4", "setosa"), ("4.7", "versicolor")),
    ),
)  # fmt: skip

RECORDS: tuple[Told, ...] = (
    records.Started(
        step=0, name="xor-mlp", title="XOR, solved by a hidden layer",
        experiment={"data": "xor_gate()", "network": ["Linear(2, 1)"], "train": {"epochs": 50}},
        layers=(records.Layer("Linear(2, 1)", (1,), 3, 2),), train_count=4, val_count=0,
        baseline=records.Baseline("always 0", {"train": {"accuracy": 0.5}}), batch_size=1,
        steps_per_epoch=4, epochs=50, metric="accuracy", device="cpu", threads=1, torch="2.13.0",
    ),
    records.Stepped(step=2, elapsed_s=0.01, first=1, loss=_floats([0.7, 0.6]),
                    lr=_floats([0.1, 0.1])),
    records.Evaluated(step=4, elapsed_s=0.02, epoch=1, lr=0.1,
                      train={"loss": None, "accuracy": 0.5}, val=None,
                      nonfinite={"train.loss": "inf"}),
    records.Changed(branch=1, step=120, elapsed_s=0.5, key="optimizer", old="SGD(lr=0.1)",
                    new="SGD(lr=0.03)", phase=Phase.UPDATE, parent=0),
    records.Noticed(step=120, elapsed_s=0.5, message="the disk is full: nothing is saved any more"),
    records.Saved(step=120, elapsed_s=0.6, checkpoint="last", size=12_288),
    records.Ended(
        step=200, elapsed_s=0.9, reason="goal", epoch=50, train={"loss": 0.01, "accuracy": 1.0},
        val=None, goal=records.GoalResult(metric="accuracy", wanted=1.0, value=1.0, met=True),
        seconds=0.9, message="goal reached", train_count=4, val_count=0, right={"train": 4},
    ),
)  # fmt: skip

PARTS: tuple[Any, ...] = (
    _floats([0.5, -0.5]),
    records.Layer("Linear(2, 1)", (1,), 3, 2),
    records.Baseline("always 0", {"train": {"accuracy": 0.5}}),
    records.Built(
        layers=(records.Layer("Linear(2, 1)", (1,), 3, 2),), input_shape=(2,), tokens=None,
        classes=2, target_shape=(), train_count=4, val_count=0, test_count=0,
        baseline=records.Baseline("always 0", {"train": {"accuracy": 0.5}}), metric="accuracy",
    ),
    records.GoalResult(metric="accuracy", wanted=1.0, value=1.0, met=True),
    records.Culprit(step=12, phase=Phase.FORWARD, tensor="output of 0",
                    layer="Linear(2, 1)", operation="Linear(2, 1)", value="inf",
                    before={"largest input": "1", "largest weight": "3.1e+38"}),
    frames.LayerStatistics(name="0", call="Linear(2, 1)", gradient=0.5, weight=1.5),
    frames.Activation(name="0", call="Linear(2, 1)", shape=(1,), value=_floats([0.5])),
    inside.Place(of="output", name="2", index=(5, 3, 3), sample=0),
    _FACTORS[0],
    _LINE,
    _TERM,
    disk.FolderEntry(name="iris.csv", size=3_858, opens="data"),
    disk.FileColumn(name="petal length", kind="numbers", missing=2, low=1.0, high=6.9),
)  # fmt: skip
