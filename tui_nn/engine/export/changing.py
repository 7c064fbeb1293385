"""What was changed while a run trained, as functions of its script.

They do what the engine does: weights stay, an optimizer of the same kind keeps its state, a
schedule its place, and a rate that a schedule has moved is moved likewise from its new start.
"""

from collections.abc import Sequence
from itertools import groupby
from typing import Any

from tui_nn.engine.changing import KEPT_BEHIND, OF_THE_OPTIMIZER, replaces_rates
from tui_nn.engine.decisions import comparable
from tui_nn.engine.export.evaluation import threshold
from tui_nn.engine.export.freezing import GIVE, freezing_lines
from tui_nn.engine.export.loop import best_lines, keeps_best
from tui_nn.engine.export.optimizers import loss_lines, optimizer_lines, schedule_lines
from tui_nn.engine.export.segments import Segment
from tui_nn.engine.export.settings import Settings
from tui_nn.spec.catalog.entry import Bound
from tui_nn.spec.changes import differences
from tui_nn.spec.experiment import Experiment
from tui_nn.spec.script.layout import (
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
from tui_nn.spec.targets import Classes, Coding

PARTS = ("train", "val", "test")
VALUES = ("batch_size", "shuffle", "clip_norm", "eval_every", "schedule_every")
"""Settings of train that are a variable where they change."""
INSIDE = WIDTH - 4
"""Columns inside a function."""
GLOBALS = (
    "loss_of", "optimizer", "optimizers", "schedule", "schedules", "batch_size", "shuffle",
    "clip_norm", "evaluate_every", "schedule_every", "threshold", "best",
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
    by_step = [
        (step, list(together))
        for step, together in groupby(settings.segments, key=lambda segment: segment.step)
    ]
    functions = [_function(step, together, settings) for step, together in by_step]
    if any("scale_rate(" in line for function in functions for line in function.lines):
        functions.insert(0, SCALE_RATE)
    if any("give(" in line for function in functions for line in function.lines):
        functions.insert(0, GIVE)
    table = [f"{step}: after_step_{step}" for step, _ in by_step]
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


def _function(step: int, segments: Sequence[Segment], settings: Settings) -> Block:
    lines = [line for segment in segments for line in _lines(segment, settings)]
    targets = [f"y_{part}" for part in PARTS]
    used = [
        name
        for name in (*GLOBALS, *targets)
        if any(line.startswith(f"{name} = ") for line in lines)
    ]
    told = [
        f"{found.key}: {_word(found.old)} becomes {_word(found.new)}."
        for segment in segments
        for found in differences(segment.before.experiment.table, segment.after.experiment.table)
    ]
    return definition(
        f"def after_step_{step}():",
        *docstring([" ".join(told)], 1),
        *([f"    global {', '.join(used)}"] if used else []),
        *indented(lines or ["pass  # it changes no step, and STEPS ends the script"]),
    )


def _lines(segment: Segment, settings: Settings) -> list[str]:
    """What brings one plan to the next."""
    old, new = segment.before.experiment, segment.after.experiment
    lines: list[str] = []
    if new.loss != old.loss:
        lines += loss_lines(segment.after, INSIDE) + _recoding(segment, settings)
    fresh = [b.entry for b in old.optimizers] != [b.entry for b in new.optimizers]
    if segment.before.frozen != segment.after.frozen:
        lines += freezing_lines(segment, settings, fresh=fresh)
    if fresh:
        lines += _other_optimizers(segment, settings)
    elif new.optimizers != old.optimizers:
        lines += _other_values(segment, settings)
    if new.schedule != old.schedule:
        if old.schedule is not None and not fresh:
            lines += _values_again(old, new, settings)
        lines += schedule_lines(segment.after, settings, INSIDE)
    if keeps_best(settings) and not comparable(segment.before, segment.after):
        lines += comment("What was the best until now was so by another measure.")
        lines += best_lines(settings)
    return lines + _train_lines(segment, settings)


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


def _word(given: Any) -> str:
    if given in (None, ()):
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
        if differ.get("max_iter") and after["max_eval"] is None:
            differ["max_eval"] = after["max_iter"] * 5 // 4  # as LBFGS does where it is left out
        rate = float(after["lr"])
        moves = rate != float(before["lr"]) and not replaces_rates(old.schedule)
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
        if "history_size" in differ:
            lines += [
                f"for state in {optimizer}.state.values():",
                '    for key in ("old_dirs", "old_stps", "ro"):',
                f"        state[key] = state.get(key, [])[-{differ['history_size']} :]",
                '    state.pop("al", None)',
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


def _other_optimizers(segment: Segment, settings: Settings) -> list[str]:
    """Other kinds of optimizers: they begin anew, the schedule goes on where it was."""
    old, new = segment.before.experiment, segment.after.experiment
    made = optimizer_lines(segment.after, settings, INSIDE)
    schedule, several = new.schedule, settings.several
    if schedule is None or schedule != old.schedule:
        return made
    lines = (
        ['rates = [optimizer.param_groups[0]["lr"] for optimizer in optimizers]', *made]
        if several
        else ['rate = optimizer.param_groups[0]["lr"]', *made]
    )
    lines += ["old_schedules = schedules"] if several else ["old = schedule"]
    lines += schedule_lines(segment.after, settings, INSIDE)
    if not several:
        lines += _going_on(schedule)
    elif len(new.optimizers) <= len(old.optimizers):
        lines.append("for schedule, old in zip(schedules, old_schedules):")
        lines += indented(_going_on(schedule))
    else:
        lines += ["for index, schedule in enumerate(schedules):"]
        lines += [f"    old = old_schedules[min(index, {len(old.optimizers) - 1})]"]
        lines += indented(_going_on(schedule))
    for index, bound in enumerate(new.optimizers):
        of = min(index, len(old.optimizers) - 1)
        now = f"rates[{of}]" if several else "rate"
        if replaces_rates(schedule):
            lines.append(f'{_optimizer(settings, index)}.param_groups[0]["lr"] = {now}')
            continue
        base, rate = float(old.optimizers[of]["lr"]), float(bound["lr"])
        lines.append(f"scale_rate({_optimizer(settings, index)}, {now}, {base}, {rate})")
        lines += _base_lines(schedule, _schedule(settings, index), rate)
    return lines


def _going_on(schedule: Bound) -> list[str]:
    """A new schedule at the place of the `old` one, with what it takes from its own optimizer."""
    if schedule.entry.name == "ReduceLROnPlateau":
        return ["schedule.load_state_dict(old.state_dict())"]
    if not schedule.inner:
        return _place_lines("schedule", "old", _moves_momentum(schedule))
    last = ["schedule.last_epoch = old.last_epoch"] if "milestones" in schedule.values else []
    moves = any(map(_moves_momentum, schedule.inner))
    return [
        "for part, old_part in zip(schedule._schedulers, old._schedulers):",
        *indented(_place_lines("part", "old_part", moves)),
        *last,
    ]


def _moves_momentum(schedule: Bound) -> bool:
    return bool(schedule.values.get("cycle_momentum"))


def _place_lines(name: str, old: str, moves_momentum: bool) -> list[str]:
    if not moves_momentum:
        return [f'{name}.load_state_dict({old}.state_dict() | {{"base_lrs": {name}.base_lrs}})']
    return [
        *comment("Its base rates are its own, and what momentum is called in its optimizer."),
        f"own = {{k: v for k, v in vars({name}).items() if k in ({_NAMES})}}",
        f"{name}.load_state_dict({old}.state_dict() | own)",
    ]


_NAMES = ", ".join(f'"{name}"' for name in sorted(OF_THE_OPTIMIZER))


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
        lines += [f"generator.manual_seed({new.seed})"] if settings.shuffles else []
        lines += [f"torch.manual_seed({new.seed + 1})"] if settings.has_dropout else []
    if new.threads != old.threads:
        lines.append(f"torch.set_num_threads({new.threads or 1})")
    return lines
