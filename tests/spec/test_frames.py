"""Every probe, frame, command and message goes through JSON and comes back, to the bit."""

import json
import math
from typing import get_args

import numpy as np
import pytest

from tests.spec.support import refusal
from tui_nn.spec.protocol import Array, Phase, decode_command, decode_told, encode, split_nonfinite
from tui_nn.spec.protocol.commands import (
    Back,
    Change,
    Commands,
    Drive,
    GoTo,
    Inspect,
    ListFolder,
    Load,
    Pause,
    Preview,
    Reset,
    Run,
    Save,
    Seen,
    Step,
    Stop,
    Unwatch,
    Watch,
)
from tui_nn.spec.protocol.disk import Contents, FileColumn, Finds, FolderEntry, Listing
from tui_nn.spec.protocol.frames import (
    Activation,
    Activations,
    ActivationsFrame,
    AnyFrame,
    Confusion,
    ConfusionFrame,
    Curves,
    CurvesFrame,
    Device,
    DeviceFrame,
    Given,
    GivenFrame,
    LayerPass,
    LayerPassFrame,
    Layers,
    LayersFrame,
    LayerStatistics,
    Map,
    MapFrame,
    Metrics,
    MetricsFrame,
    NextSteps,
    NextStepsFrame,
    Number,
    NumberFrame,
    Predictions,
    PredictionsFrame,
    Probes,
    Responses,
    ResponsesFrame,
    Samples,
    SamplesFrame,
    TrainingStep,
    TrainingStepFrame,
    Weights,
    WeightsFrame,
    WeightUpdate,
    WeightUpdateFrame,
)
from tui_nn.spec.protocol.inside import Factor, Line, NextStep, Place, RuleTerm
from tui_nn.spec.protocol.messages import Answer, Hello, Messages, Present, Problem

HARD = [math.nan, math.inf, -math.inf, -0.0, 0.0, 0.1]
SMALL = Array.of(np.array([HARD], np.float32))
WIDE = Array.of(np.array(HARD, np.float64))
WHOLE = Array.of(np.array([[-(2**63), 2**63 - 1, 0]], np.int64))
NONE = Array.of(np.zeros((0, 3), np.int64))
NUMBERS, WORDS = split_nonfinite({"loss": math.nan, "mae": math.inf, "rmse": -math.inf, "r2": -0.0})

PROBES: tuple[Probes, ...] = (
    Curves(),
    TrainingStep(),
    Device(),
    Metrics(),
    Layers(),
    Layers(focus="3.0", bins=5),
    Samples(),
    Samples(part="val", samples=(3, 0), most=1),
    Map(),
    Map(width=1, height=400, layer="2", discrete=True, x_range=(-0.0, 1e300), y_range=(0.1, 0.2)),
    Responses(layer="0"),
    Responses(layer="3.0", top=1, part="val"),
    Weights(tensor="0.weight"),
    Activations(),
    Activations(sample=3, part="val", most=1),
    Given(inputs=()),
    Given(inputs=(-0.0, 0.1, 1e300)),
    Predictions(),
    Predictions(part="train", most=1, worst=0, layer="0"),
    Confusion(),
    LayerPass(),
    LayerPass(layer="3.0", sample=0, most=1),
    NextSteps(place=Place(of="parameter", name="0.bias", index=(1,))),
    NextSteps(place=Place(of="parameter", name="0.weight", index=(1, 0)), scale=1000.0, fed=0),
    Number(place=Place(of="loss")),
    Number(
        place=Place(of="input", name="3.0", index=(0, 1), sample=2, gradient=True),
        part="val",
        most=1,
        start=5,
        order="largest",
    ),
    WeightUpdate(tensor="0.bias", index=(0,)),
)
LINES = (
    Line(
        name="", formula="", operation="formula", factors=(), terms=NONE, numbers=NONE, count=0,
        total=None, nonfinite={"total": "nan"},
    ),
    Line(
        name="sum", formula="w·a", operation="sum", terms=WIDE, numbers=WHOLE, count=9,
        factors=(
            Factor(name="w", values=WIDE),
            Factor(
                name="a", values=WIDE, place=Place(of="output", name="2"), index=WHOLE,
                samples=WHOLE, line=0,
            ),
        ),
        layout=(3, 3), divisor=0.5, total=-0.0, held=5e-324, ulp=0.0, agrees=False,
    ),
)  # fmt: skip
STATISTICS = (
    LayerStatistics(name="1", call="ReLU()"),
    LayerStatistics(name="2", call="Linear(2, 2)", frozen=True, weight=0.1),
    LayerStatistics(
        name="3.0",
        call="Linear(2, 1)",
        gradient=None,
        weight=-0.0,
        update=5e-324,
        ratio=1.7976931348623157e308,
        zero_gradient=0.0,
        dead=1.0,
        zero=0.5,
        saturated=0.1,
        dead_units=(0, 5),
        gradient_histogram=WHOLE,
        weight_histogram=NONE,
        output_histogram=WHOLE,
        ranges={"weight": (-0.0, 0.1)},
        nonfinite={"gradient": "nan"},
    ),
)
FRAMES: tuple[AnyFrame, ...] = (
    CurvesFrame(loss=None, lr=0.0, gradient=None),
    CurvesFrame(
        watch=3, number=7, branch=2, step=9, phase=Phase.GRADIENT, sampled="2 of 3 samples",
        cost_s=1e-9, loss=-0.0, lr=0.1, gradient=None, nonfinite={"gradient": "inf"},
    ),
    CurvesFrame(loss=0.1, lr=0.0, gradient=0.1, batch=WHOLE),
    TrainingStepFrame(loss=None, lr=-0.0),
    TrainingStepFrame(
        loss=None, lr=0.1, count=100, batch=WHOLE, inputs=SMALL, targets=WIDE,
        outputs={"0": SMALL, "1": NONE}, before={"0.weight": SMALL}, gradient={"0.weight": SMALL},
        after={"0.weight": WIDE}, nonfinite={"loss": "nan"},
    ),
    DeviceFrame(device="cpu", name="", threads=1),
    DeviceFrame(
        device="cuda", name="NVIDIA H100", threads=1, memory_bytes=2**40, memory_used_bytes=1,
        memory_own_bytes=0, use=100, temperature_c=40,
    ),
    MetricsFrame(train=NUMBERS, val=None),
    MetricsFrame(train=NUMBERS, val=NUMBERS, right={"train": 3}, nonfinite=WORDS),
    LayersFrame(layers=()),
    LayersFrame(layers=STATISTICS),
    SamplesFrame(
        part="val", count=9, samples=WHOLE, x=SMALL, points=None, y=SMALL, input_names=(),
        class_names=(), target_names=(), sample_name="picture", class_counts=None,
    ),
    SamplesFrame(
        part="train", count=9, samples=WHOLE, x=WHOLE, points=SMALL, y=WHOLE,
        input_names=("Größe", "\N{SNOWMAN}\x1b"), class_names=("no", "yes"), target_names=("y",),
        sample_name="row", class_counts=WHOLE,
    ),
    MapFrame(values=SMALL, units=("yes",), axes=("x",), x_range=(-0.0, 0.1), y_range=None),
    MapFrame(
        values=SMALL, units=("0", "1"), axes=("x1", "x2"), x_range=(0.0, 1.0), y_range=(-1.0, 1.0)
    ),
    ResponsesFrame(samples=WHOLE, values=SMALL, places=None),
    ResponsesFrame(samples=NONE, values=SMALL, places=WHOLE, field=((3, 1, -1), (3, 1, -1))),
    WeightsFrame(
        tensor="0.weight", shape=(2, 3), value=WIDE, gradient=None, before=None, state={},
        optimizer="SGD", lr=-0.0,
    ),
    WeightsFrame(
        tensor="0.weight", shape=(2, 3), value=SMALL, gradient=SMALL, before=SMALL,
        state={"step": Array.of(np.asarray(3.0, np.float32)), "exp_avg": SMALL},
        optimizer="Adam", lr=0.1,
    ),
    WeightsFrame(
        tensor="0.weight", shape=(2, 3), value=SMALL, gradient=None, before=None, state={},
        optimizer="", lr=None,
    ),
    ActivationsFrame(
        sample=0, input=SMALL, input_shape=(6,), layers=(), target=WHOLE, answer="", truth="",
        probabilities=None, loss=None, nonfinite={"loss": "nan"},
    ),
    ActivationsFrame(
        sample=0, input=WHOLE, input_shape=(1, 3),
        layers=(Activation(name="0", call="Tanh()", shape=(1, 6), value=SMALL),),
        target=SMALL, answer="yes", truth="no", probabilities=SMALL, loss=-0.0,
    ),
    GivenFrame(output=SMALL, answer="0.5, nan", probabilities=None),
    GivenFrame(output=SMALL, answer="7", probabilities=SMALL),
    PredictionsFrame(
        part="val", samples=WHOLE, answers=WHOLE, truths=WHOLE, losses=SMALL, outputs=SMALL,
        worst=NONE, worst_losses=SMALL, worst_answers=NONE, worst_truths=NONE,
    ),
    ConfusionFrame(part="train", counts=WHOLE, classes=("no", "yes")),
    LayerPassFrame(
        layer="0", call="Flatten()", source="", sample=None, count=1, look=1, input=None,
        output=SMALL, input_shape=(6,), output_shape=(6,),
    ),
    LayerPassFrame(
        layer="3.0", call="Linear(6, 6)", source="2", sample=0, count=9, look=2, input=SMALL,
        output=SMALL, input_shape=(1, 6), output_shape=(1, 6), arrives=SMALL, passes=SMALL,
        parameters={"3.0.weight": SMALL}, leaves={"3.0.weight": SMALL},
    ),
    NumberFrame(
        place=Place(of="target", sample=1), value=None, dtype="float64", lines=(), count=1,
        nonfinite={"value": "inf"},
    ),
    NumberFrame(
        place=Place(of="output", name="3.0", index=(0, 1), sample=2, gradient=True), value=-0.0,
        dtype="float32", lines=LINES, count=9,
    ),
    NextStepsFrame(
        place=Place(of="parameter", name="3.0.bias", index=(1,)), parameters=("3.0.bias",),
        value=-0.0, gradient=None, gradient_length=None, scale=10.0, nonfinite={"gradient": "nan"},
        steps=(
            NextStep(
                optimizer="Adam", lr=5e-324, lr_of="experiment", own=True, change=-0.0, length=0.0,
                change_unscaled=0.5, length_unscaled=0.5, left_out=("3.0.weight",),
            ),
            NextStep(optimizer="SGD", lr=1e-3, lr_of="torch", fed=20, nonfinite={"change": "inf"}),
            NextStep(optimizer="Muon", lr=None, lr_of="torch", reason="takes 2-D weights alone"),
        ),
    ),
    WeightUpdateFrame(
        tensor="0.weight", index=(0, 2), optimizer="SGD", terms=(), before=None, after=-0.0,
        ulp=None, agrees=False, nonfinite={"before": "nan"},
    ),
    WeightUpdateFrame(
        tensor="0.bias", index=(), optimizer="Adam", before=0.1, after=5e-324, ulp=0.5, agrees=True,
        terms=(
            RuleTerm(name="m", words="", symbolic="m ← g", numbers="m ← ∞", value=None,
                     kept="exp_avg", nonfinite={"value": "inf"}),
        ),
    ),
)  # fmt: skip
FINDS: tuple[Finds, ...] = (
    Listing(path="/", parent="", entries=()),
    Listing(
        path="/a", parent="/", left_out=3,
        entries=(
            FolderEntry(name="\N{SNOWMAN}", is_folder=True, opens="run"),
            FolderEntry(name="b.csv", size=2**40, opens="data"),
        ),
    ),
    Contents(path="x.toml", opens="experiment", reader="experiment", experiment={"train": {}}),
    Contents(
        path="a.csv", opens="data", reader="csv", call="csv('a.csv')", sampled="the first 2 MB",
        samples=9, input_shape=(3,), target=("y",), classes=("no", "yes"), class_counts=(4, 5),
        values=(2, 3), columns_left_out=1, rows=(("1", ""), ()), pictures=SMALL, labels=("no",),
        notices=("left out: id",), problem="has one column", hint="add one",
        columns=(
            FileColumn(name="a", kind="numbers", missing=1, low=-0.0, high=5e-324),
            FileColumn(name="b", kind="texts", different=2, texts=("x", "y"), shape=(9, 8)),
        ),
    ),
)  # fmt: skip
PRESENT = Present(state="ready")
MESSAGES: tuple[Messages, ...] = (
    Hello(nn_tui="0.1.0", pid=1),
    Hello(nn_tui="0.1.0", pid=2**31, drives=False),
    PRESENT,
    Present(
        state="diverged", branch=1, step=2, epoch=3, phase=Phase.UPDATE, look=4, head=5, lr=-0.0,
        run="runs/\N{SNOWMAN}", words="Diverged.",
    ),
    Answer(id=0, present=PRESENT),
    Answer(id=2**53, present=PRESENT, frame=FRAMES[1]),
    *(Answer(id=1, present=PRESENT, found=found) for found in FINDS),
    Problem(message=""),
    Problem(id=3, message="is missing", where="x.toml: data", hint="write one"),
)  # fmt: skip
COMMANDS: tuple[Commands, ...] = (
    Load(experiment="and-gate"),
    Load(id=1, experiment="x", text="data = 1\n", changes=("a=b",), target=("y",), runs=None),
    Run(),
    Run(pace=0.5),
    Pause(),
    Step(),
    Step(by="phase", count=3),
    Back(by="epoch"),
    GoTo(step=0),
    GoTo(step=5, branch=2),
    Reset(),
    Reset(seed=0),
    Change(changes=("optimizer=SGD(lr=0.1)",)),
    Watch(watch=1, probe=Curves()),
    Watch(watch=0, probe=PROBES[7], rate=0.5),
    Unwatch(watch=1),
    Seen(watch=1, number=2),
    *(Inspect(id=index, probe=probe) for index, probe in enumerate(PROBES)),
    ListFolder(),
    ListFolder(path="\N{SNOWMAN}"),
    Preview(path="a.csv"),
    Preview(path="a.csv", target=("y",), limit=500),
    Save(),
    Drive(),
    Stop(),
)
TOLD = (*FRAMES, *MESSAGES)


@pytest.mark.parametrize("line", TOLD, ids=lambda line: type(line).__name__)
def test_what_an_engine_tells_reads_back_the_same(line: AnyFrame | Messages) -> None:
    again = decode_told(encode(line))
    assert again == line
    assert repr(again) == repr(line)  # −0.0 equals 0.0


@pytest.mark.parametrize("line", COMMANDS, ids=lambda line: type(line).__name__)
def test_a_command_reads_back_the_same(line: Commands) -> None:
    again = decode_command(encode(line))
    assert again == line
    assert repr(again) == repr(line)


@pytest.mark.parametrize("line", [*TOLD, *COMMANDS], ids=lambda line: type(line).__name__)
def test_every_line_is_strict_json(line: AnyFrame | Messages | Commands) -> None:
    text = encode(line)
    assert b"\n" not in text
    json.loads(text, parse_constant=lambda word: pytest.fail(f"{word} is no JSON"))


@pytest.mark.parametrize(
    ("lines", "kinds"),
    [
        (PROBES, Probes),
        (FRAMES, AnyFrame),
        (MESSAGES, Messages),
        (COMMANDS, Commands),
        (FINDS, Finds),
    ],
    ids=["probes", "frames", "messages", "commands", "finds"],
)
def test_every_kind_is_tried(lines: tuple[object, ...], kinds: object) -> None:
    assert {type(line) for line in lines} == set(get_args(kinds))


def test_every_probe_has_its_frame() -> None:
    probes = {kind.__name__ for kind in get_args(Probes)}
    assert {kind.__name__ for kind in get_args(AnyFrame)} == {f"{name}Frame" for name in probes}


def test_the_place_of_a_term_is_that_of_its_factor() -> None:
    index = Array.of(np.array([[0, 1], [2, -1]]))
    samples = Array.of(np.array([4, 5]))
    inputs = Place(of="output", name="2")
    everywhere = Factor(name="a", values=WIDE, place=inputs, index=index, samples=samples)
    assert everywhere.place_of(0) == Place(of="output", name="2", index=(0, 1), sample=4)
    assert everywhere.place_of(1) is None  # padding stands nowhere
    assert Factor(name="t", values=WIDE, place=Place(of="target", sample=3)).place_of(0) == Place(
        of="target", sample=3
    )
    assert Factor(name="eps", values=WIDE).place_of(0) is None


@pytest.mark.parametrize(
    ("probe", "words"),
    [
        ({"probe": "number", "place": {"of": "weight"}}, "Invalid enum value 'weight'"),
        ({"probe": "number", "place": {"of": "loss"}, "start": -1}, "Expected `int` >= 0"),
        ({"probe": "layerpass", "sample": -1}, "Expected `int` >= 0"),
        ({"probe": "map", "width": 0}, "Expected `int` >= 1 - at `$.probe.width`"),
        ({"probe": "map", "height": 401}, "Expected `int` <= 400"),
        ({"probe": "map", "x_range": [1]}, "Expected `array` of length 2"),
        ({"probe": "layers", "bins": 0}, "Expected `int` >= 1"),
        ({"probe": "activations", "sample": -1}, "Expected `int` >= 0"),
        ({"probe": "samples", "samples": [-1]}, "Expected `int` >= 0"),
        ({"probe": "predictions", "worst": -1}, "Expected `int` >= 0"),
        ({"probe": "predictions", "part": "test"}, "Invalid enum value 'test'"),
        ({"probe": "weights"}, "missing required field `tensor`"),
        ({"probe": "aura"}, "Invalid value 'aura'"),
    ],
    ids=str,
)
def test_a_probe_that_makes_no_sense_is_refused(probe: dict[str, object], words: str) -> None:
    line = json.dumps({"do": "inspect", "id": 1, "probe": probe}).encode()
    assert words in refusal(lambda: decode_command(line))


def test_a_watch_needs_a_rate() -> None:
    line = encode(Watch(watch=1, probe=Curves(), rate=1.0)).replace(b"1.0", b"0.0")
    assert "Expected `float` > 0" in refusal(lambda: decode_command(line))


@pytest.mark.parametrize("limit", [0, 501])
def test_a_preview_is_of_a_few_rows(limit: int) -> None:
    line = json.dumps({"do": "preview", "id": 1, "path": "a.csv", "limit": limit}).encode()
    assert "Expected `int`" in refusal(lambda: decode_command(line))
