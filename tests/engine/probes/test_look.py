from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise

import pytest
import torch

from tests.engine.probes.support import PICTURES, TOKENS, parameters, seen, unpack, view
from tests.spec.support import refusal
from tests.support import MOONS, RANDOM, same_bits
from tui_nn.engine.probes.look import look
from tui_nn.engine.probes.view import View, spread
from tui_nn.engine.state import take, tensors_in
from tui_nn.engine.trainer import Trainer
from tui_nn.spec.protocol import Phase, decode_told, encode
from tui_nn.spec.protocol.frames import (
    Activations,
    Confusion,
    Curves,
    Device,
    Given,
    Layers,
    Map,
    Metrics,
    Predictions,
    Probes,
    Responses,
    Samples,
    TrainingStep,
    Weights,
)

EVERYWHERE: tuple[Probes, ...] = (
    Curves(),
    TrainingStep(),
    Device(),
    Metrics(),
    Layers(focus="0"),
    Samples(),
    Responses(layer="0"),
    Weights(tensor="0.weight"),
    Activations(sample=1),
    Predictions(),
    Confusion(),
)
RUNS: dict[str, tuple[str, tuple[Probes, ...]]] = {
    "dropout and batch norm": (
        RANDOM,
        (*EVERYWHERE, Layers(focus="4.0"), Given(inputs=(0.5,) * 64)),
    ),
    "pictures": (PICTURES, (*EVERYWHERE, Responses(layer="4.0", part="val"))),
    "a plane": (
        MOONS,
        (*EVERYWHERE, Map(), Map(layer="1"), Map(discrete=True), Given(inputs=(0.5, -1.0))),
    ),
    "sparse gradients": (TOKENS, EVERYWHERE),
}
every_run = pytest.mark.parametrize(("text", "probes"), RUNS.values(), ids=RUNS)


def look_at_all(at: View, probes: tuple[Probes, ...]) -> None:
    for probe in probes:
        frame = look(at, probe)
        assert decode_told(encode(frame)) == frame


def same_state(one: Trainer, other: Trainer) -> bool:
    """Weights, buffers, gradients, generators, optimizer and schedule state, place in the data."""
    states = (list(tensors_in(take(trainer).optimizers)) for trainer in (one, other))
    pairs = zip(*states, strict=True)
    gradients = zip(one.network.parameters(), other.network.parameters(), strict=True)
    return (
        same_bits(one, other)
        and all(torch.equal(a, b) for a, b in pairs)
        and all(_same_gradient(a.grad, b.grad) for a, b in gradients)
        and torch.equal(one.batches.place().generator, other.batches.place().generator)
        and one.lr == other.lr
    )


def _same_gradient(a: torch.Tensor | None, b: torch.Tensor | None) -> bool:
    if a is None or b is None:
        return a is b
    if a.is_sparse:
        return a.is_coalesced() == b.is_coalesced() and torch.equal(a._values(), b._values())
    return torch.equal(a, b)


@every_run
def test_looking_between_steps_changes_no_bit(text: str, probes: tuple[Probes, ...]) -> None:
    watched, alone = view(text, "train.val=0.2"), view(text, "train.val=0.2")
    torch.manual_seed(5)
    for _ in range(6):
        alone.trainer.train_straight(1)
    generator = torch.get_rng_state()
    torch.manual_seed(5)
    for _ in range(6):
        before = parameters(watched.trainer)
        watched.trainer.train_straight(1)
        look_at_all(replace(watched, before=before), probes)
    assert same_state(watched.trainer, alone.trainer)
    assert torch.equal(torch.get_rng_state(), generator)


@every_run
def test_looking_between_the_phases_of_a_step_changes_no_bit(
    text: str, probes: tuple[Probes, ...]
) -> None:
    watched, alone = view(text, "train.val=0.2"), view(text, "train.val=0.2")
    phases: list[Phase] = []

    def gate(phase: Phase, loss: torch.Tensor) -> None:
        phases.append(phase)
        look_at_all(replace(watched, phase=phase, loss=float(loss.detach())), probes)

    torch.manual_seed(5)
    for _ in range(3):
        alone.trainer.train_step(lambda phase, loss: None)
    torch.manual_seed(5)
    for _ in range(3):
        watched.trainer.train_step(gate)
    assert phases == [Phase.FORWARD, Phase.GRADIENT, Phase.UPDATE] * 3
    assert same_state(watched.trainer, alone.trainer)


@every_run
def test_looking_leaves_no_hook_and_no_mode(text: str, probes: tuple[Probes, ...]) -> None:
    at = view(text, "train.val=0.2", steps=1)
    look_at_all(at, probes)
    for module in at.network.modules():
        assert module.training
        assert not module._forward_hooks


def test_a_frame_tells_its_moment_and_its_cost() -> None:
    at = replace(view(MOONS, steps=3), branch=2, phase=Phase.UPDATE)
    frame = seen(at, Metrics())
    assert (frame.branch, frame.step, frame.phase) == (2, 3, Phase.UPDATE)
    assert frame.cost_s > 0


@pytest.mark.parametrize("steps", [0, 2])
def test_every_probe_answers_before_and_after_the_first_step(steps: int) -> None:
    look_at_all(view(MOONS, steps=steps), RUNS["a plane"][1])


def test_a_network_of_nan_is_shown_as_it_is() -> None:
    at = view(PICTURES, steps=1)
    with torch.no_grad():
        for parameter in at.network.parameters():
            parameter.fill_(torch.nan)
    look_at_all(replace(at, loss=float("nan")), RUNS["pictures"][1])
    row = seen(at, Layers(focus="0")).layers[0]
    assert (row.weight, row.nonfinite["weight"]) == (None, "nan")
    assert row.weight_histogram is None
    assert seen(at, Activations()).nonfinite == {"loss": "nan"}


REFUSED: dict[str, tuple[Probes, str]] = {
    "a layer that is none": (Responses(layer="9"), "there is no layer '9': layers: 0, 1, 2, 3, 4"),
    "a layer's near name": (Map(layer="4.O"), "there is no layer '4.O'"),
    "a focus that is none": (Layers(focus="relu"), "there is no layer 'relu'"),
    "a tensor that is none": (Weights(tensor="0.wait"), "did you mean 0.weight"),
    "a sample behind the last": (Activations(sample=50), "no sample 50: samples: 0 to 49"),
    "samples behind the last": (Samples(samples=(0, 99)), "no sample 99: samples: 0 to 49"),
    "a part that is none": (Activations(part="val"), "there is no validation part"),
    "a layer, discrete": (Map(layer="0", discrete=True), "only outputs for classes"),
    "a range turned round": (Map(x_range=(1.0, -1.0)), "1.0 to -1.0 is no range"),
    "a range without an end": (Map(y_range=(0.0, float("inf"))), "0.0 to inf is no range"),
}


@pytest.mark.parametrize(("probe", "words"), REFUSED.values(), ids=REFUSED)
def test_a_probe_that_does_not_apply_is_refused_in_words(probe: Probes, words: str) -> None:
    at = view(MOONS)
    assert words in refusal(lambda: look(at, probe))


@pytest.mark.parametrize(("total", "count"), [(10, 3), (7, 7), (5, 9), (60_000, 2_000), (3, 0)])
def test_a_share_of_the_samples_is_spread_over_all(total: int, count: int) -> None:
    found = spread(total, count).tolist()
    assert len(found) == len(set(found)) == min(count, total)
    gaps = [b - a for a, b in pairwise(found)]
    assert not gaps or max(gaps) - min(gaps) <= 1


ALONE: list[Callable[[], Probes]] = [Predictions, Confusion]


@pytest.mark.parametrize("probe", ALONE)
def test_without_a_validation_part_the_training_part_is_looked_at(
    probe: Callable[[], Probes],
) -> None:
    assert seen(view(MOONS), probe()).part == "train"
    assert seen(view(MOONS, "train.val=0.2"), probe()).part == "val"


def test_the_latest_batch_is_named_where_it_is_known() -> None:
    at = view(MOONS, steps=1)
    assert seen(at, Curves()).batch is None
    frame = seen(replace(at, batch=torch.arange(100, 0, -1)), Curves())
    assert unpack(frame.batch).tolist() == list(range(100, 36, -1))


def test_the_processor_is_named_with_its_threads() -> None:
    frame = seen(view(MOONS), Device())
    assert (frame.device, frame.name, frame.threads, frame.memory_bytes) == ("cpu", "", 1, None)


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA device")
@every_run
def test_every_probe_looks_at_a_gpu_too(text: str, probes: tuple[Probes, ...]) -> None:
    at = view(text, "train.val=0.2", steps=2, device=torch.device("cuda"))
    look_at_all(at, (*probes, Device()))
    alone = view(text, "train.val=0.2", steps=2, device=torch.device("cuda"))
    assert same_state(at.trainer, alone.trainer)
    assert seen(at, Device()).memory_bytes > 0
