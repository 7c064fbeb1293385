"""Losses, optimizers and schedules as lines of a script."""

from collections import Counter
from collections.abc import Sequence

from tui_nn.engine.building import WEIGHTS
from tui_nn.engine.export.networks import Network
from tui_nn.engine.export.settings import Settings
from tui_nn.spec.catalog.entry import Bound
from tui_nn.spec.resolve import Plan
from tui_nn.spec.script.layout import WIDTH, Piece, arguments, call, keyword, lay, listed, value

LISTS = ("milestones", "schedulers")


def loss_lines(plan: Plan, width: int = WIDTH) -> list[str]:
    """`loss_of = nn.MSELoss()`."""
    loss = plan.experiment.loss
    parts: list[Piece] = []
    for name, given in loss.given.items():
        if name in WEIGHTS and given is not None:
            floats = listed(map(_float, given)) if isinstance(given, tuple) else _float(given)
            wide = plan.experiment.train.dtype == "float64"
            more = ("dtype=torch.float64",) if wide else ()
            parts.append(keyword(name, call("torch.tensor", floats, *more)))
        else:
            parts.append(keyword(name, value(given)))
    name = loss.entry.name
    return lay(
        "loss_of = ",
        call(name if name == "HalfSquaredError" else f"nn.{name}", *parts),
        width=width,
    )


def _float(given: object) -> str:
    """A number with a point."""
    assert isinstance(given, int | float)
    return repr(float(given))


def optimizer_call(bound: Bound, parameters: Piece) -> Piece:
    """`torch.optim.Adam(network.parameters(), lr=0.01)`; lr with a point, as schedules want it."""
    lr = bound.given.get("lr")
    changed = {"lr": float(bound["lr"])} if isinstance(lr, int) else {}
    return call(f"torch.optim.{bound.entry.name}", parameters, *arguments(bound, **changed))


def share(names: Sequence[str], plan: Plan, network: Network) -> Piece:
    """The parameters of an optimizer, as an expression."""
    if len(names) == len(network.named):
        return network.parameters
    if len(names) + len(plan.frozen) == len(network.named):
        return f"[p for p in {network.parameters} if p.requires_grad]"
    return listed(network.named[name] for name in names)


def shares_of(plan: Plan, network: Network) -> list[Piece]:
    """The parameters of each optimizer, as expressions."""
    return [share(names, plan, network) for names in plan.shares]


def naming(shares: Sequence[Piece]) -> list[str]:
    """What must stand before these shares, where they name parameters."""
    named = any("named[" in str(piece) for piece in shares)
    return ["named = dict(network.named_parameters())"] if named else []


def names_of(plan: Plan) -> list[str]:
    """What the optimizers of a list are called: muon, adamw."""
    words = [optimizer.entry.name.lower() for optimizer in plan.experiment.optimizers]
    counts = Counter(words)
    seen: Counter[str] = Counter()
    names: list[str] = []
    for word in words:
        seen[word] += 1
        names.append(f"{word}{seen[word]}" if counts[word] > 1 else word)
    return names


def optimizer_lines(plan: Plan, settings: Settings, width: int = WIDTH) -> list[str]:
    """What makes the optimizer, or the list of them."""
    network, optimizers = settings.network, plan.experiment.optimizers
    if not settings.several:
        return lay(
            "optimizer = ",
            optimizer_call(optimizers[0], share(plan.shares[0], plan, network)),
            width=width,
        )
    lines: list[str] = []
    shares = shares_of(plan, network)
    lines += naming(shares)
    names = names_of(plan)
    for name, bound, piece in zip(names, optimizers, shares, strict=True):
        lines += lay(f"{name} = ", optimizer_call(bound, piece), width=width)
    return [*lines, *lay("optimizers = ", listed(names), width=width)]


def schedule_lines(plan: Plan, settings: Settings, width: int = WIDTH) -> list[str]:
    """What makes the schedule, or one for each optimizer; none is None, or an empty list."""
    schedule = plan.experiment.schedule
    if schedule is None:
        if settings.schedules == [None]:
            return []
        return ["schedules = []"] if settings.several else ["schedule = None"]
    if not settings.several:
        return lay("schedule = ", schedule_call(schedule), width=width)
    made = schedule_call(schedule)
    one_line = f"schedules = [{made} for optimizer in optimizers]"
    if len(one_line) <= width:
        return [one_line]
    return [
        "schedules = []",
        "for optimizer in optimizers:",
        *lay("schedule = ", made, indent=1, width=width),
        "    schedules.append(schedule)",
    ]


def schedule_call(bound: Bound) -> Piece:
    """`lr_scheduler.StepLR(optimizer, 10)`, with those inside a composed one."""
    name = f"lr_scheduler.{bound.entry.name}"
    if not bound.inner:
        return call(name, "optimizer", *_schedule_arguments(bound))
    parts = [keyword("schedulers", listed(map(schedule_call, bound.inner)))]
    if "milestones" in bound.values:
        parts.append(keyword("milestones", listed(map(str, bound["milestones"]))))
    if bound.entry.name == "ChainedScheduler":
        return call(name, *parts, "optimizer=optimizer")
    return call(name, "optimizer", *parts)


def _schedule_arguments(bound: Bound) -> tuple[Piece, ...]:
    if "milestones" not in bound.values:
        return arguments(bound)
    parts: list[Piece] = []
    for name, given in bound.given.items():
        many = name in LISTS and isinstance(given, tuple)
        text: Piece = listed(map(str, given)) if many else value(given)  # type: ignore[arg-type]
        parts.append(keyword(name, text))
    return tuple(parts)
