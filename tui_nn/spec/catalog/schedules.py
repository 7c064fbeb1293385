"""The schedules of torch.optim.lr_scheduler: how the learning rate changes."""

from dataclasses import replace

from tui_nn.spec.catalog.entry import (
    MAX_REAL,
    Bound,
    Choice,
    Entry,
    Flag,
    Parameter,
    Real,
    Whole,
    optional,
)
from tui_nn.spec.catalog.lists import Listed, Schedule
from tui_nn.spec.errors import InvalidInput

LEFT_OUT = {
    "optimizer": "is the experiment's",
    "last_epoch": "is kept by the run itself",
}
FUNCTIONS = {
    "LambdaLR": "takes a function of the epoch, and only plain values can be written",
    "MultiplicativeLR": "takes a function of the epoch, and only plain values can be written",
}
"""Schedules of torch that aren't here, each with the reason."""
COMPOSED = ("SequentialLR", "ChainedScheduler")

_gamma = Real(0, above=True)
_schedules = Parameter("schedulers", Listed(Schedule()), "the schedules, as calls in a list")


def _by_name(*parameters: Parameter) -> tuple[Parameter, ...]:
    """The same, for a torch signature that has something else before them."""
    return tuple(replace(parameter, keyword_only=True) for parameter in parameters)


def _check_one_cycle(bound: Bound) -> None:
    if isinstance(bound["pct_start"], int):  # torch refuses it
        raise InvalidInput(
            f"OneCycleLR: pct_start is {bound['pct_start']}, torch wants its decimal point",
            hint=f"write pct_start={bound['pct_start']}.0",
        )
    if bound["total_steps"] is None and (bound["epochs"] is None) != (
        bound["steps_per_epoch"] is None
    ):
        raise InvalidInput(
            "OneCycleLR: epochs and steps_per_epoch go together",
            hint="write both, or neither: the length of the run is filled in",
        )
    rate = bound["max_lr"]
    for name, usual in (("div_factor", 25.0), ("final_div_factor", 10000.0)):
        rate /= bound[name]
        if rate > MAX_REAL:
            raise InvalidInput(
                f"OneCycleLR: {name}={bound[name]} makes lr {rate:g}, above {MAX_REAL:g}",
                hint=f"write {bound.call_with(**{name: usual})}",
            )


def _check_composed(bound: Bound) -> None:
    """Refuse what torch can't compose, by the names of the calls inside."""
    name = bound.entry.name
    names = [call.name for call in bound["schedulers"]]
    if "ReduceLROnPlateau" in names:
        raise InvalidInput(
            f"{name}: ReduceLROnPlateau can't be part of it, it must be told a loss",
            hint='write schedule = "ReduceLROnPlateau(…)" alone',
        )
    for inside in (inside for inside in COMPOSED if inside in names):
        raise InvalidInput(
            f"{name}: {inside} can't be part of it, torch would start its schedules anew",
            hint="write their schedules in one list",
        )
    if names.count("OneCycleLR") > 1:
        raise InvalidInput(
            f"{name}: two OneCycleLR overwrite each other's limits, torch keeps one pair",
            hint="keep one; CyclicLR can be there more than once",
        )


def _check_sequential(bound: Bound) -> None:
    _check_composed(bound)
    count, milestones = len(bound["schedulers"]), bound["milestones"]
    if len(milestones) != count - 1:
        raise InvalidInput(
            f"SequentialLR: {count} schedules change over {count - 1} times, "
            f"milestones has {len(milestones)}",
            hint=f"write milestones with {count - 1} numbers: when the next one takes over",
        )


SCHEDULES = (
    Entry(
        "schedule",
        "ExponentialLR",
        "torch.optim.lr_scheduler.ExponentialLR",
        "Multiplies lr by gamma each time.",
        (Parameter("gamma", _gamma, "the factor"),),
        left_out=LEFT_OUT,
    ),
    Entry(
        "schedule",
        "StepLR",
        "torch.optim.lr_scheduler.StepLR",
        "Multiplies lr by gamma every step_size times.",
        (
            Parameter("step_size", Whole(1), "how long each rate holds"),
            Parameter("gamma", _gamma, "the factor", 0.1),
        ),
        left_out=LEFT_OUT,
    ),
    Entry(
        "schedule",
        "MultiStepLR",
        "torch.optim.lr_scheduler.MultiStepLR",
        "Multiplies lr by gamma at each milestone.",
        (
            Parameter("milestones", Listed(Whole(1), rising=True), "when lr changes"),
            Parameter("gamma", _gamma, "the factor", 0.1),
        ),
        left_out=LEFT_OUT,
    ),
    Entry(
        "schedule",
        "ConstantLR",
        "torch.optim.lr_scheduler.ConstantLR",
        "Multiplies lr by factor, and lets go after total_iters.",
        (
            # torch divides by it when it lets go.
            Parameter("factor", Real(0, 1, above=True), "the factor", 1 / 3),
            Parameter("total_iters", Whole(1), "how long it holds", 5),
        ),
        left_out=LEFT_OUT,
    ),
    Entry(
        "schedule",
        "LinearLR",
        "torch.optim.lr_scheduler.LinearLR",
        "Lets a factor on lr go in a straight line from start_factor to end_factor.",
        (
            Parameter("start_factor", Real(0, 1, above=True), "the factor at first", 1 / 3),
            Parameter("end_factor", Real(0, 1), "the factor at the end", 1.0),
            Parameter("total_iters", Whole(1), "how long the way takes", 5),
        ),
        left_out=LEFT_OUT,
    ),
    Entry(
        "schedule",
        "PolynomialLR",
        "torch.optim.lr_scheduler.PolynomialLR",
        "Lets lr fall to 0 as (1 − k / total_iters) to a power.",
        (
            Parameter("total_iters", Whole(1), "how long the fall takes", 5),
            # Below 0, torch divides by 0 at the end.
            Parameter("power", Real(0), "the power; 1 is a straight line", 1.0),
        ),
        left_out=LEFT_OUT,
    ),
    Entry(
        "schedule",
        "CosineAnnealingLR",
        "torch.optim.lr_scheduler.CosineAnnealingLR",
        "Lets lr fall along half a cosine wave to eta_min.",
        (
            Parameter("T_max", Whole(1), "how long the fall takes"),
            Parameter("eta_min", Real(0), "the rate at the end", 0.0),
        ),
        left_out=LEFT_OUT,
    ),
    Entry(
        "schedule",
        "CosineAnnealingWarmRestarts",
        "torch.optim.lr_scheduler.CosineAnnealingWarmRestarts",
        "Lets lr fall along half a cosine wave, leap back to its start, and fall again.",
        (
            Parameter("T_0", Whole(1), "how long the first fall takes"),
            Parameter("T_mult", Whole(1), "how many times longer each next one is", 1),
            Parameter("eta_min", Real(0), "the rate towards which it falls", 0.0),
        ),
        left_out=LEFT_OUT,
    ),
    Entry(
        "schedule",
        "CyclicLR",
        "torch.optim.lr_scheduler.CyclicLR",
        "Lets lr climb from base_lr to max_lr and back, again and again.",
        (
            Parameter("base_lr", Real(0), "the foot of each cycle"),
            Parameter("max_lr", Real(0), "its top"),
            Parameter("step_size_up", Whole(1), "how long a climb takes", 2000),
            Parameter(
                "step_size_down",
                optional(Whole(1)),
                "how long a fall takes; None: as the climb",
                None,
            ),
            Parameter(
                "mode",
                Choice(("triangular", "triangular2", "exp_range")),
                "cycles of one height, each half as high, or lower by gamma each time",
                "triangular",
            ),
            # Above 1, its power is soon more than a float holds.
            Parameter("gamma", Real(0, 1, above=True), "the factor of exp_range", 1.0),
            *_by_name(
                Parameter("cycle_momentum", Flag(), "let momentum fall while lr climbs", True),
                Parameter("base_momentum", Real(0, 1, below=True), "momentum at the top", 0.8),
                Parameter("max_momentum", Real(0, 1, below=True), "momentum at the foot", 0.9),
            ),
        ),
        left_out=LEFT_OUT
        | {"scale_fn": "is a function: choose a mode", "scale_mode": "belongs to scale_fn"},
    ),
    Entry(
        "schedule",
        "OneCycleLR",
        "torch.optim.lr_scheduler.OneCycleLR",
        "Lets lr climb to max_lr, then fall far below its start: one cycle over the whole run.",
        (
            Parameter("max_lr", Real(0, above=True), "the top of the climb"),
            Parameter(
                "total_steps", optional(Whole(1)), "length; None: the length of the run", None
            ),
            Parameter("epochs", optional(Whole(1)), "length in epochs", None),
            Parameter("steps_per_epoch", optional(Whole(1)), "steps in each of them", None),
            Parameter("pct_start", Real(0, 1, below=True), "share of the run spent climbing", 0.3),
            Parameter("anneal_strategy", Choice(("cos", "linear")), "form of the fall", "cos"),
            Parameter("cycle_momentum", Flag(), "let momentum fall while lr climbs", True),
            Parameter("base_momentum", Real(0, 1, below=True), "momentum at the top", 0.85),
            Parameter("max_momentum", Real(0, 1, below=True), "momentum at both ends", 0.95),
            Parameter("div_factor", _gamma, "the start is max_lr divided by this", 25.0),
            Parameter("final_div_factor", _gamma, "the end is the start divided by this", 10000.0),
            Parameter("three_phase", Flag(), "fall to the start first, then below it", False),
        ),
        left_out=LEFT_OUT,
        relations=_check_one_cycle,
    ),
    Entry(
        "schedule",
        "ReduceLROnPlateau",
        "torch.optim.lr_scheduler.ReduceLROnPlateau",
        "Multiplies lr by factor when the loss of the evaluations stops falling.",
        _by_name(
            Parameter("factor", Real(0, 1, below=True), "the factor", 0.1),
            Parameter("patience", Whole(0), "evaluations without progress to wait for", 10),
            Parameter("threshold", Real(0), "progress smaller than this is none", 0.0001),
            Parameter(
                "threshold_mode", Choice(("rel", "abs")), "threshold as a share or a number", "rel"
            ),
            Parameter("cooldown", Whole(0), "evaluations to rest after a change", 0),
            Parameter("min_lr", Real(0), "never below this", 0),
            Parameter("eps", Real(0), "changes smaller than this are not made", 1e-08),
        ),
        left_out=LEFT_OUT | {"mode": "is 'min': it watches the loss"},
    ),
    Entry(
        "schedule",
        "SequentialLR",
        "torch.optim.lr_scheduler.SequentialLR",
        "Lets one schedule after the other lead: the next takes over at each milestone.",
        (
            _schedules,
            Parameter(
                "milestones",
                Listed(Whole(1), shortest=0, rising=True),
                "when the next takes over, one fewer than schedules",
            ),
        ),
        left_out=LEFT_OUT,
        relations=_check_sequential,
    ),
    Entry(
        "schedule",
        "ChainedScheduler",
        "torch.optim.lr_scheduler.ChainedScheduler",
        "Moves several schedules at once: their factors multiply.",
        (_schedules,),
        left_out=LEFT_OUT,
        relations=_check_composed,
    ),
)
