"""Every schedule with every optimizer, and nested schedules as torch leads them."""

import warnings
from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch.optim import Optimizer
from torch.optim.lr_scheduler import (
    ChainedScheduler,
    ConstantLR,
    CosineAnnealingLR,
    CosineAnnealingWarmRestarts,
    CyclicLR,
    ExponentialLR,
    LinearLR,
    MultiStepLR,
    OneCycleLR,
    PolynomialLR,
    SequentialLR,
    StepLR,
)

from tests.engine.test_optimizers import ALONE, SHARED, TOKENS
from tests.support import MOONS, prepared, trainer
from tui_nn.engine.state import restore, take
from tui_nn.engine.trainer import Trainer
from tui_nn.spec.catalog import CATALOG
from tui_nn.spec.errors import InvalidInput
from tui_nn.spec.protocol import Phase

CALLS = {
    "ExponentialLR": "ExponentialLR(0.9)",
    "StepLR": "StepLR(2, 0.5)",
    "MultiStepLR": "MultiStepLR([1, 3, 4], 0.5)",
    "ConstantLR": "ConstantLR(0.5, 3)",
    "LinearLR": "LinearLR(0.2, 0.9, 4)",
    "PolynomialLR": "PolynomialLR(2, 2.0)",
    "CosineAnnealingLR": "CosineAnnealingLR(6, 0.001)",
    "CosineAnnealingWarmRestarts": "CosineAnnealingWarmRestarts(3, 2, 0.001)",
    "CyclicLR": "CyclicLR(0.01, 0.1, 2, 3, 'triangular2')",
    "OneCycleLR": "OneCycleLR(0.1)",
    "ReduceLROnPlateau": "ReduceLROnPlateau(patience=0)",
    "SequentialLR": "SequentialLR([LinearLR(0.1, total_iters=2), CyclicLR(0.01, 0.1, 2)], [2])",
    "ChainedScheduler": "ChainedScheduler([OneCycleLR(0.1), ConstantLR(0.5, 2)])",
}
OPTIMIZERS = ALONE | SHARED
CYCLES = ("CyclicLR", "OneCycleLR", "SequentialLR", "ChainedScheduler")
REFUSED = {
    **{
        (optimizer, schedule): "moves the momentum, and"
        for optimizer in ("Adadelta", "Adafactor", "Adagrad", "ASGD", "LBFGS", "Rprop")
        for schedule in CYCLES
    },
    ("LBFGS", "PolynomialLR"): "comes to lr 0",
}


def build(optimizer: str, schedule: str) -> Trainer:
    text = TOKENS if "Sparse" in optimizer else MOONS
    changes = (f"optimizer={OPTIMIZERS[optimizer]}", f"schedule={CALLS[schedule]}")
    return trainer(text, *changes, "train.epochs=3", "train.batch_size=0")


def open_gate(phase: Phase, loss: torch.Tensor) -> None:
    """Lets every phase pass."""


def test_every_schedule_of_the_catalog_is_tried() -> None:
    assert CALLS.keys() == CATALOG["schedule"].keys()
    assert OPTIMIZERS.keys() == CATALOG["optimizer"].keys()


@pytest.mark.parametrize("schedule", CALLS)
@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_every_optimizer_trains_under_every_schedule_or_the_pair_is_refused(
    optimizer: str, schedule: str
) -> None:
    if (optimizer, schedule) in REFUSED:
        with pytest.raises(InvalidInput, match=REFUSED[optimizer, schedule]):
            build(optimizer, schedule)
        return
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        trained = build(optimizer, schedule)
        losses = [trained.train_step(open_gate).item()]
        for _ in range(2):
            losses += trained.train_straight(1)[0]
            trained.schedule_evaluation(losses[-1])
    assert len(trained.schedules) == len(trained.optimizers)
    assert len(losses) == len({*losses}) == 3


@pytest.mark.parametrize(("optimizer", "schedule"), REFUSED, ids=str)
def test_torch_refuses_or_breaks_on_the_pairs_that_are_refused(
    optimizer: str, schedule: str
) -> None:
    given: dict[str, Any] = {"line_search_fn": "strong_wolfe"} if optimizer == "LBFGS" else {}
    weight = torch.nn.Parameter(torch.ones(3))
    made: Optimizer = getattr(torch.optim, optimizer)([weight], **given)
    if schedule == "PolynomialLR":
        made.param_groups[0]["lr"] = 0.0  # where it comes to

        def closure() -> float:
            made.zero_grad()
            loss = (weight * torch.tensor([1.0, 5.0, 9.0]) - 1).square().sum()
            loss.backward()
            return loss.item()

        made.step(closure)
        with pytest.raises(ZeroDivisionError):
            made.step(closure)
        return
    with pytest.raises(ValueError, match="momentum"):
        CyclicLR(made, 0.01, 0.1)
    with pytest.raises(ValueError, match="momentum"):
        OneCycleLR(made, 0.1, 10)


SAME: list[tuple[str, Callable[[Optimizer], Any]]] = [
    ("MultiStepLR([2, 5], 0.5)", lambda o: MultiStepLR(o, [2, 5], 0.5)),
    ("ConstantLR()", lambda o: ConstantLR(o)),
    ("LinearLR(end_factor=0)", lambda o: LinearLR(o, end_factor=0)),
    ("PolynomialLR(4, 0.5)", lambda o: PolynomialLR(o, 4, 0.5)),
    ("CosineAnnealingWarmRestarts(3, 2)", lambda o: CosineAnnealingWarmRestarts(o, 3, 2)),
    ("CyclicLR(0.1, 1, 2, None, 'exp_range', 0.9)",
     lambda o: CyclicLR(o, 0.1, 1, 2, None, "exp_range", 0.9)),
    ("SequentialLR([LinearLR(0.1, total_iters=3), CosineAnnealingLR(T_max=9)], milestones=[3])",
     lambda o: SequentialLR(o, [LinearLR(o, 0.1, total_iters=3), CosineAnnealingLR(o, 9)], [3])),
    ("SequentialLR([ConstantLR(0.1, 2), OneCycleLR(1), StepLR(2)], [4, 9])",
     lambda o: SequentialLR(o, [ConstantLR(o, 0.1, 2), OneCycleLR(o, 1, 5), StepLR(o, 2)],
                            [4, 9])),
    ("SequentialLR([CosineAnnealingWarmRestarts(2), CyclicLR(0.1, 1, 2)], [5])",
     lambda o: SequentialLR(o, [CosineAnnealingWarmRestarts(o, 2), CyclicLR(o, 0.1, 1, 2)], [5])),
    ("ChainedScheduler([ConstantLR(0.1, 4), ExponentialLR(0.9)])",
     lambda o: ChainedScheduler([ConstantLR(o, 0.1, 4), ExponentialLR(o, 0.9)])),
    ("ChainedScheduler([CyclicLR(0.1, 1, 2), ExponentialLR(0.9)])",
     lambda o: ChainedScheduler([CyclicLR(o, 0.1, 1, 2), ExponentialLR(o, 0.9)])),
]  # fmt: skip


@pytest.mark.parametrize(("call", "make"), SAME, ids=[call for call, _ in SAME])
def test_rates_and_momenta_are_those_of_torchs_own_loop(
    call: str, make: Callable[[Optimizer], Any]
) -> None:
    trained = trainer(
        MOONS, "optimizer=SGD(lr=0.5, momentum=0.3)", f"schedule={call}", "train.epochs=20",
        "train.batch_size=0", "train.schedule_every=step",
    )  # fmt: skip
    theirs = torch.optim.SGD([torch.nn.Parameter(torch.ones(1))], lr=0.5, momentum=0.3)
    moving = make(theirs)
    for _ in range(20):
        group, expected = trained.optimizers[0].param_groups[0], theirs.param_groups[0]
        assert (group["lr"], group["momentum"]) == (expected["lr"], expected["momentum"])
        trained.train_straight(1)
        theirs.step()
        moving.step()


RESTORED = [*(call for call, _ in SAME), *CALLS.values()]


@pytest.mark.parametrize("call", RESTORED)
def test_a_snapshot_brings_back_the_next_twenty_rates(call: str) -> None:
    every = "evaluation" if "Plateau" in call else "step"
    trained = trainer(
        MOONS, "optimizer=SGD(lr=0.5, momentum=0.3)", f"schedule={call}", "train.epochs=5",
        f"train.schedule_every={every}",
    )  # fmt: skip

    def on(steps: int) -> list[tuple[float, float]]:
        rates = []
        for _ in range(steps):
            trained.train_straight(1)
            trained.schedule_evaluation(1.0)
            group = trained.optimizers[0].param_groups[0]
            rates.append((group["lr"], group["momentum"]))
        return rates

    for ahead in (0, 4):
        on(ahead)
        snapshot = take(trained)
        first = on(20 - ahead)
        restore(trained, snapshot)
        assert on(20 - ahead) == first
        restore(trained, snapshot)


def test_each_optimizer_of_a_list_has_its_own_schedule() -> None:
    trained = trainer(
        MOONS, f"optimizer={SHARED['Muon']}", "train.schedule_every=step",
        "schedule=SequentialLR([StepLR(1, 0.5), ExponentialLR(0.1)], [2])",
    )  # fmt: skip
    seen = []
    for _ in range(4):
        seen.append([optimizer.param_groups[0]["lr"] for optimizer in trained.optimizers])
        trained.train_straight(1)
    assert seen == [pytest.approx([0.02 * factor, 0.01 * factor]) for factor in (1, 0.5, 1, 0.1)]


def test_a_filled_length_reaches_to_the_end_of_the_run() -> None:
    call = "SequentialLR([LinearLR(), OneCycleLR(0.1)], [5])"
    ready = prepared(MOONS, f"schedule={call}")
    trained = trainer(MOONS, f"schedule={call}")
    trained.train_straight(ready.plan.total_steps)
    # The last step is made with max_lr / div_factor / final_div_factor.
    assert trained.last_lr == pytest.approx(0.1 / 25 / 1e4)
