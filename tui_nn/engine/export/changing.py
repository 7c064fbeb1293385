"""What was changed while a run trained, as functions of its script.

They do what the engine does: weights stay, an optimizer of the same kind keeps its state, a
schedule its place, and a rate that a schedule has moved is moved likewise from its new start.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from tui_nn.engine.export.evaluation import threshold
from tui_nn.engine.export.layout import (
    WIDTH,
    Block,
    comment,
    definition,
    docstring,
    indented,
    lay,
    listed,
    plain,
    value,
)
from tui_nn.engine.export.optimizers import loss_lines, optimizer_lines, schedule_lines
from tui_nn.engine.export.segments import Segment
from tui_nn.engine.export.settings import Settings
from tui_nn.spec.catalog.entry import Bound
from tui_nn.spec.experiment import Experiment, Table
from tui_nn.spec.targets import Classes, Coding

KEPT_BEHIND = {
    ("Adam", "amsgrad"): "max_exp_avg_sq",
    ("AdamW", "amsgrad"): "max_exp_avg_sq",
    ("RMSprop", "momentum"): "momentum_buffer",
    ("RMSprop", "centered"): "grad_avg",
}
"""What torch expects in the state of a parameter once this option is on."""
PARTS = ("train", "val", "test")
VALUES = ("batch_size", "shuffle", "clip_norm", "eval_every", "schedule_every")
"""Settings of train that are a variable where they change."""
INSIDE = WIDTH - 4
"""Columns inside a function."""
GLOBALS = (
    "loss_of", "optimizer", "optimizers", "schedule", "schedules", "batch_size", "shuffle",
    "clip_norm", "evaluate_every", "schedule_every", "threshold",
)  # fmt: skip
SCALE_RATE = definition(
    "def scale_rate(optimizer, now, base, new):",
    '    """As the schedule has made `now` of the rate `base`, so it has made of the `new` one."""',
    "    for group in optimizer.param_groups:",
    '        group["lr"] = new if base in (now, 0) else now * (new / base)',
    '        if "initial_lr" in group:',
    '            group["initial_lr"] = new',
)


def change_blocks(settings: Settings) -> tuple[Block, ...]:
    """A function for each step after which something changed, and what calls them."""
    if not settings.segments:
        return ()
    functions = [_function(segment, settings) for segment in settings.segments]
    if any("scale_rate(" in line for function in functions for line in function.lines):
        functions.insert(0, SCALE_RATE)
    steps = [segment.step for segment in settings.segments]
    table = [f"{step}: after_step_{step}" for step in steps]
    head = comment("What was changed while the run trained: after so many steps, by a function.")
    return (
        *functions,
        plain(*head, *_dictionary("changes = ", table)),
        definition(
            "def apply_changes():",
            '    """What was changed after this many steps holds from the next one on."""',
            "    change = changes.pop(len(losses), None)",
            "    if change is not None:",
            "        change()",
        ),
    )


def _dictionary(before: str, entries: Sequence[str]) -> list[str]:
    line = f"{before}{{{', '.join(entries)}}}"
    if len(line) <= WIDTH:
        return [line]
    return [f"{before}{{", *[f"    {entry}," for entry in entries], "}"]


def _function(segment: Segment, settings: Settings) -> Block:
    old, new = segment.before.experiment, segment.after.experiment
    lines: list[str] = []
    if new.loss != old.loss:
        lines += loss_lines(segment.after, INSIDE) + _recoding(segment, settings)
    fresh = [b.entry for b in old.optimizers] != [b.entry for b in new.optimizers]
    if fresh:
        lines += _other_optimizers(segment, settings)
    elif new.optimizers != old.optimizers:
        lines += _other_values(segment, settings)
    if new.schedule != old.schedule:
        if old.schedule is not None and not fresh:
            lines += _values_again(old, new, settings)
        lines += schedule_lines(segment.after, settings, INSIDE)
    lines += _train_lines(segment, settings)
    targets = [f"y_{part}" for part in PARTS]
    used = [
        name
        for name in (*GLOBALS, *targets)
        if any(line.startswith(f"{name} = ") for line in lines)
    ]
    told = [f"{key}: {before} becomes {after}." for key, before, after in _told(old, new)]
    return definition(
        f"def after_step_{segment.step}():",
        *docstring([" ".join(told)], 1),
        *([f"    global {', '.join(used)}"] if used else []),
        *indented(lines or ["pass"]),
    )


def _recoding(segment: Segment, settings: Settings) -> list[str]:
    """Targets in the coding of another loss."""
    old, new = segment.before.fit, segment.after.fit
    kind, split = segment.after.facts.kind, settings.prepared.split
    lines: list[str] = []
    if old.coding != new.coding:
        assert isinstance(kind, Classes)
        wide = "double" if segment.after.experiment.train.dtype == "float64" else "float"
        rule = {
            Coding.PLUS_MINUS: "2 * {y} - 1",
            Coding.ZERO_ONE: "({y} + 1) / 2",
            Coding.INDEX: "{y}.argmax(1)",
            Coding.ONE_HOT: f"F.one_hot({{y}}, {kind.count}).{wide}()",
        }[new.coding]
        names = [f"y_{part}" for part in PARTS if getattr(split, part) is not None]
        lines += [f"{name} = {rule.format(y=name)}" for name in names]
    if old.decision != new.decision:
        lines.append(f"threshold = {threshold(segment.after)}")
    return lines


def _told(old: Experiment, new: Experiment) -> list[tuple[str, str, str]]:
    before, after = _flat(old.table), _flat(new.table)
    keys = [key for key in dict.fromkeys([*before, *after]) if before.get(key) != after.get(key)]
    return [(key, _word(before.get(key)), _word(after.get(key))) for key in keys]


def _flat(table: Table) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, part in table.items():
        if isinstance(part, Mapping):
            found |= {f"{key}.{leaf}": inside for leaf, inside in part.items()}
        else:
            found[key] = part
    return found


def _word(given: Any) -> str:
    if given is None:
        return "none"
    return ", ".join(map(str, given)) if isinstance(given, tuple) else str(given)


def _optimizer(settings: Settings, index: int) -> str:
    return f"optimizers[{index}]" if settings.several else "optimizer"


def _schedule(settings: Settings, index: int) -> str:
    return f"schedules[{index}]" if settings.several else "schedule"


def _other_values(segment: Segment, settings: Settings) -> list[str]:
    """The same kinds of optimizers: what differs is written into them."""
    old, new = segment.before.experiment, segment.after.experiment
    lines: list[str] = []
    for index, (before, after) in enumerate(zip(old.optimizers, new.optimizers, strict=True)):
        optimizer = _optimizer(settings, index)
        differ = {k: v for k, v in after.values.items() if v != before[k] and k != "lr"}
        rate = float(after["lr"])
        moves = rate != float(before["lr"]) and not _replaces_rates(old.schedule)
        into = [f"    group[{value(key)}] = {value(given)}" for key, given in differ.items()]
        if moves and old.schedule is None:
            into.insert(0, f'    group["lr"] = {rate}')
        if into:
            lines += [f"for group in {optimizer}.param_groups:", *into]
        for key, given in differ.items():
            kept = KEPT_BEHIND.get((after.entry.name, key))
            if kept and given:
                lines += [
                    f"for parameter, state in {optimizer}.state.items():",
                    f"    state.setdefault({value(kept)}, torch.zeros_like(parameter))",
                ]
        if moves and old.schedule is not None:
            base = float(before["lr"])
            now = f'{optimizer}.param_groups[0]["lr"]'
            lines.append(f"scale_rate({optimizer}, {now}, {base}, {rate})")
            lines += _base_lines(old.schedule, _schedule(settings, index), rate)
    return lines


def _base_lines(schedule: Bound, name: str, rate: float) -> list[str]:
    """The rate that a schedule, or each inside it, starts from."""
    if schedule.entry.name == "ReduceLROnPlateau":
        return []
    if schedule.inner:
        return [f"for part in {name}._schedulers:", f"    part.base_lrs = [{rate}]"]
    return [f"{name}.base_lrs = [{rate}]"]


def _replaces_rates(schedule: Bound | None) -> bool:
    """Whether a schedule has rates of its own, whatever the optimizer's call says."""
    if schedule is None:
        return False
    return "max_lr" in schedule.values or any(map(_replaces_rates, schedule.inner))


def _other_optimizers(segment: Segment, settings: Settings) -> list[str]:
    """Other kinds of optimizers: they begin anew, the schedule goes on where it was."""
    old, new = segment.before.experiment, segment.after.experiment
    made = optimizer_lines(segment.after, settings, INSIDE)
    schedule = new.schedule
    if schedule is None or schedule != old.schedule:
        return made
    scales = not _replaces_rates(schedule)
    several = settings.several
    rates = (
        ['rates = [optimizer.param_groups[0]["lr"] for optimizer in optimizers]']
        if several
        else ['rate = optimizer.param_groups[0]["lr"]']
    )
    lines = [*(rates if scales else []), *made]
    lines += ["old_schedules = schedules"] if several else ["old = schedule"]
    lines += schedule_lines(segment.after, settings, INSIDE)
    lines += ["for schedule, old in zip(schedules, old_schedules):"] if several else []
    lines += indented(_going_on(schedule), 1 if several else 0)
    for index, bound in enumerate(new.optimizers if scales else ()):
        of = min(index, len(old.optimizers) - 1)
        now = f"rates[{of}]" if several else "rate"
        base, rate = float(old.optimizers[of]["lr"]), float(bound["lr"])
        lines.append(f"scale_rate({_optimizer(settings, index)}, {now}, {base}, {rate})")
        lines += _base_lines(schedule, _schedule(settings, index), rate)
    return lines


def _going_on(schedule: Bound) -> list[str]:
    """A new schedule at the place of the `old` one, with base rates of its own."""
    if schedule.entry.name == "ReduceLROnPlateau":
        return ["schedule.load_state_dict(old.state_dict())"]
    if not schedule.inner:
        return ['schedule.load_state_dict(old.state_dict() | {"base_lrs": schedule.base_lrs})']
    last = ["schedule.last_epoch = old.last_epoch"] if "milestones" in schedule.values else []
    return [
        "for part, old_part in zip(schedule._schedulers, old._schedulers):",
        '    part.load_state_dict(old_part.state_dict() | {"base_lrs": part.base_lrs})',
        *last,
    ]


def _values_again(old: Experiment, new: Experiment, settings: Settings) -> list[str]:
    """Before another schedule: what the old one had moved is what the call says again."""
    assert old.schedule is not None
    cycles = [part for part in (old.schedule, *old.schedule.inner) if "max_lr" in part.values]
    keys = ["initial_lr"] if old.schedule.entry.name != "ReduceLROnPlateau" else []
    keys += ["max_lr", "min_lr", "base_momentum", "max_momentum"] if cycles else []
    lines: list[str] = []
    for index, bound in enumerate(new.optimizers):
        lines.append(f"for group in {_optimizer(settings, index)}.param_groups:")
        lines.append(f'    group["lr"] = {float(bound["lr"])}')
        cycled = any(part["cycle_momentum"] for part in cycles)
        lines += [
            f"    group[{value(key)}] = {value(bound[key])}"
            for key in ("momentum", "betas")
            if cycled and key in bound.values
        ]
        if len(keys) == 1:
            lines.append(f"    del group[{value(keys[0])}]")
        elif keys:
            lines += lay("for key in ", listed(map(value, keys)), ":", 1, INSIDE)
            lines.append("        group.pop(key, None)")
    return lines


def _train_lines(segment: Segment, settings: Settings) -> list[str]:
    before, after = segment.before, segment.after
    old, new = before.experiment.train, after.experiment.train
    lines: list[str] = []
    for key in VALUES:
        was, given = (getattr(train, key) for train in (old, new))
        if key == "batch_size":
            was, given = before.batch_size, after.batch_size
        if was != given:
            lines.append(f"{settings.name(key)} = {value(given)}")
    if new.seed != old.seed:
        lines += [f"generator.manual_seed({new.seed})"]
        lines += [f"torch.manual_seed({new.seed + 1})"] if settings.has_dropout else []
    if new.threads != old.threads:
        lines.append(f"torch.set_num_threads({new.threads or 1})")
    return lines
