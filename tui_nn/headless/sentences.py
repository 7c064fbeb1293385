"""Records as plain sentences, made to be spoken: names, then numbers rounded for the ear."""

import math
import re
from collections.abc import Iterator, Sequence
from typing import Any

from tui_nn.headless.summary import HEADINGS, count
from tui_nn.headless.tables import setting_text
from tui_nn.spec import catalog
from tui_nn.spec.catalog.metrics import METRICS, Metric
from tui_nn.spec.errors import printable
from tui_nn.spec.protocol import Changed, Ended, Evaluated, Numbers, Started

PARTS = {"train": "training", "val": "validation", "test": "test"}
_LABELS = {"mae": "mean absolute error", "rmse": "root mean squared error", "r2": "R squared"}
_NONFINITE = {"nan": "not a number", "inf": "infinite", "-inf": "minus infinite"}
_SIGNS = {
    "≥": "at least", ">=": "at least", "≤": "at most", "<=": "at most", "→": "becomes",
    "%": "percent", "·": ",", "−": "minus ", "…": "", "²": " squared", "=": " = ",
}  # fmt: skip
"""Signs that are read badly or not at all."""


def start(started: Started) -> list[str]:
    """What is trained, on what, how, and how long."""
    parameters = sum(layer.parameters for layer in started.layers)
    samples = f"It learns from {count(started.train_count, 'sample')} of {_data(started)}"
    held = [(started.val_count, "validation"), (started.test_count, "the test")]
    others = [f"{number:,} for {use}" for number, use in held if number]
    return [
        f"Training {printable(started.title)}: a network of {count(len(started.layers), 'layer')} "
        f"with {count(parameters, 'parameter')}.",
        f"{samples}; {' and '.join(others)} are held out." if others else f"{samples}.",
        f"The loss is {_names(started, 'loss')}, the optimizer {_names(started, 'optimizer')}, "
        f"a batch has {count(started.batch_size, 'sample')}.",
        f"It takes at most {count(started.epochs, 'epoch')} of "
        f"{count(started.steps_per_epoch, 'step')}{_goal(started)}.",
    ]


def evaluation(evaluated: Evaluated, metric: Metric) -> str:
    """The loss and what counts, of training and validation."""
    shown = dict.fromkeys((catalog.metric("loss"), metric))
    told = [
        f"{PARTS[part]} {_numbers(evaluated, part, numbers, list(shown))}"
        for part, numbers in (("train", evaluated.train), ("val", evaluated.val))
        if numbers
    ]
    return f"Epoch {evaluated.epoch:,}: {'; '.join(told)}."


def change(changed: Changed) -> str:
    """What was set, and when."""
    key = changed.key.removeprefix("train.").replace("_", " ").replace(".", " ")
    branch = "" if changed.parent is None else ", on a new branch"
    old, new = (setting_text(changed.key, value) for value in (changed.old, changed.new))
    return f"At step {changed.step:,}{branch}, {printable(key)} changes from {old} to {new}."


def end(ended: Ended, started: Started) -> list[str]:
    """How it ended, and what came of it; last what the simplest answer gets."""
    heading = HEADINGS[ended.reason]
    lines = [
        f"{heading[0].upper()}{heading[1:]} after {count(ended.step, 'step')}, "
        f"{count(ended.epoch, 'epoch')} and {duration(ended.seconds)}.",
        *words(ended.message),
    ]
    parts = [("train", ended.train), ("val", ended.val), ("test", ended.test)]
    counts = {"train": started.train_count, "val": started.val_count, "test": started.test_count}
    told = [(part, numbers) for part, numbers in parts if numbers]
    for part, numbers in told:
        shown = [metric for metric in METRICS if metric.name in numbers]
        right = ended.right.get(part)
        also = "" if right is None else f", {right:,} of {counts[part]:,} right"
        name = PARTS[part]
        lines.append(f"{name.capitalize()}: {_numbers(ended, part, numbers, shown)}{also}.")
    if told:
        lines += _baseline(started, told[-1][0])
    return lines


def words(message: str) -> list[str]:
    """A message of the engine, a sentence a line, its signs as words."""
    text = re.sub(r"\bval\b", PARTS["val"], printable(" ".join(message.split())))
    text = re.sub("|".join(map(re.escape, _SIGNS)), lambda sign: f" {_SIGNS[sign[0]]} ", text)
    text = re.sub(r" +([,.;:)])", r"\1", " ".join(text.split()))
    sentences = re.split(r"(?<=[.!?]) (?=[A-Z])", text) if text else []
    return [line if line[-1] in ".!?" else f"{line}." for line in sentences]


def number(value: float) -> str:
    """Three digits that count, without an exponent while that can be listened to."""
    size = abs(value)
    if not math.isfinite(value):
        return _NONFINITE[str(value)]
    sign = "minus " if value < 0 else ""
    if size == 0:
        return "0"
    if 1e-6 <= size < 1e9:
        rounded = float(f"{size:.3g}")
        digits = max(0, 2 - math.floor(math.log10(rounded)))
        text = f"{rounded:,.{digits}f}"
        return sign + (text.rstrip("0").rstrip(".") if "." in text else text)
    mantissa, _, exponent = f"{size:.2e}".partition("e")
    power = int(exponent)
    times = f"10 to the {'minus ' if power < 0 else ''}{abs(power)}"
    return f"{sign}{float(mantissa):g} times {times}"


def share(value: float) -> str:
    """A share in percent; only all of it is 100, only nothing is 0."""
    percent = number(100 * value)
    if percent == "100" and value < 1:
        return "just below 100 percent"
    return f"{'just above 0' if value and 100 * value < 0.01 else percent} percent"


def duration(seconds: float) -> str:
    """A time as it is said."""
    if seconds < 0.05:
        return "less than 0.1 seconds"
    for unit, length in (("hour", 3600), ("minute", 60)):
        if seconds >= 2 * length:
            return f"{seconds / length:.0f} {unit}s"
    return f"{number(round(seconds, 1) if seconds < 10 else round(seconds))} seconds"


def _numbers(told: Ended | Evaluated, part: str, numbers: Numbers, shown: Sequence[Metric]) -> str:
    found = []
    for metric in shown:
        if metric.name not in numbers:
            continue
        value = numbers[metric.name]
        if value is None:
            word = told.nonfinite.get(f"{part}.{metric.name}", "nan")
            text = _NONFINITE.get(word, word)
        else:
            text = _value(metric, value)
        found.append(f"{_LABELS.get(metric.name, metric.label)} {text}")
    return ", ".join(found)


def _value(metric: Metric, value: float) -> str:
    return share(value) if metric.for_classes else number(value)


def _baseline(started: Started, part: str) -> Iterator[str]:
    metric = catalog.metric(started.metric)
    value = started.baseline.numbers.get(part, {}).get(metric.name)
    if value is not None:
        label = _LABELS.get(metric.name, metric.label)
        yield (
            f"The simplest answer, {printable(started.baseline.answer)}, gets {label} "
            f"{_value(metric, value)}."
        )


def _names(started: Started, key: str) -> str:
    """Of one call or several, what is called: `Muon and AdamW`."""
    told: Any = started.experiment.get(key)
    calls = told if isinstance(told, list | tuple) else [told]
    return printable(" and ".join(str(call).partition("(")[0] for call in calls))


def _data(started: Started) -> str:
    """The file's name, else what generates it."""
    call = str(started.experiment.get("data"))
    file = re.search(r"""\(['"]([^'"]+)['"]""", call)
    name = file[1].rpartition("/")[2] if file else call.partition("(")[0].replace("_", " ")
    return printable(name)


def _goal(started: Started) -> str:
    goal: Any = started.experiment.get("goal") or {}
    for metric in METRICS:
        value = goal.get(metric.name)
        if isinstance(value, int | float):
            bound = "at least" if metric.higher_is_better else "at most"
            label = _LABELS.get(metric.name, metric.label)
            return f"; the goal: {label} {bound} {_value(metric, value)}"
    return ""
