"""What there is, as text: the course, an experiment before it runs, an entry of the catalog."""

import textwrap
from collections.abc import Iterator, Sequence
from importlib.resources import files
from itertools import chain, groupby
from typing import TYPE_CHECKING, NoReturn

from tui_nn.spec import catalog
from tui_nn.spec.call import write
from tui_nn.spec.catalog.entry import Entry, Required
from tui_nn.spec.catalog.metrics import METRICS, Metric
from tui_nn.spec.catalog.phases import PHASES, FlowPhase
from tui_nn.spec.catalog.schedules import FUNCTIONS
from tui_nn.spec.errors import InvalidInput
from tui_nn.spec.files import load_experiment
from tui_nn.spec.finding import course
from tui_nn.spec.keys import SECTIONS, TOP
from tui_nn.spec.network import tensors
from tui_nn.spec.shapes import show as show_shape
from tui_nn.spec.words import near

if TYPE_CHECKING:
    from tui_nn.data.prepare import Prepared

WIDTH = 80
NAMES_SHOWN = 6
NUMBERS = "With numbers:"
LETTERS = {
    "layer": "x goes in, y comes out; slope: how y moves with x",
    "loss": "y: output, t: target, L: loss; slope: how L moves with y",
    "optimizer": "w: a weight, g: its gradient; a line for each step",
    "schedule": "at the right lr, move by move",
    "init": "shape: outputs and inputs of the layer",
    "dataset": "x: inputs, t: target",
    "metric": "y or said: the answers, t: the targets",
    "phase": "one neuron, one row of the AND gate, one step",
}
"""What stands in the examples of each kind of text."""


def course_page() -> str:
    """The presets by chapter, each with its title and goal."""
    lines = []
    for chapter in course():
        lines += ["", f"{chapter.letter}  {chapter.title}"]
        for name in chapter.presets:
            experiment = load_experiment(name)
            goal = f"goal {experiment.goal}" if experiment.goal else ""
            lines.append(f"   {name:<20} {experiment.title:<34} {goal}".rstrip())
    return "\n".join([*lines[1:], "", "nn-tui train NAME trains one, nn-tui show NAME shows it."])


def experiment_page(prepared: "Prepared") -> str:
    """An experiment's layers, data and settings before it is trained."""
    from tui_nn.data.describe import describe  # needs numpy, which words do without

    plan = prepared.plan
    experiment = plan.experiment
    lines = [experiment.title]
    if experiment.about:
        lines += textwrap.wrap(experiment.about, WIDTH)
    lines += ["", *_layer_table(prepared)]
    lines += ["", "data", *(f"  {line}" for line in describe(prepared.dataset, prepared.split))]
    train = experiment.train
    settings = [
        ("loss", str(experiment.loss.call)),
        ("targets", f"{plan.fit.coding}; decision: {plan.fit.decision}"),
        *_optimizer_lines(prepared),
        ("schedule", f"{experiment.schedule.call}, each {train.schedule_every}")
        if experiment.schedule
        else ("schedule", "none"),
        ("init", str(experiment.init.call) if experiment.init else "torch's default"),
        ("training", _training(prepared)),
        ("evaluation", _every(train.eval_every, "epoch") + _patience(train.patience)),
        ("goal", f"{experiment.goal}" if experiment.goal else "none"),
    ]
    lines += ["", *(f"{name:<11} {value}" for name, value in settings)]
    lines += ["", *(f"note: {notice}" for notice in plan.notices)] if plan.notices else []
    return "\n".join(lines)


def _training(prepared: "Prepared") -> str:
    plan = prepared.plan
    train = plan.experiment.train
    parts = [
        f"{_count(train.epochs, 'epoch')} of {_count(plan.steps_per_epoch, 'step')}",
        f"batch {plan.batch_size:,}",
        "shuffled" if train.shuffle else "in order",
        f"seed {train.seed}",
    ]
    if train.clip_norm is not None:
        parts.append(f"gradient clipped to {train.clip_norm:g}")
    return ", ".join([*parts, train.dtype])


def _count(number: int, unit: str) -> str:
    return f"{number:,} {unit}{'' if number == 1 else 's'}"


def _patience(evaluations: int | None) -> str:
    return f", stops after {evaluations:,} without a better one" if evaluations else ""


def _every(number: int | None, unit: str) -> str:
    if not number:
        return "never"
    return f"each {unit}" if number == 1 else f"every {number:,} {unit}s"


def _layer_table(prepared: "Prepared") -> list[str]:
    rows = [("", "layer", "output", "parameters", "multiply-adds")]
    plan = prepared.plan
    rows.append(("", "input", show_shape(plan.facts.input_shape), "", ""))
    for index, row in enumerate(plan.rows):
        size = row.size
        rows.append(
            (
                str(index),
                str(row.layer.call),
                show_shape(size.output_shape),
                f"{size.parameters:,}" if size.parameters else "·",
                f"{size.multiply_adds:,}" if size.multiply_adds else "·",
            )
        )
    parameters = sum(row.size.parameters for row in plan.rows)
    work = sum(row.size.multiply_adds for row in plan.rows)
    rows.append(("", "in all", "", f"{parameters:,}", f"{work:,}"))
    widths = [max(len(row[i]) for row in rows) for i in range(5)]
    left = (False, True, True, False, False)
    return [
        "  ".join(
            cell.ljust(width) if is_left else cell.rjust(width)
            for cell, width, is_left in zip(row, widths, left, strict=True)
        ).rstrip()
        for row in rows
    ]


def _optimizer_lines(prepared: "Prepared") -> list[tuple[str, str]]:
    plan = prepared.plan
    optimizers = plan.experiment.optimizers
    if len(optimizers) == 1:
        return [("optimizer", str(optimizers[0].call))]
    count = len(tensors(plan.rows))
    return [
        ("optimizer", f"{optimizer.call}: {_some(names)} ({len(names)} of {count} tensors)")
        for optimizer, names in zip(optimizers, plan.shares, strict=True)
    ]


def _some(names: Sequence[str]) -> str:
    """The names, the middle left out where they are many."""
    if len(names) <= NAMES_SHOWN:
        return ", ".join(names)
    return f"{', '.join(names[: NAMES_SHOWN - 2])}, … {names[-1]}"


def entry_page(name: str, width: int = WIDTH) -> str:
    """All that is said of whatever has this name, in `width` columns: a word may name several.

    Raises InvalidInput with the nearest names.
    """
    wanted = name.strip().removesuffix("()").rpartition(".")[2].lower()
    found = [
        *(phase_page(phase, width) for phase in PHASES if wanted in (phase.name, *phase.also)),
        *(_entry(entry, width) for entry in catalog.entries() if entry.name.lower() == wanted),
        *(metric_page(one, width) for one in METRICS if wanted in (one.name, one.label.lower())),
        *_keys(name.strip().lower(), width),
    ]
    if not found:
        _refuse(name, wanted)
    return "\n\n".join(found)


def _keys(name: str, columns: int) -> Iterator[str]:
    """The keys of an experiment that have this name, alone or behind their section."""
    for section, keys in (("", TOP), *SECTIONS.items()):
        for key in keys if section != "goal" else ():
            full = f"{section}.{key.name}" if section else key.name
            if name in (full, key.name):
                default = "" if isinstance(key.default, Required) else f", default {key.default}"
                lines = (f"{full} (key of an experiment)", key.help, f"{key.rule}{default}")
                yield "\n".join(row for line in lines for row in textwrap.wrap(line, columns))


def _refuse(name: str, wanted: str) -> NoReturn:
    for missing in FUNCTIONS:
        if missing.lower() == wanted:
            catalog.find("schedule", missing)  # says why it isn't there
    phases = chain.from_iterable((phase.name, *phase.also) for phase in PHASES)
    known = chain((e.name for e in catalog.entries()), (m.name for m in METRICS), phases)
    raise InvalidInput(
        f"nothing is called {name}", hint=near(wanted, known) or "e.g. nn-tui explain Adam"
    )


def phase_page(phase: FlowPhase, columns: int = WIDTH) -> str:
    """What happens in one of the eight phases."""
    return "\n".join([f"{phase.title} (phase)", *_text("phase", phase.name, columns)])


def metric_page(metric: Metric, columns: int = WIDTH) -> str:
    """What one number of an evaluation says."""
    better = "higher" if metric.higher_is_better else "lower"
    head = f"{metric.label} (metric, `{metric.name}`): {better} is better"
    return "\n".join([head, *_text("metric", metric.name, columns)])


def _entry(entry: Entry, columns: int) -> str:
    lines = [
        *textwrap.wrap(f"{entry.name} ({entry.kind}, {entry.target})", columns),
        *_text(entry.kind, entry.name, columns),
        "",
        *textwrap.wrap(entry.signature, columns, subsequent_indent="    "),
    ]
    parameters = [*([entry.variadic] if entry.variadic else []), *entry.parameters]
    width = max((len(parameter.name) for parameter in parameters), default=0)
    for parameter in parameters:
        default = parameter.default
        otherwise = "" if isinstance(default, Required) else f", default {write(default)}"
        lines += textwrap.wrap(
            f"{parameter.name:<{width}}  {parameter.help} ({parameter.rule}){otherwise}",
            columns,
            initial_indent="  ",
            subsequent_indent=" " * (width + 4),
        )
    if entry.left_out:
        lines.append("not set here")
        for reason in dict.fromkeys(entry.left_out.values()):
            names = ", ".join(name for name, why in entry.left_out.items() if why == reason)
            lines += textwrap.wrap(
                f"{names}: {reason}", columns, initial_indent="  ", subsequent_indent="    "
            )
    return "\n".join(lines)


def _text(kind: str, name: str, columns: int) -> Iterator[str]:
    """The words of `explain/` on it, in lines: sentences wrapped anew, others as they are."""
    text = (files("tui_nn") / "explain" / kind / f"{name}.md").read_text(encoding="utf-8")
    text = text.replace(NUMBERS, f"{NUMBERS[:-1]} ({LETTERS[kind]}):").rstrip()
    for are_sentences, group in groupby(text.split("\n"), lambda line: line[:1].strip() != ""):
        lines = list(group)
        yield from textwrap.wrap(" ".join(lines), columns) if are_sentences else lines
