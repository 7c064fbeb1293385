"""Steps looked at closely: the numbers are torch's own, and looking changes none of them."""

from collections.abc import Iterator

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from tests.engine.test_optimizers import ALONE, SHARED, SPARSE, TOKENS
from tests.support import GATE, MOONS, RANDOM, prepared, same_tensors, trainer, weights
from tui_nn.engine.closeup import CloseUp, CloseUps, Numbers, Place
from tui_nn.engine.rules import RULES
from tui_nn.engine.trainer import Trainer
from tui_nn.spec.protocol import Phase

RUNS = [(MOONS, call) for call in (*ALONE.values(), SHARED["Muon"])]
RUNS += [(TOKENS, call) for call in SPARSE.values()]
every_run = pytest.mark.parametrize(("text", "call"), RUNS, ids=[call for _, call in RUNS])


def looked_at(
    text: str, *changes: str, steps: int = 4, sample: int = 0, place: Place | None = None
) -> tuple[CloseUps, list[CloseUp]]:
    torch.set_num_threads(1)
    close_ups = CloseUps(prepared(text, *changes), steps, sample, place)
    return close_ups, list(close_ups)


def stepped(alone: Trainer, count: int) -> Iterator[tuple[dict[str, Tensor], Tensor]]:
    """The gradients and the loss of steps of a trainer that nobody looks at."""
    held: list[tuple[dict[str, Tensor], Tensor]] = []

    def gate(phase: Phase, loss: Tensor) -> None:
        if phase is Phase.GRADIENT:
            named = alone.network.named_parameters()
            held.append(({n: p.grad.clone() for n, p in named if p.grad is not None}, loss))

    for _ in range(count):
        held.clear()
        alone.train_step(gate)
        yield held[0]


def dense(tensor: Tensor) -> Numbers:
    array: Numbers = (tensor.coalesce().to_dense() if tensor.is_sparse else tensor).detach().numpy()
    return array


@pytest.mark.parametrize(
    ("text", "call"), [*RUNS, (RANDOM, "NAdam()")], ids=[*(call for _, call in RUNS), "random"]
)
def test_looking_closely_changes_no_bit_and_every_number_is_torchs(text: str, call: str) -> None:
    change, alone = f"optimizer={call}", trainer(text, f"optimizer={call}")
    torch.manual_seed(alone.plan.experiment.train.seed + 1)  # Dropout's stream
    expected = []
    before = {n: dense(p).copy() for n, p in alone.network.named_parameters()}
    for gradients, held in stepped(alone, 4):
        after = {n: dense(p).copy() for n, p in alone.network.named_parameters()}
        expected.append((before, gradients, held.item(), after))
        before = after
    close_ups, told = looked_at(text, change)
    for one, (was, gradients, loss, now) in zip(told, expected, strict=True):
        assert one.loss == loss
        for name in was:
            np.testing.assert_array_equal(one.before[name], was[name])
            np.testing.assert_array_equal(one.after[name], now[name])
            np.testing.assert_array_equal(one.passes[0].gradients[name], dense(gradients[name]))
    assert same_tensors(weights(close_ups.session.training.trainer), weights(alone))


@every_run
def test_every_optimizers_update_of_a_weight_ends_at_torchs(text: str, call: str) -> None:
    shares = prepared(text, f"optimizer={call}").plan.shares
    for name in (share[0] for share in shares):
        index = (0, 0) if name.endswith("weight") else (0,)
        _, told = looked_at(text, f"optimizer={call}", place=(name, index))
        for one in told:
            assert one.weight is not None
            assert one.weight.agrees, one
            assert one.weight.before == one.before[name][index]
            assert one.weight.after == one.after[name][index]
            last = one.weight.iterations[-1][-1] if one.weight.iterations else None
            if last is not None and last.name == "new w":
                assert last.value == pytest.approx(one.weight.after, rel=1e-6, abs=1e-9)


def test_all_rules_are_looked_at() -> None:
    calls = " ".join(call for _, call in RUNS)
    assert [name for name in (*RULES, "LBFGS") if f"{name}(" not in calls] == []


def test_what_layers_give_and_get_back_is_autograds() -> None:
    close_ups, [one] = looked_at(MOONS, steps=1, sample=3)
    alone = trainer(MOONS)
    x, y = alone.batches.next()
    np.testing.assert_array_equal(one.passes[0].x, x[3])
    np.testing.assert_array_equal(one.passes[0].target, y[3])
    latest = alone.batches.latest()
    assert latest is not None
    assert one.row == latest[3]
    outputs, output = [], x
    for module in alone.network:
        output = module(output)
        output.retain_grad()
        outputs.append(output)
    alone.loss(output, y).backward()
    layers = one.passes[0].layers
    assert [layer.name for layer in layers] == [
        "0 Linear", "1 Tanh", "2 Linear", "3 Tanh", "4 Linear"
    ]  # fmt: skip
    for layer, given in zip(layers, outputs, strict=True):
        assert given.grad is not None
        np.testing.assert_array_equal(layer.output, given[3].detach())
        np.testing.assert_array_equal(layer.error, given.grad[3])
    modules: list[nn.Module] = list(close_ups.session.training.trainer.network.modules())
    modules.append(close_ups.session.training.trainer.loss)
    assert not any(module._forward_hooks or module._forward_pre_hooks for module in modules)


def test_a_frozen_parameter_has_no_gradient_and_stays() -> None:
    _, told = looked_at(MOONS, "train.freeze=[0]")
    for one in told:
        assert "0.weight" not in one.passes[0].gradients
        np.testing.assert_array_equal(one.before["0.weight"], one.after["0.weight"])
        assert one.passes[0].layers[0].error is None


def test_a_short_last_batch_shows_its_last_sample() -> None:
    _, told = looked_at(MOONS, steps=8, sample=5)
    assert [(one.samples, one.sample) for one in told[5:]] == [(8, 5), (2, 1), (8, 5)]
    assert [one.epoch for one in told[5:]] == [1, 1, 2]


def test_every_asking_of_lbfgs_is_told() -> None:
    call = "LBFGS(max_iter=3, max_eval=9, line_search_fn='strong_wolfe')"
    _, [one] = looked_at(MOONS, f"optimizer={call}", "train.batch_size=0", steps=1,
                         place=("0.weight", (0, 1)))  # fmt: skip
    assert one.weight is not None
    assert len(one.weight.iterations) == 3
    assert len(one.passes) >= 4
    alone = trainer(MOONS, "train.batch_size=0")
    x, y = alone.batches.next()
    for each in one.passes:
        state = {name: torch.tensor(value) for name, value in each.weights.items()}
        alone.network.load_state_dict(state)
        assert alone.loss(alone.network(x), y).item() == pytest.approx(each.loss, rel=1e-6)


def test_steps_end_where_training_does_and_evaluations_are_told() -> None:
    _, told = looked_at(GATE, "goal.accuracy=1.0", "goal.times=2", steps=99)
    assert len(told) == 24
    assert [one.reason for one in told[-2:]] == [None, "goal"]
    evaluated = {one.step: one.evaluated.train["accuracy"] for one in told if one.evaluated}
    assert list(evaluated) == [4, 8, 12, 16, 20, 24]
    assert evaluated[24] == 1.0


def test_a_step_that_diverges_is_told_as_torch_left_it() -> None:
    _, told = looked_at(MOONS, "optimizer=SGD(lr=1e20)", "loss=MSELoss()", steps=9,
                        place=("4.bias", (0,)))  # fmt: skip
    assert told[-1].reason == "diverged"
    assert not np.isfinite(told[-1].loss) or told[-1].loss > 1e10
