"""Settings exchanged while training: as a loop of plain torch does it."""

from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch.nn.utils import clip_grad_norm_
from torch.optim import SGD, Adam, AdamW, Optimizer, RMSprop
from torch.optim.lr_scheduler import (
    CosineAnnealingLR,
    ExponentialLR,
    LRScheduler,
    OneCycleLR,
    StepLR,
)

from tests.support import MOONS, prepared, same_tensors, trainer
from tui_nn.engine.session import Request, Session
from tui_nn.engine.travel import change

FULL = MOONS.replace("batch_size = 8", "batch_size = 0\nshuffle = false").replace(
    "epochs = 4", "epochs = 100"
)
"""Every step is all samples, every step an epoch."""


def engine(text: str, before: list[str], after: list[str], steps: int = 6) -> list[Tensor]:
    """The weights after 5 steps, a change, and 6 more."""
    session = Session(prepared(text, *before), lambda record: None)
    session.run(Request(until=5))
    change(session, after)
    session.run(Request(until=5 + steps))
    return list(session.training.trainer.network.parameters())


class Plain:
    """The same network, data and loss, to be trained by hand."""

    def __init__(self) -> None:
        made = trainer(FULL)
        self.network, self.x, self.y = made.network, made.batches.x, made.batches.y
        self.loss: nn.Module = nn.BCEWithLogitsLoss()
        self.clip: float | None = None

    def steps(self, optimizer: Optimizer, count: int, schedule: LRScheduler | None = None) -> None:
        for _ in range(count):
            optimizer.zero_grad()
            self.loss(self.network(self.x), self.y).backward()
            if self.clip is not None:
                clip_grad_norm_(self.network.parameters(), self.clip)
            optimizer.step()
            if schedule is not None:
                schedule.step()

    def weights(self) -> list[Tensor]:
        return list(self.network.parameters())


def test_another_rate_keeps_the_optimizers_state() -> None:
    plain = Plain()
    optimizer = Adam(plain.network.parameters(), lr=0.01)
    plain.steps(optimizer, 5)
    optimizer.param_groups[0]["lr"] = 0.05
    plain.steps(optimizer, 6)
    found = engine(FULL, ["optimizer=Adam(lr=0.01)"], ["optimizer=Adam(lr=0.05)"])
    assert same_tensors(found, plain.weights())


@pytest.mark.parametrize(
    ("make", "before", "after", "values", "kept"),
    [
        (Adam, {}, "Adam(lr=0.01, amsgrad=True)", {"amsgrad": True}, ["max_exp_avg_sq"]),
        (AdamW, {}, "AdamW(lr=0.01, amsgrad=True)", {"amsgrad": True}, ["max_exp_avg_sq"]),
        (Adam, {}, "Adam(lr=0.01, betas=(0.5, 0.9))", {"betas": (0.5, 0.9)}, []),
        (Adam, {}, "Adam(lr=0.01, weight_decay=0.1)", {"weight_decay": 0.1}, []),
        (
            RMSprop, {}, "RMSprop(lr=0.01, momentum=0.9, centered=True)",
            {"momentum": 0.9, "centered": True}, ["momentum_buffer", "grad_avg"],
        ),
        (SGD, {}, "SGD(lr=0.01, momentum=0.9, nesterov=True)",
         {"momentum": 0.9, "nesterov": True}, []),
        (SGD, {"momentum": 0.9}, "SGD(lr=0.01)", {"momentum": 0}, []),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)  # fmt: skip
def test_another_option_is_written_into_the_optimizer(
    make: Callable[..., Optimizer],
    before: dict[str, Any],
    after: str,
    values: dict[str, Any],
    kept: list[str],
) -> None:
    plain = Plain()
    optimizer = make(plain.network.parameters(), lr=0.01, **before)
    plain.steps(optimizer, 5)
    optimizer.param_groups[0].update(values)
    for parameter, state in optimizer.state.items():
        for name in kept:
            state[name] = torch.zeros_like(parameter)
    plain.steps(optimizer, 6)
    name = after.split("(")[0]
    given = ", ".join(f"{key}={value}" for key, value in {"lr": 0.01, **before}.items())
    found = engine(FULL, [f"optimizer={name}({given})"], [f"optimizer={after}"])
    assert same_tensors(found, plain.weights())


def test_another_optimizer_begins_with_empty_state_and_the_same_weights() -> None:
    plain = Plain()
    plain.steps(SGD(plain.network.parameters(), lr=0.1, momentum=0.9), 5)
    plain.steps(Adam(plain.network.parameters(), lr=0.01), 6)
    before, after = "optimizer=SGD(lr=0.1, momentum=0.9)", "optimizer=Adam(lr=0.01)"
    assert same_tensors(engine(FULL, [before], [after]), plain.weights())


def test_a_schedule_keeps_its_place_where_the_rate_is_another() -> None:
    """Five epochs of 0.9 lie behind: the new base is 0.9⁵ down as well."""
    plain = Plain()
    optimizer = SGD(plain.network.parameters(), lr=0.1)
    schedule = ExponentialLR(optimizer, 0.9)
    plain.steps(optimizer, 5, schedule)
    group = optimizer.param_groups[0]
    group["lr"] *= 0.4 / 0.1
    group["initial_lr"] = 0.4
    schedule.base_lrs = [0.4]
    plain.steps(optimizer, 6, schedule)
    common = "schedule=ExponentialLR(0.9)"
    found = engine(FULL, ["optimizer=SGD(lr=0.1)", common], ["optimizer=SGD(lr=0.4)"])
    assert same_tensors(found, plain.weights())
    assert group["lr"] == pytest.approx(0.4 * 0.9**11)


@pytest.mark.parametrize("after", ["SGD(lr=0.4)", "Adam(lr=0.4)"])
def test_the_curve_of_a_schedule_is_the_new_rates_from_the_same_place_on(after: str) -> None:
    """Cosine: what comes is what a run with that rate from the start would have."""
    rates = []
    for changes in (["optimizer=SGD(lr=0.1)"], [f"optimizer={after}"]):
        session = Session(
            prepared(FULL, "schedule=CosineAnnealingLR(20)", *changes), lambda record: None
        )
        session.run(Request(until=5))
        change(session, [f"optimizer={after}"])
        session.run(Request(until=12))
        rates.append(session.training.trainer.lr)
    assert rates[0] == pytest.approx(rates[1], rel=1e-9)
    expected = CosineAnnealingLR(SGD([nn.Parameter(torch.ones(1))], lr=0.4), 20)
    for _ in range(12):
        expected.optimizer.step()
        expected.step()
    assert rates[0] == pytest.approx(expected.get_last_lr()[0], rel=1e-9)


def test_another_schedule_starts_from_its_beginning_at_the_calls_rate() -> None:
    plain = Plain()
    optimizer = SGD(plain.network.parameters(), lr=0.1, momentum=0.9)
    once = OneCycleLR(optimizer, 0.5, total_steps=100)
    plain.steps(optimizer, 5, once)
    group = optimizer.param_groups[0]
    for key in ("initial_lr", "max_lr", "min_lr", "base_momentum", "max_momentum"):
        group.pop(key, None)
    group.update(lr=0.1, momentum=0.9)
    plain.steps(optimizer, 6, StepLR(optimizer, 2, 0.5))
    before = ["optimizer=SGD(lr=0.1, momentum=0.9)", "schedule=OneCycleLR(0.5)"]
    assert same_tensors(engine(FULL, before, ["schedule=StepLR(2, 0.5)"]), plain.weights())


def test_no_schedule_any_more_leaves_the_calls_rate() -> None:
    plain = Plain()
    optimizer = SGD(plain.network.parameters(), lr=0.1)
    plain.steps(optimizer, 5, ExponentialLR(optimizer, 0.5))
    optimizer.param_groups[0]["lr"] = 0.1
    plain.steps(optimizer, 6)
    assert same_tensors(
        engine(FULL, ["schedule=ExponentialLR(0.5)"], ["schedule="]), plain.weights()
    )


@pytest.mark.parametrize("schedule", ["OneCycleLR(0.1)", "CyclicLR(0.01, 0.1, 5)"])
@pytest.mark.parametrize(
    ("before", "after", "cycled"),
    [
        ("SGD(lr=0.1, momentum=0.9)", "Adam(lr=0.01)", "betas"),
        ("Adam(lr=0.01)", "SGD(lr=0.1, momentum=0.9)", "momentum"),
    ],
)
def test_a_cycle_goes_on_in_another_optimizer(
    schedule: str, before: str, after: str, cycled: str
) -> None:
    """Rate and momentum come from the schedule alone: they are those of an unchanged run."""
    sessions = []
    for changes in ([f"optimizer={after}"], []):
        session = Session(
            prepared(FULL, f"schedule={schedule}", f"optimizer={before}"), lambda record: None
        )
        session.run(Request(until=7))
        at = session.training.trainer.lr
        change(session, changes)
        assert session.training.trainer.lr == at
        session.run(Request(until=8))
        sessions.append(session)
    groups = [s.training.trainer.optimizers[0].param_groups[0] for s in sessions]
    assert groups[0]["lr"] == pytest.approx(groups[1]["lr"], rel=1e-12)
    other = "momentum" if cycled == "betas" else "betas"
    now, unchanged = groups[0][cycled], groups[1][other]
    first = [value[0] if isinstance(value, tuple) else value for value in (now, unchanged)]
    assert first[0] == pytest.approx(first[1], rel=1e-12)
    assert other not in groups[0]


def test_a_second_optimizer_takes_over_the_place_of_the_schedule() -> None:
    session = Session(
        prepared(FULL, "schedule=CosineAnnealingLR(20)", "optimizer=SGD(lr=0.1)"),
        lambda record: None,
    )
    session.run(Request(until=5))
    change(session, ['optimizer=["Muon(lr=0.1)", "AdamW(lr=0.1)"]'])
    session.run(Request(until=9))
    rates = session.training.trainer.rates
    assert rates[0] == pytest.approx(rates[1])
    assert [s.last_epoch for s in session.training.trainer.schedules] == [9, 9]


def test_another_loss_reads_its_targets_in_its_own_coding() -> None:
    """SoftMarginLoss wants ±1 where BCEWithLogitsLoss wanted 0 and 1."""
    plain = Plain()
    optimizer = SGD(plain.network.parameters(), lr=0.1)
    plain.steps(optimizer, 5)
    plain.loss, plain.y = nn.SoftMarginLoss(), 2 * plain.y - 1
    plain.steps(optimizer, 6)
    assert same_tensors(engine(FULL, [], ["loss=SoftMarginLoss()"]), plain.weights())
    session = Session(prepared(MOONS), lambda record: None)
    session.run(Request(until=5))
    change(session, ["loss=SoftMarginLoss()"])
    numbers = session.training.evaluate()["train"].numbers
    with torch.no_grad():
        z = session.training.trainer.network.eval()(plain.x)
    assert numbers["loss"] == pytest.approx(float(nn.SoftMarginLoss()(z, plain.y)))
    assert numbers["accuracy"] == pytest.approx(float(((z > 0) == (plain.y > 0)).float().mean()))


def test_the_gradient_is_shortened_from_the_next_step_on() -> None:
    plain = Plain()
    optimizer = SGD(plain.network.parameters(), lr=0.1)
    plain.steps(optimizer, 5)
    plain.clip = 0.05
    plain.steps(optimizer, 6)
    assert same_tensors(engine(FULL, [], ["train.clip_norm=0.05"]), plain.weights())


def test_another_batch_size_cuts_what_is_left_of_the_epoch() -> None:
    made = trainer(MOONS)
    generator = torch.Generator().manual_seed(0)
    torch.empty((), dtype=torch.int64).random_(generator=generator)
    order = torch.randperm(50, generator=generator)
    parts = [*order[:24].split(8), *order[24:].split(5)]
    optimizer = SGD(made.network.parameters(), lr=0.1)
    for part in parts:
        optimizer.zero_grad()
        output = made.network(made.batches.x[part])
        nn.BCEWithLogitsLoss()(output, made.batches.y[part]).backward()
        optimizer.step()
    session = Session(prepared(MOONS), lambda record: None)
    session.run(Request(until=3))
    change(session, ["train.batch_size=5"])
    session.run(Request(until=len(parts)))
    assert session.training.trainer.epoch == 1
    found = list(session.training.trainer.network.parameters())
    assert same_tensors(found, list(made.network.parameters()))


def test_the_order_is_kept_to_the_end_of_the_epoch_where_shuffling_ends() -> None:
    session = Session(prepared(MOONS), lambda record: None)
    session.run(Request(until=3))
    batches = session.training.trainer.batches
    shuffled = batches.place().order
    change(session, ["train.shuffle=false"])
    session.run(Request(until=7))
    assert batches.place().order is shuffled
    session.run(Request(until=8))
    latest = batches.latest()
    assert latest is not None
    assert latest.tolist() == list(range(8))


def test_another_precision_keeps_weights_and_state() -> None:
    session = Session(prepared(FULL, "optimizer=Adam(lr=0.01)"), lambda record: None)
    session.run(Request(until=5))
    before = [p.detach().double() for p in session.training.trainer.network.parameters()]
    change(session, ["train.dtype=float64"])
    trained = session.training.trainer
    assert same_tensors([p.detach() for p in trained.network.parameters()], before)
    state = trained.optimizers[0].state[next(trained.network.parameters())]
    assert state["step"] == 5
    assert state["exp_avg"].dtype is torch.float64
    session.run(Request(until=8))


def test_another_goal_counts_anew_and_another_metric_has_another_best() -> None:
    session = Session(prepared(FULL, "goal.accuracy=0.3", "goal.times=90", "train.eval_every=1"),
                      lambda record: None)  # fmt: skip
    session.run(Request(until=5))
    decisions = session.training.decisions
    assert decisions.in_a_row == 5
    change(session, ["train.clip_norm=1.0"])
    assert session.training.decisions.in_a_row == 5
    change(session, ["goal.accuracy=0.4"])
    decisions = session.training.decisions
    assert decisions.in_a_row == 0
    assert decisions.best is not None
    change(session, ["goal.loss=0.01"])
    assert session.training.decisions.best is None
    session.run(Request(until=6))
    change(session, ["loss=SoftMarginLoss()"])
    assert session.training.decisions.best is None


@pytest.mark.parametrize(("before", "after"), [(10, 3), (3, 10)])
def test_lbfgs_may_get_another_memory(before: int, after: int) -> None:
    call = "optimizer=LBFGS(max_iter=4, history_size={}, line_search_fn='strong_wolfe')"
    session = Session(prepared(FULL, call.format(before)), lambda record: None)
    session.run(Request(until=5))
    change(session, [call.format(after)])
    session.run(Request(until=15))
    state = next(iter(session.training.trainer.optimizers[0].state.values()))
    assert len(state["old_dirs"]) <= after
    assert session.loss is not None


def test_lbfgs_counts_its_evaluations_by_its_new_iterations() -> None:
    call = "optimizer=LBFGS(max_iter={}, line_search_fn='strong_wolfe')"
    session = Session(prepared(FULL, call.format(4)), lambda record: None)
    session.run(Request(until=2))
    change(session, [call.format(40)])
    assert session.training.trainer.optimizers[0].param_groups[0]["max_eval"] == 50
