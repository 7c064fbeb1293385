"""All optimizers of torch through the engine: equal paths, snapshots, memory, sparse gradients."""

import pytest
import torch

from tests.support import MOONS, prepared, run, same_bits, trainer, weights
from tui_nn.engine.building import state_numbers
from tui_nn.engine.postmortem import find_culprit
from tui_nn.engine.state import restore, take, tensors_in
from tui_nn.engine.trainer import Trainer
from tui_nn.spec.catalog import CATALOG
from tui_nn.spec.errors import InvalidInput
from tui_nn.spec.protocol import Phase

TOKENS = """
data = "modular_addition(p=7)"
network = ["Embedding(7, 4, sparse=True)", "Flatten()", "Linear(8, 6)", "Tanh()", "Linear(6, 7)"]
loss = "CrossEntropyLoss()"
optimizer = "SGD()"
[train]
batch_size = 10
threads = 1
"""

ALONE = {
    "SGD": "SGD(lr=0.1, momentum=0.9)",
    "Adam": "Adam(lr=0.01)",
    "AdamW": "AdamW(lr=0.01)",
    "Adamax": "Adamax(lr=0.01, weight_decay=0.01)",
    "NAdam": "NAdam(lr=0.01, decoupled_weight_decay=True, weight_decay=0.01)",
    "RAdam": "RAdam(lr=0.01, betas=(0.9, 0.99))",
    "RMSprop": "RMSprop(lr=0.01, momentum=0.5, centered=True)",
    "Adagrad": "Adagrad(lr=0.1)",
    "Adadelta": "Adadelta(lr=1, rho=0.8)",
    "Adafactor": "Adafactor(lr=0.1, weight_decay=0.01)",
    "ASGD": "ASGD(lr=0.1, lambd=0.01, t0=5)",
    "Rprop": "Rprop(lr=0.01)",
    "LBFGS": "LBFGS(max_iter=4, history_size=3, line_search_fn='strong_wolfe')",
}
SHARED = {
    "Muon": '["Muon(lr=0.02)", "AdamW(lr=0.01)"]',
    "SparseAdam": '["SparseAdam(lr=0.01)", "Adam(lr=0.01)"]',
}
SPARSE = {
    "SparseAdam": SHARED["SparseAdam"],
    "Muon": '["Muon(lr=0.02)", "SparseAdam(lr=0.01, maximize=True)", "RAdam(lr=0.01)"]',
    "SGD": "SGD(lr=0.1, maximize=True)",
    "Adagrad": "Adagrad(lr=0.1, lr_decay=0.1)",
    "LBFGS": ALONE["LBFGS"],
}
RUNS = [(MOONS, call) for call in (*ALONE.values(), SHARED["Muon"])]
RUNS += [(TOKENS, call) for call in SPARSE.values()]
every_run = pytest.mark.parametrize(("text", "optimizer"), RUNS, ids=[call for _, call in RUNS])


def open_gate(phase: Phase, loss: torch.Tensor) -> None:
    """Lets every phase pass."""


def test_every_optimizer_of_the_catalog_is_tried() -> None:
    assert ALONE.keys() | SHARED.keys() == CATALOG["optimizer"].keys()


@every_run
def test_gated_and_straight_steps_give_the_same_bits(text: str, optimizer: str) -> None:
    gated, straight = (trainer(text, f"optimizer={optimizer}") for _ in range(2))
    before = [tensor.clone() for tensor in weights(straight)]
    losses, _ = straight.train_straight(15)
    assert [gated.train_step(open_gate).item() for _ in range(15)] == losses
    assert same_bits(gated, straight)
    assert not all(map(torch.equal, before, weights(straight)))


@every_run
def test_a_snapshot_brings_back_the_same_bits(text: str, optimizer: str) -> None:
    trained = trainer(text, f"optimizer={optimizer}")
    trained.train_straight(6)
    snapshot = take(trained)
    assert snapshot.is_finite
    first, _ = trained.train_straight(12)
    end = [tensor.clone() for tensor in weights(trained)]
    restore(trained, snapshot)
    assert trained.train_straight(12)[0] == first
    assert all(map(torch.equal, end, weights(trained)))


def kept(trained: Trainer) -> int:
    """How many numbers the optimizers keep, single ones aside."""
    states = [optimizer.state_dict()["state"] for optimizer in trained.optimizers]
    return sum(t.numel() for state in states for t in tensors_in(state) if t.ndim)


@every_run
def test_the_memory_of_an_optimizer_is_known_before(text: str, optimizer: str) -> None:
    trained = trainer(text, f"optimizer={optimizer}", "train.batch_size=0")
    trained.train_straight(5)
    found, expected = kept(trained), state_numbers(trained.plan)
    if "LBFGS" in optimizer:  # it fills its memory step by step
        assert 0.5 * expected < found <= expected * 1.2
    else:
        assert found == expected


@pytest.mark.parametrize("optimizer", ["SGD(lr=0.1)", "RMSprop()", "Adam(amsgrad=True)"])
@pytest.mark.parametrize(
    "schedule", ["CyclicLR(0.01, 0.1)", "SequentialLR([CyclicLR(0.01, 0.1), StepLR(9)], [9])"]
)
def test_momentum_that_only_a_schedule_brings_counts_too(optimizer: str, schedule: str) -> None:
    trained = trainer(MOONS, f"optimizer={optimizer}", f"schedule={schedule}")
    trained.train_straight(3)
    assert kept(trained) == state_numbers(trained.plan)


def test_sparse_training_is_silent_and_moves_only_the_rows_of_the_batch() -> None:
    trained = trainer(TOKENS, f"optimizer={SHARED['SparseAdam']}", "train.batch_size=1")
    table = trained.network[0].weight
    assert isinstance(table, torch.Tensor)
    before = table.detach().clone()
    x, _ = trained.batches.next()
    trained.batches.go_to(trainer(TOKENS, "train.batch_size=1").batches.place())
    trained.train_straight(1)
    moved = (table != before).any(1).nonzero().flatten().tolist()
    assert moved == sorted(set(x.flatten().tolist()))


def test_the_number_gone_wrong_is_found_with_sparse_gradients_too() -> None:
    done = run(TOKENS, "optimizer=SGD(lr=1e20)")
    assert done.ended.reason == "diverged"
    assert done.ended.culprit is not None
    trained = trainer(TOKENS, f"optimizer={SHARED['SparseAdam']}")
    good = take(trained)
    with torch.no_grad():
        trained.network[4].weight.fill_(3e38)  # type: ignore[operator]
        trained.network[4].bias.fill_(-3e38)  # type: ignore[operator]
    culprit = find_culprit(trained, take(trained), bad_step=1)
    assert culprit is not None
    restore(trained, good)
    assert find_culprit(trained, good, bad_step=2, largest=True) is not None


def test_whole_numbers_as_rates_are_taken_by_every_optimizer() -> None:
    for call in ("Adafactor(lr=1)", "ASGD(lr=1)", "NAdam(lr=1)", "Adadelta(lr=1)"):
        trained = trainer(MOONS, f"optimizer={call}", "schedule=ExponentialLR(2)")
        trained.train_straight(3)
        assert isinstance(trained.optimizers[0].param_groups[0]["lr"], float)


def test_a_plan_knows_its_memory_without_training() -> None:
    assert state_numbers(prepared(MOONS, "optimizer=Adafactor()").plan) == sum(
        # rows + columns of the weights, every bias
        (6 + 2, 6, 6 + 6, 6, 1 + 6, 1)
    )


def test_a_rate_that_only_a_later_optimizer_can_not_take_ends_the_run() -> None:
    change = 'optimizer=["Muon(lr=0.001)", "SGD(lr=1e10)"]'
    done = run(MOONS, change, "schedule=StepLR(1, 1e21)", "train.schedule_every=step")
    assert done.ended.reason == "diverged"
    trained = trainer(MOONS, change)
    assert trained.rates == [0.001, 1e10]
    trained.optimizers[1].param_groups[0]["lr"] = 1e31
    assert trained.rate_is_too_large
    assert trained.lr == 0.001


def test_lbfgs_can_search_from_its_largest_rate_on() -> None:
    call = "LBFGS(lr=1e10, line_search_fn='strong_wolfe')"
    trained = trainer(MOONS, f"optimizer={call}", "train.batch_size=0")
    assert len(trained.train_straight(5)[0]) == 5
    trained.optimizers[0].param_groups[0]["lr"] = 1.1e10
    assert trained.rate_is_too_large


def test_a_schedule_that_starts_beyond_any_step_is_refused() -> None:
    call = "LBFGS(line_search_fn='strong_wolfe')"
    schedule = "CyclicLR(1e20, 1e21, cycle_momentum=False)"
    with pytest.raises(InvalidInput, match=r"schedule: starts at lr 1e\+20, too large"):
        trainer(MOONS, f"optimizer={call}", f"schedule={schedule}")
