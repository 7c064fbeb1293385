from collections.abc import Callable

import pytest
import torch
from torch import Tensor
from torch.optim import Optimizer
from torch.utils.data import DataLoader, TensorDataset

from tests.support import GATE, MOONS, RANDOM, same_bits, same_tensors, trainer, weights
from tui_nn.engine.building import build_loss, build_network
from tui_nn.engine.state import restore, take
from tui_nn.engine.trainer import StepAbandoned, Trainer
from tui_nn.spec.protocol import Phase

OPTIMIZERS = [
    "SGD(lr=0.1)",
    "SGD(lr=0.1, momentum=0.9, nesterov=True, weight_decay=0.01)",
    "Adam(lr=0.01)",
    "Adam(lr=0.01, amsgrad=True)",
    "AdamW(lr=0.01)",
    "RMSprop(lr=0.01, momentum=0.5, centered=True)",
    "Adagrad(lr=0.1, lr_decay=0.1)",
    "Rprop(lr=0.01)",
    "LBFGS(line_search_fn='strong_wolfe')",
    '["Muon(lr=0.02)", "AdamW(lr=0.01)"]',
]


def open_gate(phase: Phase, loss: Tensor) -> None:
    """Lets every phase pass."""


def step_gated(trained: Trainer, steps: int) -> list[float]:
    return [trained.train_step(open_gate).item() for _ in range(steps)]


def tutorial_losses(trained: Trainer, make: Callable[..., Optimizer], epochs: int) -> list[float]:
    """Train `trained`'s experiment as a tutorial would, into a network of its own."""
    plan = trained.plan
    device = torch.device("cpu")
    network, loss_of = build_network(plan, device), build_loss(plan, device)
    optimizer = make(network.parameters())
    data = TensorDataset(trained.batches.x, trained.batches.y)
    generator = torch.Generator().manual_seed(plan.experiment.train.seed)
    losses = []
    loader = DataLoader(data, plan.batch_size, shuffle=True, generator=generator)
    for _ in range(epochs):
        for x, y in loader:
            optimizer.zero_grad()
            loss = loss_of(network(x), y)
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
    for mine, theirs in zip(trained.network.parameters(), network.parameters(), strict=True):
        assert torch.equal(mine, theirs)
    return losses


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_gated_and_straight_steps_give_the_same_bits(optimizer: str) -> None:
    gated, straight = (trainer(MOONS, f"optimizer={optimizer}") for _ in range(2))
    losses, _ = straight.train_straight(20)
    assert step_gated(gated, 20) == losses
    assert same_bits(gated, straight)


def test_dropout_batch_norm_residual_and_clipping_keep_the_paths_equal() -> None:
    gated, straight = (trainer(RANDOM, "train.clip_norm=0.5") for _ in range(2))
    for one in (gated, straight):  # both draw their dropout from the same place
        torch.manual_seed(1)
        step_gated(one, 25) if one is gated else one.train_straight(25)
    assert same_bits(gated, straight)


@pytest.mark.parametrize(
    ("call", "make"),
    [
        ("SGD(lr=0.1)", lambda p: torch.optim.SGD(p, lr=0.1)),
        ("Adam(lr=0.01)", lambda p: torch.optim.Adam(p, lr=0.01)),
        ("RMSprop()", lambda p: torch.optim.RMSprop(p)),
    ],
)
def test_training_equals_the_tutorial_loop_over_a_data_loader(
    call: str, make: Callable[..., Optimizer]
) -> None:
    trained = trainer(MOONS, f"optimizer={call}")
    losses, _ = trained.train_straight(3 * trained.batches.per_epoch)
    assert losses == tutorial_losses(trained, make, epochs=3)


def test_dropout_equals_the_tutorial_loop() -> None:
    trained = trainer(RANDOM)
    torch.manual_seed(1)  # what building left the generator at
    losses, _ = trained.train_straight(trained.batches.per_epoch)
    expected = tutorial_losses(trained, lambda p: torch.optim.Adam(p, lr=0.01), epochs=1)
    assert losses == expected


def test_two_halves_equal_the_whole() -> None:
    whole, halves = trainer(MOONS, "optimizer=Adam()"), trainer(MOONS, "optimizer=Adam()")
    losses, _ = whole.train_straight(22)
    assert halves.train_straight(9)[0] + halves.train_straight(13)[0] == losses
    assert same_bits(whole, halves)


@pytest.mark.parametrize("every", ["step", "epoch"])
def test_schedules_move_at_the_same_steps_on_both_paths(every: str) -> None:
    changes = ("schedule=ExponentialLR(gamma=0.9)", f"train.schedule_every='{every}'")
    gated, straight = trainer(MOONS, *changes), trainer(MOONS, *changes)
    per_epoch = straight.batches.per_epoch
    _, rates = straight.train_straight(2 * per_epoch)
    step_gated(gated, 2 * per_epoch)
    moves = [step if every == "step" else step // per_epoch for step in range(2 * per_epoch)]
    assert rates == pytest.approx([0.1 * 0.9**move for move in moves])
    assert gated.lr == straight.lr
    assert same_bits(gated, straight)


def test_the_gate_sees_the_phases_in_order_with_what_each_has_made() -> None:
    trained = trainer(MOONS)
    seen: list[Phase] = []
    before = [parameter.clone() for parameter in trained.network.parameters()]

    def gate(phase: Phase, loss: Tensor) -> None:
        seen.append(phase)
        gradients = [parameter.grad for parameter in trained.network.parameters()]
        changed = not all(
            torch.equal(p, q) for p, q in zip(before, trained.network.parameters(), strict=True)
        )
        assert (gradients[0] is not None) == (phase is not Phase.FORWARD)
        assert changed == (phase is Phase.UPDATE)
        assert loss.item() > 0

    trained.train_step(gate)
    assert seen == [Phase.FORWARD, Phase.GRADIENT, Phase.UPDATE]


def test_lbfgs_passes_the_gate_at_each_look_at_the_loss() -> None:
    trained = trainer(MOONS, "optimizer=LBFGS(max_iter=5)", "train.batch_size=0")
    seen: list[Phase] = []

    def gate(phase: Phase, loss: Tensor) -> None:
        seen.append(phase)

    trained.train_step(gate)
    assert seen.count(Phase.FORWARD) == seen.count(Phase.GRADIENT) > 1
    assert seen[-1] is Phase.UPDATE


@pytest.mark.parametrize("phase", [Phase.FORWARD, Phase.GRADIENT, Phase.UPDATE])
@pytest.mark.parametrize("optimizer", ["Adam()", "LBFGS()"])
def test_an_abandoned_step_has_never_been(phase: Phase, optimizer: str) -> None:
    change = f"optimizer={optimizer}"
    undisturbed, disturbed = trainer(RANDOM, change), trainer(RANDOM, change)

    at = phase

    def abandon(phase: Phase, loss: Tensor) -> None:
        if phase is at:
            raise StepAbandoned

    torch.manual_seed(1)
    undisturbed.train_straight(3)
    expected = undisturbed.train_straight(2)[0]
    torch.manual_seed(1)
    disturbed.train_straight(3)
    before = take(disturbed)
    with pytest.raises(StepAbandoned):
        disturbed.train_step(abandon)
    restore(disturbed, before)
    assert disturbed.step == 3
    assert disturbed.train_straight(2)[0] == expected


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_a_snapshot_brings_back_the_same_bits(optimizer: str) -> None:
    trained = trainer(
        RANDOM, f"optimizer={optimizer}", "schedule=StepLR(step_size=5)",
        "train.schedule_every='step'",
    )  # fmt: skip
    trained.train_straight(7)
    snapshot = take(trained)
    first = trained.train_straight(14)[0]
    end = [tensor.clone() for tensor in weights(trained)]
    restore(trained, snapshot)
    assert trained.train_straight(14)[0] == first
    assert same_tensors(end, weights(trained))


def test_targets_of_a_batch_are_coded_as_the_plan_says() -> None:
    trained = trainer(GATE)
    x, y = trained.batches.next()
    assert x.tolist() == [[0.0, 0.0]]
    assert y.tolist() == [[0.0]]
    assert y.dtype is x.dtype is torch.float32
