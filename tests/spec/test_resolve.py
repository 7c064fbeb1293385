import warnings
from collections.abc import Sequence

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from tests.spec.plans import NETWORK, facts, plan, said
from tui_nn.engine.building import resolve_target
from tui_nn.spec.resolve import DataFacts, resolve
from tui_nn.spec.targets import Classes, Coding, Decision, Values

# The loss, the data and what the network gives.


def test_what_fits_is_planned() -> None:
    made = plan()
    assert [row.size.output_shape for row in made.rows] == [(4,), (4,), (1,)]
    assert (made.fit.coding, made.fit.decision) == (Coding.ZERO_ONE, Decision.ABOVE_ZERO)
    assert made.shares == (("0.weight", "0.bias", "2.weight", "2.bias"),)
    assert made.notices == ()


@pytest.mark.parametrize(
    ("network", "loss", "data", "message"),
    [
        (("Linear(2, 4)",), "MSELoss()", facts(), "x.toml: network[0]: gives 4 outputs, MSELoss on "
         "2 classes needs 1: write Linear(2, 1)"),
        (("Linear(2, 4, bias=False)", "Sigmoid()"), "BCELoss()", facts(),
         "x.toml: network[0]: gives 4 outputs, BCELoss on 2 classes needs 1: write "
         "Linear(2, 1, bias=False)"),
        (("Linear(2, out_features=2)",), "CrossEntropyLoss()", facts(kind=Classes(3)),
         "CrossEntropyLoss on 3 classes needs 3: write Linear(2, out_features=3)"),
        (("Linear(2, 2)",), "MSELoss()", facts(kind=Values((3,))),
         "gives 2 outputs, MSELoss on 3 values needs 3: write Linear(2, 3)"),
        (("Linear(2, 4)", "BatchNorm1d(4)", "ReLU()"), "MSELoss()", facts(),
         "x.toml: network[2]: gives 4 outputs, MSELoss on 2 classes needs 1: add Linear(4, 1) b"),
        (("Tanh()",), "MSELoss()", facts(), "x.toml: network[0]: gives 2 outputs, MSELoss on 2 "
         "classes needs 1: add Linear(2, 1) behind it"),
        (("Residual(Linear(2, 2))",), "MSELoss()", facts(), "add Linear(2, 1) behind it"),
        (("Linear(8, 10)",), "CrossEntropyLoss()", facts((1, 8, 8), Classes(10)),
         "x.toml: network[0]: gives 1x8x10 outputs, CrossEntropyLoss on 10 classes needs 10: put "
         "Flatten() before it and write Linear(64, 10)"),
        (("Conv2d(1, 4, 3)", "ReLU()"), "CrossEntropyLoss()", facts((1, 8, 8), Classes(10)),
         "x.toml: network[1]: gives 4x6x6 outputs, CrossEntropyLoss on 10 classes needs 10: add "
         "Flatten() and Linear(144, 10) behind it"),
        (("Conv2d(1, 4, 3)",), "MSELoss()", facts((1, 8, 8), Values((1, 6, 6))),
         "x.toml: network[0]: gives 4x6x6 outputs, MSELoss on 1x6x6 values needs 1x6x6: write "
         "Conv2d(1, 1, 3)"),
        (("Conv2d(1, 1, 5)",), "MSELoss()", facts((1, 8, 8), Values((1, 6, 6))),
         "x.toml: network[0]: gives 1x4x4 outputs, MSELoss on 1x6x6 values needs 1x6x6: end it"),
        (("ConvTranspose2d(1, 4, 3)",), "MSELoss()", facts((1, 4, 4), Values((1, 6, 6))),
         "needs 1x6x6: write ConvTranspose2d(1, 1, 3)"),
        (("Flatten()", "LazyLinear(36)"), "MSELoss()", facts((1, 6, 6), Values((1, 6, 6))),
         "x.toml: network[1]: gives 36 outputs, MSELoss on 1x6x6 values needs 1x6x6: add "
         "Unflatten(1, (1, 6, 6)) behind it"),
        (("Flatten()", "Linear(36, 9)"), "MSELoss()", facts((1, 6, 6), Values((1, 6, 6))),
         "write Linear(36, 36) and add Unflatten(1, (1, 6, 6)) at the end"),
        (("Conv2d(1, 10, 3)", "AdaptiveAvgPool2d(1)"), "CrossEntropyLoss()",
         facts((1, 8, 8), Classes(10)), "x.toml: network[1]: gives 10x1x1 outputs, "
         "CrossEntropyLoss on 10 classes needs 10: add Flatten() behind it"),
        (("LazyLinear(5)",), "CrossEntropyLoss()", DataFacts((2,), Classes(5), 25, 0, tokens=5),
         "x.toml: network[0]: LazyLinear takes numbers, the data has tokens: put Embedding(5, 8)"),
        (("Linear(3, 4)",), "MSELoss()", facts(), "x.toml: network[0]: Linear expects 3, gets 2: "
         "write Linear(2, 4)"),
        (("Linear(2, 4)", "Residual(Linear(3, 4))"), "MSELoss()", facts(),
         "x.toml: network[1]: Residual[0]: Linear expects 3, gets 4: write Linear(4, 4)"),
        (NETWORK, "BCELoss()", facts(), "x.toml: loss: BCELoss needs outputs from 0 to 1, the "
         "network ends in Linear: end it with Sigmoid(), or write BCEWithLogitsLoss()"),
        (("Linear(2, 1)", "Residual(Sigmoid())"), "BCELoss()", facts(),
         "the network ends in Residual: end it with Sigmoid()"),
        (("Linear(2, 1)", "Sigmoid()", "Dropout()"), "BCELoss()", facts(), "ends in Dropout"),
        (NETWORK, "CrossEntropyLoss()", facts(kind=Values((1,))),
         "x.toml: loss: CrossEntropyLoss needs classes, the data has 1 value: write MSELoss()"),
        (NETWORK, "BCEWithLogitsLoss()", facts(kind=Classes(3)),
         "x.toml: loss: BCEWithLogitsLoss needs 2 classes, the data has 3: write CrossEntropyLoss"),
    ],
)  # fmt: skip
def test_a_misfit_names_the_line_to_write(
    network: Sequence[str], loss: str, data: DataFacts, message: str
) -> None:
    assert message in said(data=data, network=network, loss=loss)


@pytest.mark.parametrize(
    ("network", "loss", "coding"),
    [
        (("Linear(2, 1)", "Tanh()"), "MSELoss()", Coding.PLUS_MINUS),
        (("Linear(2, 1)", "Residual(Tanh())"), "MSELoss()", Coding.ZERO_ONE),
        (("Linear(2, 1)", "Sigmoid()", "Flatten()"), "BCELoss()", Coding.ZERO_ONE),
        (("Linear(2, 1)", "Heaviside()"), "HalfSquaredError()", Coding.ZERO_ONE),
    ],
)
def test_the_last_layer_decides_the_coding(
    network: Sequence[str], loss: str, coding: Coding
) -> None:
    assert plan(network=network, loss=loss).fit.coding is coding


# What is left open and decided.


@pytest.mark.parametrize(
    ("train", "changes", "batch_size", "steps"),
    [
        (100, (), 32, 4),
        (10, (), 10, 1),
        (32, (), 32, 1),
        (100, ("train.batch_size=0",), 100, 1),
        (100, ("train.batch_size=100",), 100, 1),
        (100, ("train.batch_size=33",), 33, 4),
        (1, (), 1, 1),
    ],
)
def test_the_last_batch_may_be_short(
    train: int, changes: Sequence[str], batch_size: int, steps: int
) -> None:
    made = plan(*changes, data=facts(train=train))
    assert (made.batch_size, made.steps_per_epoch) == (batch_size, steps)
    assert made.total_steps == 100 * steps


def test_a_batch_larger_than_the_data_is_refused() -> None:
    message = "is 101, more than the 100 training samples: write 0 for all of them in one batch"
    assert said("train.batch_size=101") == f"command line: train.batch_size: {message}"


@pytest.mark.parametrize(
    ("train", "batch_size", "epochs"),
    [(50, 1, 1), (51, 1, 1), (49, 1, 2), (100, 50, 25), (100, 100, 50), (5000, 10, 1), (3, 1, 17)],
)
def test_evaluations_are_about_50_steps_apart_unless_said(
    train: int, batch_size: int, epochs: int
) -> None:
    data, size = facts(train=train), f"train.batch_size={batch_size}"
    assert plan(size, data=data).experiment.train.eval_every == epochs
    assert plan(size, "train.eval_every=7", data=data).experiment.train.eval_every == 7
    assert plan(size, "train.eval_every=0", data=data).experiment.train.eval_every == 0


@pytest.mark.parametrize(
    ("width", "cores", "threads"),
    [(1000, 8, 1), (10_416, 8, 1), (10_417, 8, 7), (20_000, 2, 1), (20_000, 1, 1)],
)
def test_threads_follow_the_work_of_a_step(width: int, cores: int, threads: int) -> None:
    network = (f"Linear(2, {width})", f"Linear({width}, 1)")  # 3 · width, 32 samples
    assert plan(network=network, cores=cores).experiment.train.threads == threads
    assert plan("train.threads=5", network=network, cores=cores).experiment.train.threads == 5


@pytest.mark.parametrize(
    ("schedule", "every"),
    [
        ("ExponentialLR(0.9)", "epoch"),
        ("StepLR(5)", "epoch"),
        ("CosineAnnealingLR(5)", "epoch"),
        ("OneCycleLR(0.1)", "step"),
        ("ReduceLROnPlateau()", "evaluation"),
    ],
)
def test_a_schedule_moves_as_is_usual_for_it(schedule: str, every: str) -> None:
    assert plan(f"schedule={schedule}").experiment.train.schedule_every == every
    assert plan().experiment.train.schedule_every is None


def test_what_was_decided_is_in_the_table_too() -> None:
    decided = plan("train.epochs=3", "schedule=OneCycleLR(0.1)").experiment.table
    assert decided["train"] == {
        "epochs": 3, "batch_size": 32, "eval_every": 13, "threads": 1, "schedule_every": "step",
    }  # fmt: skip
    assert decided["schedule"] == "OneCycleLR(0.1, total_steps=12)"


def test_a_resolved_experiment_resolves_to_itself() -> None:
    once = plan("schedule=OneCycleLR(0.1)").experiment
    again = resolve(once, facts()).experiment
    assert (again.table, again.train, again.schedule) == (once.table, once.train, once.schedule)


# Schedules.


@pytest.mark.parametrize(
    ("schedule", "every", "filled"),
    [
        ("OneCycleLR(0.1)", "step", "OneCycleLR(0.1, total_steps=400)"),
        ("OneCycleLR(max_lr=0.1)", "step", "OneCycleLR(max_lr=0.1, total_steps=400)"),
        ("OneCycleLR(0.1, None)", "step", "OneCycleLR(0.1, 400)"),
        ("OneCycleLR(0.1, total_steps=None)", "step", "OneCycleLR(0.1, total_steps=400)"),
        ("OneCycleLR(0.1, None, None, None, 0.2)", "step", "OneCycleLR(0.1, 400, None, None, 0.2)"),
        ("OneCycleLR(0.1)", "epoch", "OneCycleLR(0.1, total_steps=100)"),
        ("OneCycleLR(0.1)", "evaluation", "OneCycleLR(0.1, total_steps=7)"),
        ("OneCycleLR(0.1, 500)", "step", "OneCycleLR(0.1, 500)"),
        ("OneCycleLR(0.1, epochs=100, steps_per_epoch=4)", "step",
         "OneCycleLR(0.1, epochs=100, steps_per_epoch=4)"),
    ],
)  # fmt: skip
def test_one_cycle_gets_the_length_of_the_run(schedule: str, every: str, filled: str) -> None:
    made = plan(f"schedule={schedule}", f"train.schedule_every={every}").experiment
    assert made.schedule is not None
    assert str(made.schedule.call) == filled


@pytest.mark.parametrize(
    ("changes", "optimizer", "message"),
    [
        (("schedule=OneCycleLR(0.1, 399)",), "SGD()", "command line: schedule: is over after 399 "
         "moves, the run makes 400: write OneCycleLR(0.1): its length is filled in"),
        (("schedule=OneCycleLR(0.1, epochs=9, steps_per_epoch=4)",), "SGD()", "after 36 moves"),
        (("schedule=OneCycleLR(0.1, 99)", "train.schedule_every=epoch"), "SGD()", "makes 100"),
        (("schedule=OneCycleLR(0.1, pct_start=0.0025)",), "SGD()", "command line: schedule: climbs "
         "for pct_start · 400 = 1 move, which is its start already: write OneCycleLR(0.1, "),
        (("schedule=OneCycleLR(0.1)",), "Rprop()", "command line: schedule: OneCycleLR moves the "
         "momentum, and Rprop has none: write OneCycleLR(0.1, total_steps=400, "
         "cycle_momentum=False)"),
        (("schedule=OneCycleLR(0.1, None, None, None, 0.3, 'cos', True)",), "Adagrad()", "Adagrad "
         "has none: write OneCycleLR(0.1, 400, None, None, 0.3, 'cos', False)"),
        (("schedule=OneCycleLR(0.1)",), "LBFGS()", "LBFGS has none"),
        (("schedule=ReduceLROnPlateau()", "train.schedule_every=epoch"), "SGD()",
         "command line: train.schedule_every: is 'epoch', but ReduceLROnPlateau looks at "
         "evaluations: write 'evaluation', or take it out"),
        (("schedule=ReduceLROnPlateau()", "train.schedule_every=step"), "SGD()", "is 'step', but"),
        (("schedule=StepLR(5)", "train.schedule_every=evaluation", "train.eval_every=0"), "SGD()",
         "command line: train.schedule_every: is 'evaluation', but train.eval_every is 0: write "
         "train.eval_every=1"),
    ],
)  # fmt: skip
def test_a_schedule_that_can_not_run_is_refused(
    changes: Sequence[str], optimizer: str, message: str
) -> None:
    assert message in said(*changes, optimizer=optimizer)


def test_the_way_out_of_a_schedule_that_can_not_run_can_be_planned() -> None:
    for changes, optimizer in (
        (("schedule=OneCycleLR(0.1)",), "Rprop()"),
        (("schedule=OneCycleLR(0.1, None, None, None, 0.3, 'cos', True)",), "LBFGS()"),
        (("schedule=OneCycleLR(0.1, pct_start=0.0025)",), "SGD()"),
        (("schedule=OneCycleLR(0.1, epochs=9, steps_per_epoch=4, pct_start=0.2)",), "SGD()"),
        (("schedule=OneCycleLR(0.1, 99, None, None, 0.2)",), "SGD()"),
    ):
        hint = said(*changes, optimizer=optimizer).rpartition("write ")[2].partition(": its")[0]
        assert plan(f"schedule={hint}", optimizer=optimizer).experiment.schedule is not None


@given(
    st.integers(1, 40),
    st.sampled_from([0.0, 0.05, 0.1, 0.25, 1 / 3, 0.5, 0.9, 0.99]),
    st.booleans(),
)
def test_a_planned_cycle_runs_in_torch_to_its_end(steps: int, share: float, three: bool) -> None:
    schedule = f"OneCycleLR(0.1, pct_start={share}, three_phase={three})"
    changes = (f"schedule={schedule}", f"train.epochs={steps}", "train.batch_size=0")
    if steps * share == 1:
        assert "pct_start" in said(*changes)
        return
    bound = plan(*changes).experiment.schedule
    assert bound is not None
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.ones(1))], lr=0.1)
    moving = resolve_target(bound.entry.target)(optimizer, **bound.given)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that the optimizer makes no step
        for _ in range(steps):
            moving.step()


# Optimizers.


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (('optimizer=["LBFGS()", "SGD()"]',), "command line: optimizer: LBFGS can't share a "),
        (('optimizer=["Muon()", "LBFGS()"]',), "command line: optimizer: LBFGS can't share a "
         "network: write it alone: it steps along all parameters at once"),
        (("optimizer=LBFGS()", "train.clip_norm=1"), "command line: train.clip_norm: can't be used "
         "with LBFGS, whose line search needs the true gradient: take it out"),
        (("optimizer=Muon()",), "command line: optimizer: Muon takes only the weight matrices of "
         'hidden Linear layers, nobody takes 0.bias, 2.weight, 2.bias: write ["Muon()", '),
        (('optimizer=["SGD()", "Adam()"]',), "command line: optimizer[1]: Adam gets no parameter"),
        (('optimizer=["Muon()", "SGD()"]', 'network=["Linear(2, 1)"]'), "command line: optimizer[0]"
         ": Muon finds no weight matrix of a hidden Linear layer: take it out"),
        (('network=["Tanh()", "Flatten()"]', "loss=CrossEntropyLoss()"), "x.toml: optimizer: SGD "
         "has nothing to train: add a layer with parameters, such as Linear"),
    ],
)  # fmt: skip
def test_optimizers_that_can_not_share_the_network_are_refused(
    changes: Sequence[str], message: str
) -> None:
    assert message in said(*changes)


def test_muon_and_another_share_the_network() -> None:
    shares = plan('optimizer=["Muon()", "AdamW()"]').shares
    assert shares == (("0.weight",), ("0.bias", "2.weight", "2.bias"))


# Goals and evaluations.


@pytest.mark.parametrize(
    ("goal", "data", "message"),
    [
        ("mae=1", facts(), "command line: goal.mae: the data has 2 classes: use loss, accuracy,"
         " f1"),
        ("accuracy=1", facts(kind=Values((1,))), "command line: goal.accuracy: the data has 1 value"
         ": use loss, mae, rmse, r2"),
    ],
)  # fmt: skip
def test_a_goal_that_does_not_suit_the_data_is_refused(
    goal: str, data: DataFacts, message: str
) -> None:
    assert said(f"goal.{goal}", data=data, loss="MSELoss()") == message


@pytest.mark.parametrize("goal", ["loss=0.1", "accuracy=1", "f1=1"])
def test_a_goal_that_suits_the_data_is_planned(goal: str) -> None:
    assert plan(f"goal.{goal}").experiment.goal is not None


@pytest.mark.parametrize(
    ("change", "key"),
    [
        ("goal.loss=0.1", "goal"),
        ("train.patience=3", "train.patience"),
        ("schedule=ReduceLROnPlateau()", "schedule"),
    ],
)
def test_who_looks_at_evaluations_needs_some(change: str, key: str) -> None:
    message = f"is 0, but {key} looks at evaluations: write 1, or take out {key}"
    assert said(change, "train.eval_every=0") == f"command line: train.eval_every: {message}"
    assert plan("train.eval_every=0").experiment.train.eval_every == 0


@pytest.mark.parametrize(
    ("changes", "notices"),
    [
        (("optimizer=LBFGS()", "train.batch_size=0"),
         ("LBFGS without line search can explode: line_search_fn='strong_wolfe' is safer",)),
        (("optimizer=LBFGS(line_search_fn='strong_wolfe')", "train.batch_size=0"), ()),
        (("optimizer=LBFGS(line_search_fn='strong_wolfe')",),
         ("LBFGS wants all samples in each step: train.batch_size=0",)),
        (("optimizer=Rprop()", "train.batch_size=0", "schedule=StepLR(5)"),
         ("StepLR has no effect: Rprop uses lr for its first step only",)),
        (("optimizer=Rprop()", "train.batch_size=0"), ()),
        (("optimizer=Rprop()",), ("Rprop wants all samples in each step: train.batch_size=0",)),
        (("goal.loss=1", "train.epochs=5"), ("train.eval_every is 13, train.epochs 5: there is no "
         "evaluation for goal to look at",)),
        (("train.patience=1", "train.epochs=5"), ("train.eval_every is 13, train.epochs 5: there "
         "is no evaluation for train.patience to look at",)),
        (("goal.loss=1", "train.epochs=13"), ()),
        (("train.epochs=5",), ()),
        (("goal.loss=1", "train.epochs=5", "train.eval_every=1"), ()),
    ],
)  # fmt: skip
def test_what_is_not_wrong_but_surprising_is_noticed(
    changes: Sequence[str], notices: Sequence[str]
) -> None:
    assert plan(*changes).notices == tuple(notices)
