"""The schedules of torch.optim.lr_scheduler: how the learning rate changes."""

from dataclasses import replace

from tui_nn.spec.catalog.entry import Bound, Choice, Entry, Flag, Parameter, Real, Whole, optional
from tui_nn.spec.errors import InvalidInput

LEFT_OUT = {
    "optimizer": "is the experiment's",
    "last_epoch": "is kept by the run itself",
}

_gamma = Real(0, above=True)


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
)
