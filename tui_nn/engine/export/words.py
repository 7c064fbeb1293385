"""What a script says in words: of what it is, and of its data."""

from pathlib import Path

import torch

from tui_nn.data.prepare import Prepared
from tui_nn.spec.catalog.entry import Bound
from tui_nn.spec.catalog.files import PATHS
from tui_nn.spec.resolve import Plan
from tui_nn.spec.script.layout import comment

CLASSES = 12
"""So many classes are named, no more."""
BITS = {
    "sequential": "to the last bit",
    "module": "to the last bit",
    "matrices": "to six digits over the first 50 steps",
}


def head_words(plan: Plan, form: str, is_run: bool) -> list[str]:
    """The paragraphs at the top of a script."""
    experiment = plan.experiment
    what = f"the run {experiment.name}" if is_run else f"the experiment {experiment.name}"
    same = (
        "on the same processor its losses are those of nn-tui, " + BITS[form]
        if experiment.train.device in ("auto", "cpu")
        else f"on the CPU its losses are about those of nn-tui on {experiment.train.device}"
    )
    return [
        *([f"{experiment.title.rstrip('.')}."] if experiment.table.get("title") else []),
        *([experiment.about] if experiment.about else []),
        f"A plain PyTorch script of {what}, written by nn-tui, which it does not need. With torch "
        f"{torch.__version__} {same}.",
    ]


def data_words(prepared: Prepared) -> list[str]:
    """Comments: where the data is from, its classes, what was done to it."""
    dataset, scaling, plan = prepared.dataset, prepared.split.scaling, prepared.plan
    inputs = ", ".join(map(str, plan.facts.input_shape))
    lines = comment(f"{source(plan.experiment.data)}: x is (samples, {inputs}).")
    names = dataset.class_names
    if len(names) <= CLASSES and any(name != str(i) for i, name in enumerate(names)):
        told = ", ".join(f"{index} {name}" for index, name in enumerate(names))
        lines += comment(f"Classes: {told}.")
    scaled = "the mean of the training part was taken off, then it was divided by the deviation"
    parts = [
        word
        for word, mean in (("input", scaling.mean), ("value to predict", scaling.target_mean))
        if mean is not None
    ]
    if parts:
        lines += comment(f"From each {' and each '.join(parts)} {scaled}.")
    return lines


def source(data: Bound) -> str:
    """The call that makes the data, or the name of the file that held it."""
    paths = [p.name for p in data.entry.parameters if p.rule in PATHS and data[p.name] is not None]
    if not paths:
        return str(data.call)
    return f"{Path(data[paths[0]]).name}, read by {data.entry.name}"
