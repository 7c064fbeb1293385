"""Schedules inside schedules, and all that is checked before a run."""

from collections.abc import Sequence
from typing import Any

import pytest
import torch

from tests.spec.plans import plan, said
from tests.spec.support import bound, refusal
from tui_nn.engine.building import build_schedules
from tui_nn.engine.stepping import mark_stepped
from tui_nn.spec.catalog import CATALOG
from tui_nn.spec.catalog.schedules import FUNCTIONS
from tui_nn.spec.resolve import DataFacts
from tui_nn.spec.targets import Classes

SCHEDULES = tuple(CATALOG["schedule"])


def test_every_schedule_of_torch_is_here_or_takes_a_function() -> None:
    kinds = torch.optim.lr_scheduler
    theirs = {
        name
        for name, kind in vars(kinds).items()
        if isinstance(kind, type)
        and issubclass(kind, kinds.LRScheduler)
        and name not in ("LRScheduler", "_LRScheduler")
    }
    assert set(SCHEDULES) | set(FUNCTIONS) == theirs


def test_calls_inside_a_call_are_checked_and_kept() -> None:
    text = "SequentialLR([LinearLR(), lr_scheduler.CosineAnnealingLR(T_max=90)], milestones=[10])"
    schedule = bound("schedule", text)
    assert [part.entry.name for part in schedule.inner] == ["LinearLR", "CosineAnnealingLR"]
    assert schedule.inner[1]["T_max"] == 90
    assert schedule["milestones"] == (10,)
    assert bound("schedule", str(schedule.call)) == schedule
    assert str(schedule.call_with(milestones=(5,))).endswith(", milestones=(5,))")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("LambdaLR(f)", "'f' is a name, not a value"),
        ("LambdaLR()", "LambdaLR takes a function of the epoch, and only plain values can be "
         "written: there are MultiStepLR, "),
        ("MultiplicativeLR(0.9)", "MultiplicativeLR takes a function of the epoch"),
        ("MultiStepLR([30, 10])", "milestones is (30, 10): each must be above the one before it"),
        ("MultiStepLR([5, 5])", "each must be above the one before it"),
        ("MultiStepLR([0, 5])", "milestones is 0: it must be at least 1"),
        ("MultiStepLR([])", "milestones is an empty list"),
        ("MultiStepLR(30)", "milestones is 30, not a list: it takes a list, each a whole number"),
        ("ConstantLR(factor=0)", "factor is 0: it must be above 0"),
        ("ConstantLR(factor=1.5)", "factor is 1.5: it must be at most 1"),
        ("LinearLR(start_factor=0)", "start_factor is 0: it must be above 0"),
        ("LinearLR(end_factor=2)", "end_factor is 2: it must be at most 1"),
        ("PolynomialLR(power=-1)", "power is -1: it must be at least 0"),
        ("CosineAnnealingWarmRestarts(T_0=0)", "T_0 is 0: it must be at least 1"),
        ("CosineAnnealingWarmRestarts(5, 0.5)", "T_mult is 0.5, not a whole number"),
        ("CyclicLR(0.1)", "CyclicLR needs max_lr: write CyclicLR(base_lr, max_lr"),
        ("CyclicLR(0.1, 0.2, mode='saw')", "mode is 'saw', not 'triangular', 'triangular2' or"),
        ("CyclicLR(0.1, 0.2, scale_fn=1)", "scale_fn can't be set: scale_fn is a function: choose"),
        ("CyclicLR(0.1, 0.2, gamma=1.1)", "gamma is 1.1: it must be at most 1"),
        ("SequentialLR([StepLR(5), LinearLR()], [1, 2])", "2 schedules change over 1 times, "
         "milestones has 2: write milestones with 1 numbers: when the next one takes over"),
        ("SequentialLR([StepLR(5), LinearLR()], [])", "milestones has 0"),
        ("SequentialLR([StepLR(5), LinearLR(), StepLR(2)], [9, 3])", "each must be above the one"),
        ("SequentialLR([StepLR(5), LinearLR()])", "SequentialLR needs milestones: write "),
        ("SequentialLR([], [])", "schedulers is an empty list"),
        ("SequentialLR(StepLR(5), [])", "schedulers is StepLR(5), not a list"),
        ("SequentialLR([5], [])", "schedulers is 5, not a schedule"),
        ("SequentialLR([StepLR(0)], [])", "SequentialLR[0]: StepLR: step_size is 0"),
        ("ChainedScheduler([StepLR(5), Adam()])", "ChainedScheduler[1]: Adam is an optimizer"),
        ("ChainedScheduler([StepLR(5), LambdaLR()])", "ChainedScheduler[1]: LambdaLR takes a "),
        ("ChainedScheduler([StepLR(5), ReduceLROnPlateau()])", "ChainedScheduler: ReduceLROnPlateau"
         " can't be part of it, it must be told a loss: write schedule = \"ReduceLROnPlateau("),
        ("SequentialLR([ReduceLROnPlateau()], [])", "SequentialLR: ReduceLROnPlateau can't be"),
        ("SequentialLR([SequentialLR([StepLR(5)], [])], [])", "SequentialLR: SequentialLR can't be "
         "part of it, torch would start its schedules anew: write their schedules in one list"),
        ("SequentialLR([StepLR(5), ChainedScheduler([StepLR(5)])], [3])", "ChainedScheduler can't"),
        ("ChainedScheduler([SequentialLR([StepLR(5)], [])])", "SequentialLR can't be part of it"),
        ("ChainedScheduler([ChainedScheduler([StepLR(5)])])", "ChainedScheduler can't be part of"),
        ("SequentialLR([OneCycleLR(1), OneCycleLR(2)], [5])", "two OneCycleLR overwrite each "
         "other's limits, torch keeps one pair: keep one"),
    ],
)  # fmt: skip
def test_a_schedule_that_torch_can_not_make_is_refused(text: str, message: str) -> None:
    assert message in refusal(lambda: bound("schedule", text))


@pytest.mark.parametrize(
    ("schedule", "every"),
    [
        ("CyclicLR(0.01, 0.1)", "step"),
        ("SequentialLR([LinearLR(), StepLR(5)], [5])", "epoch"),
        ("SequentialLR([LinearLR(), CyclicLR(0.01, 0.1)], [5])", "step"),
        ("ChainedScheduler([OneCycleLR(0.1), StepLR(5)])", "step"),
        ("ChainedScheduler([LinearLR(), StepLR(5)])", "epoch"),
        ("MultiStepLR([5])", "epoch"),
    ],
)
def test_a_schedule_moves_as_is_usual_for_what_is_in_it(schedule: str, every: str) -> None:
    assert plan(f"schedule={schedule}").experiment.train.schedule_every == every


# The runs of `plan` have 100 epochs of 4 steps.


@pytest.mark.parametrize(
    ("schedule", "filled"),
    [
        ("SequentialLR([LinearLR(), OneCycleLR(0.1)], [50])", "OneCycleLR(0.1, total_steps=350)"),
        ("SequentialLR([OneCycleLR(0.1), LinearLR()], [50])", "OneCycleLR(0.1, total_steps=50)"),
        ("SequentialLR([LinearLR(), OneCycleLR(0.1), StepLR(5)], [50, 150])",
         "OneCycleLR(0.1, total_steps=100)"),
        ("SequentialLR([LinearLR(), OneCycleLR(0.1)], [900])", "OneCycleLR(0.1, total_steps=1)"),
        ("ChainedScheduler([OneCycleLR(0.1), LinearLR()])", "OneCycleLR(0.1, total_steps=400)"),
    ],
)  # fmt: skip
def test_a_cycle_inside_gets_the_length_of_its_part(schedule: str, filled: str) -> None:
    made = plan(f"schedule={schedule}").experiment
    assert made.schedule is not None
    assert filled in str(made.schedule.call)
    assert made.table["schedule"] == str(made.schedule.call)
    assert filled in [str(part.call) for part in made.schedule.inner]


@pytest.mark.parametrize(
    ("schedule", "optimizer", "message"),
    [
        ("SequentialLR([LinearLR(), OneCycleLR(0.1, 349)], [50])", "SGD()", "command line: "
         "schedule: SequentialLR[1]: is over after 349 moves, the run makes 350: write OneCycle"),
        ("ChainedScheduler([OneCycleLR(0.1, 399)])", "SGD()", "ChainedScheduler[0]: is over after"),
        ("SequentialLR([OneCycleLR(0.1, 48), StepLR(5)], [50])", "SGD()", "is over after 48 moves"),
        ("OneCycleLR(0.1, 400, pct_start=0.50125, three_phase=True)", "SGD()", "has no move left "
         "for its third phase: pct_start is 0.50125: write OneCycleLR(0.1, 400, pct_start=0.3, "),
        ("CyclicLR(0.01, 0.1, 3, mode='triangular2')", "SGD()", ""),
        ("CyclicLR(0.01, 0.1)", "Rprop()", "command line: schedule: CyclicLR moves the momentum, "
         "and Rprop has none: write CyclicLR(0.01, 0.1, cycle_momentum=False)"),
        ("ChainedScheduler([LinearLR(), CyclicLR(0.01, 0.1)])", "Adafactor()", "schedule: "
         "ChainedScheduler[1]: CyclicLR moves the momentum, and Adafactor has none: write "),
        ("CyclicLR(0.01, 0.1, max_momentum=0, base_momentum=0.5)", "RMSprop()", "CyclicLR starts "
         "at max_momentum=0, from which RMSprop can't take up momentum: write CyclicLR(0.01, "),
        ("OneCycleLR(0.1, max_momentum=0)", "RMSprop()", "OneCycleLR starts at max_momentum=0"),
        ("LinearLR(1, 0)", "LBFGS()", "command line: schedule: LinearLR comes to lr 0, along which "
         "LBFGS can't search: write LinearLR(1, 0.01)"),
        ("PolynomialLR(20)", "LBFGS()", "write LinearLR(start_factor=1.0, end_factor=0.01, "
         "total_iters=20)"),
        ("CyclicLR(0, 0.1, cycle_momentum=False)", "LBFGS()", "CyclicLR(0.001, 0.1, cycle_m"),
        ("ReduceLROnPlateau(factor=0)", "LBFGS()", "write ReduceLROnPlateau(factor=0.1)"),
        ("CosineAnnealingLR(5)", "LBFGS()", "write CosineAnnealingLR(5, eta_min=0.001)"),
        ("StepLR(1, 0.1)", "LBFGS()", ""),
        ("SequentialLR([StepLR(9), CosineAnnealingLR(5)], [9])", "LBFGS()", "SequentialLR[1]: Cos"),
    ],
)  # fmt: skip
def test_a_schedule_that_can_not_lead_this_run_is_refused(
    schedule: str, optimizer: str, message: str
) -> None:
    if message:
        assert message in said(f"schedule={schedule}", optimizer=optimizer)
    else:
        plan(f"schedule={schedule}", optimizer=optimizer)


@pytest.mark.parametrize(
    ("fall", "reached"),
    [("CosineAnnealingLR({})", 99), ("PolynomialLR({})", 99), ("LinearLR(1, 0, {})", 99),
     ("SequentialLR([StepLR(9), CosineAnnealingLR({})], [50])", 49),
     ("SequentialLR([CosineAnnealingLR({}), StepLR(9)], [50])", 49)],
)  # fmt: skip
def test_a_fall_to_0_that_no_step_sees_leads_lbfgs(fall: str, reached: int) -> None:
    fine, refused = (f"schedule={fall.format(length)}" for length in (reached + 1, reached))
    assert plan(fine, optimizer="LBFGS()").experiment.schedule is not None
    assert "comes to lr 0" in said(refused, optimizer="LBFGS()")


def test_a_fall_over_evaluations_is_measured_in_them() -> None:
    pace = ("train.epochs=10", "train.eval_every=3", "train.schedule_every=evaluation")
    assert "comes to lr 0" in said(*pace, "schedule=PolynomialLR(3)", optimizer="LBFGS()")
    assert plan(*pace, "schedule=PolynomialLR(4)", optimizer="LBFGS()").experiment.schedule
    assert plan(*pace, "schedule=OneCycleLR(0.1, total_steps=4)").experiment.schedule
    filled = plan(*pace, "schedule=OneCycleLR(0.1)").experiment.schedule
    assert str(filled and filled.call) == "OneCycleLR(0.1, total_steps=3)"


def test_momentum_may_move_where_another_takes_the_sparse_gradients() -> None:
    parts: Any = {
        "network": ("Embedding(5, 3, sparse=True)", "Flatten()", "Linear(6, 5)"),
        "loss": "CrossEntropyLoss()",
        "data": DataFacts((2,), Classes(5), 25, 0, tokens=5),
    }
    cycle = "schedule=OneCycleLR(0.1)"
    assert plan('optimizer=["SparseAdam()", "SGD(momentum=0.9)"]', cycle, **parts).shares
    assert "SGD can't keep for sparse gradients" in said("optimizer=SGD()", cycle, **parts)


@pytest.mark.parametrize(
    ("given", "message"),
    [("div_factor=1e-30", "OneCycleLR: div_factor=1e-30 makes lr 1e+50, above 1e+30: write "
      "OneCycleLR(1e+20, div_factor=25.0)"),
     ("final_div_factor=1e-45", "final_div_factor=1e-45 makes lr 4e+63, above 1e+30: write "
      "OneCycleLR(1e+20, final_div_factor=10000.0)")],
)  # fmt: skip
def test_factors_that_make_a_rate_no_step_survives_are_refused(given: str, message: str) -> None:
    assert message in refusal(lambda: bound("schedule", f"OneCycleLR(1e20, {given})"))
    assert bound("schedule", message.rpartition("write ")[2])["max_lr"] == 1e20


@pytest.mark.parametrize(
    ("schedule", "notices"),
    [
        ("StepLR(500)", ("StepLR has no effect: it first changes lr after 500 epochs, of 100",)),
        ("StepLR(100)", ("StepLR has no effect: it first changes lr after 100 epochs, of 100",)),
        ("StepLR(99)", ()),
        (
            "MultiStepLR([500])",
            ("MultiStepLR has no effect: it first changes lr after 500 epochs, of 100",),
        ),
        (
            "ReduceLROnPlateau()",
            ("ReduceLROnPlateau has no effect: it first changes lr after 12 evaluations, of 8",),
        ),
        ("ReduceLROnPlateau(patience=5)", ()),
        (
            "SequentialLR([StepLR(9), LinearLR()], [100])",
            ("LinearLR never leads: the run has ended before its milestone",),
        ),
        ("SequentialLR([StepLR(9), LinearLR()], [99])", ()),
        ("PolynomialLR()", ("PolynomialLR leaves lr at 0 after 5 of 100 epochs",)),
        ("PolynomialLR(5, 0)", ()),
        ("PolynomialLR(100)", ()),
        ("LinearLR(1, 0)", ("LinearLR leaves lr at 0 after 5 of 100 epochs",)),
        ("LinearLR()", ()),
        ("CosineAnnealingLR(5)", ("CosineAnnealingLR climbs again after 5 of 100 epochs",)),
        ("CosineAnnealingLR(99)", ()),
    ],
)
def test_a_schedule_of_another_length_than_the_run_is_noticed(
    schedule: str, notices: Sequence[str]
) -> None:
    assert plan(f"schedule={schedule}").notices == tuple(notices)


@pytest.mark.parametrize("schedule", ["CyclicLR(0.01, 0.1)", "OneCycleLR(0.1)"])
def test_a_rate_that_a_cycle_replaces_is_noticed(schedule: str) -> None:
    said_of = f"{schedule.partition('(')[0]} sets lr itself: lr=0.5 of SGD has no effect"
    assert plan(f"schedule={schedule}", optimizer="SGD(lr=0.5)").notices == (said_of,)
    assert plan(f"schedule={schedule}", optimizer="SGD()").notices == ()


@pytest.mark.parametrize(
    "schedule",
    ["LinearLR(1, 0.01)", "PolynomialLR(20, 0)", "CosineAnnealingWarmRestarts(5)",
     "CyclicLR(0.01, 0.1, cycle_momentum=False)", "ReduceLROnPlateau(factor=0, min_lr=0.01)"],
)  # fmt: skip
def test_schedules_that_stay_above_0_lead_lbfgs(schedule: str) -> None:
    assert plan(f"schedule={schedule}", optimizer="LBFGS()").experiment.schedule is not None


def test_a_rate_that_fades_to_0_is_refused_for_lbfgs() -> None:
    changes = ("train.epochs=324", "schedule=ExponentialLR(0.1)")
    message = said(*changes, optimizer="LBFGS()")
    assert message == (
        "command line: schedule: ExponentialLR falls 324 times, to lr 0, along which LBFGS can't "
        "search: write ExponentialLR(0.978905)"
    )
    assert 0.1**324 == 0.0
    plan(*changes, optimizer="SGD()")
    plan("train.epochs=324", "schedule=StepLR(9, 0.1)", optimizer="LBFGS()")
    plan("train.epochs=324", "schedule=ExponentialLR(0.978905)", optimizer="LBFGS()")


def test_halving_a_cycle_more_often_than_a_number_can_hold_is_refused_as_torch_would_break() -> (
    None
):
    schedule = "CyclicLR(0.01, 0.1, 1, mode='triangular2')"
    changes = ("train.epochs=512", f"schedule={schedule}")  # 2,048 steps, 1,024 cycles
    assert said(*changes) == (
        "command line: schedule: makes more than 1,024 cycles, each half as high: torch runs out "
        "of numbers: write CyclicLR(0.01, 0.1, 3, mode='triangular2')"
    )
    assert plan("train.epochs=511", f"schedule={schedule}").total_steps == 2044
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.ones(1))], lr=0.1)
    [moving] = build_schedules(plan(f"schedule={schedule}"), [optimizer])
    mark_stepped(optimizer)
    for _ in range(2047):
        moving.step()  # type: ignore[call-arg]
    with pytest.raises(OverflowError):
        moving.step()  # type: ignore[call-arg]


def test_the_ways_out_can_be_planned() -> None:
    for schedule, optimizer in (
        ("OneCycleLR(0.1, 400, pct_start=0.50125, three_phase=True)", "SGD()"),
        ("CyclicLR(0.01, 0.1)", "Rprop()"),
        ("PolynomialLR(20)", "LBFGS()"),
        ("CyclicLR(0, 0, cycle_momentum=False)", "LBFGS()"),
        ("LinearLR(1, 0)", "LBFGS()"),
        ("CyclicLR(0.01, 0.1, max_momentum=0)", "RMSprop()"),
    ):
        hint = said(f"schedule={schedule}", optimizer=optimizer).rpartition("write ")[2]
        assert plan(f"schedule={hint}", optimizer=optimizer).experiment.schedule is not None


@pytest.mark.parametrize(
    ("changes", "notices"),
    [
        (("optimizer=ASGD()", "schedule=StepLR(5)"), ("ASGD takes up a new lr one step late",)),
        (("optimizer=ASGD()",), ()),
        (("optimizer=Rprop()", "train.batch_size=0", "schedule=ChainedScheduler([StepLR(5)])"),
         ("ChainedScheduler has no effect: Rprop uses lr for its first step only",)),
        (("schedule=CyclicLR(0.01, 0.1, gamma=0.9)",),
         ("CyclicLR: gamma has no effect in mode='triangular', only in 'exp_range'",)),
        (("schedule=CyclicLR(0.01, 0.1, gamma=0.9, mode='exp_range')",), ()),
        (("schedule=ChainedScheduler([LinearLR(), CyclicLR(0.01, 0.1)])",),
         ("CyclicLR sets lr anew at each move: factors chained with it don't add up",)),
        (("schedule=ChainedScheduler([LinearLR(), StepLR(5)])",), ()),
        (("schedule=SequentialLR([LinearLR(), OneCycleLR(0.1)], [5])",),
         ("OneCycleLR sets where lr starts, for the other schedules too: max_lr/div_factor",)),
        (("schedule=SequentialLR([CyclicLR(0.01, 0.1), StepLR(5)], [5])",),
         ("CyclicLR sets where lr starts, for the other schedules too: base_lr",)),
        (("schedule=SequentialLR([StepLR(3), CyclicLR(0.01, 0.1)], [5])",), ()),
        (('optimizer=["Muon()", "Rprop()"]', "train.batch_size=0", "schedule=StepLR(5)"),
         ("StepLR has no effect on Rprop, which uses lr for its first step only",)),
        (("train.schedule_every=step",),
         ("train.schedule_every has no effect: there is no schedule",)),
    ],
)  # fmt: skip
def test_what_has_no_effect_or_another_one_is_noticed(
    changes: Sequence[str], notices: Sequence[str]
) -> None:
    assert plan(*changes).notices == tuple(notices)
