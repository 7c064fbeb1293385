"""Ask a trained run about new inputs."""

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np

from tui_nn.data.files.source import Source
from tui_nn.data.fresh.read import read_samples, read_values
from tui_nn.data.fresh.samples import Fresh
from tui_nn.data.recipe import Recipe
from tui_nn.headless.output import print_bytes, print_text
from tui_nn.headless.tables import aligned
from tui_nn.headless.trained import Checkpoint, Trained, open_trained, tell_notices
from tui_nn.headless.waiting import waiting
from tui_nn.spec.errors import InvalidInput, printable

if TYPE_CHECKING:
    from tui_nn.engine.predicting import Predictions

MOST_COLUMNS = 8
"""Probabilities or values in a table; programs get all of them."""
BLOCK = 1000
"""So many lines are written at once."""


@dataclass(frozen=True)
class Options:
    """What to ask, and where the answers go."""

    input: str | None = None
    """A file, a folder or a call; None where `values` are given."""
    values: tuple[str, ...] = ()
    checkpoint: Checkpoint | None = None
    json: bool = False
    output: Path | None = None
    """A .csv file for the answers, instead of standard output."""
    quiet: bool = False


def predict(word: str, runs: Path, options: Options) -> None:
    """Print the answers of the run that `word` names, or write them; InvalidInput."""
    if options.input is None and not options.values:
        raise InvalidInput("no input is named", hint="write --input FILE, or --values 0.3,1.2")
    if options.input is not None and options.values:
        raise InvalidInput("goes without --input", where="--values", hint="take one out")
    if options.json and options.output is not None:
        raise InvalidInput("prints, -o writes a table", where="--json", hint="take one out")
    with waiting(options.quiet) as tell:
        trained = open_trained(word, runs, options.checkpoint, tell)
        source = Source(Path(), tell)
        if options.input is not None:
            fresh = read_samples(
                options.input, trained.recipe, source, "--input", with_targets=False
            )
        else:
            fresh = read_values(options.values, trained.recipe)
        tell("loading PyTorch …")
        # A second: after the input is checked.
        from tui_nn.engine.evaluation import looks_at_others
        from tui_nn.engine.predicting import predict as ask
        from tui_nn.engine.predicting import trained_network

        network = trained_network(trained.plan, trained.weights)
        tell("predicting")
        progress = source.progress("predicting")
        found = ask(network, trained.plan, trained.recipe, fresh.x, progress)
    if not options.quiet:
        notices = list(fresh.notices)
        if looks_at_others(trained.plan):
            notices.append("BatchNorm without running statistics: each answer depends on all rows")
        tell_notices([*notices, *_not_finite(found, trained)])
    _give(fresh, found, trained.recipe, options)


def _not_finite(found: "Predictions", trained: Trained) -> Iterator[str]:
    bad = int((~np.isfinite(found.outputs)).reshape(len(found.outputs), -1).any(axis=1).sum())
    if bad:
        yield (
            f"{bad:,} of {len(found.outputs):,} outputs aren't finite: "
            f"the weights of {trained.weights.name} are of no use for them"
        )


def _give(fresh: Fresh, found: "Predictions", recipe: Recipe, options: Options) -> None:
    if options.output is not None:
        _write(options.output, fresh, found, recipe)
        if not options.quiet:
            tell_notices([f"wrote {len(found.outputs):,} predictions to {options.output}"])
    elif options.json:
        lines: list[bytes] = []
        for index in range(len(found.outputs)):
            lines.append(msgspec.json.encode(_record(index, fresh, found, recipe)) + b"\n")
            if len(lines) == BLOCK:
                print_bytes(b"".join(lines))
                lines = []
        print_bytes(b"".join(lines))
    else:
        print_text("\n".join(aligned(list(_table(fresh, found, recipe)), left=(0, 1), indent=2)))


def _record(index: int, fresh: Fresh, found: "Predictions", recipe: Recipe) -> dict[str, Any]:
    """One answer for a program; numbers that aren't finite are null."""
    record: dict[str, Any] = {"sample": index + 1}
    if fresh.names:
        record["input"] = fresh.names[index]
    if found.values is not None:
        values = found.values[index].tolist()
        names = recipe.value_names
        record["values"] = dict(zip(names, values, strict=True)) if names else values
        return record
    record["class"] = _class(index, found, recipe)
    if found.probabilities is not None:
        said = found.probabilities[index].tolist()
        record["probabilities"] = dict(zip(recipe.names, said, strict=True))
    return record | {"outputs": found.outputs[index].tolist()}


def _class(index: int, found: "Predictions", recipe: Recipe) -> str | None:
    assert found.classes is not None
    chosen = int(found.classes[index])
    return None if chosen < 0 else recipe.names[chosen]


def _table(fresh: Fresh, found: "Predictions", recipe: Recipe) -> Iterator[list[str]]:
    """A row an answer, below their heading."""
    what = "input" if fresh.names else recipe.sample_name
    columns, numbers = _numbers(found, recipe)
    shown = columns[:MOST_COLUMNS]
    wide = len(columns) > MOST_COLUMNS
    if found.probabilities is not None and wide:
        shown, numbers = ["probability"], found.probabilities.max(axis=1, keepdims=True)
    more = ["…"] if wide and found.probabilities is None else []
    middle = [] if found.classes is None else ["class"]
    yield [what, *middle, *map(printable, shown), *more]
    form = "{:.4f}" if found.probabilities is not None else "{:.6g}"
    for index in range(len(found.outputs)):
        name = fresh.names[index] if fresh.names else f"{index + 1:,}"
        said = [_class(index, found, recipe) or "none"] if middle else []
        cells = [form.format(number) for number in numbers[index, : len(shown)].tolist()]
        yield [name, *map(printable, said), *cells, *more]


def _numbers(found: "Predictions", recipe: Recipe) -> tuple[list[str], "np.ndarray[Any, Any]"]:
    """The names and the numbers (n, columns) that go with each answer."""
    if found.probabilities is not None:
        return list(recipe.names), found.probabilities
    if found.values is not None:
        flat = found.values.reshape(len(found.values), -1)
        names = recipe.value_names or [f"y{i + 1}" for i in range(flat.shape[1])]
        return list(names), flat
    several = found.outputs.shape[1] > 1
    return list(recipe.names) if several else ["output"], found.outputs


def _write(path: Path, fresh: Fresh, found: "Predictions", recipe: Recipe) -> None:
    """The answers as a table that other programs read: each number so that it comes back."""
    columns, numbers = _numbers(found, recipe)
    kind = "p" if found.probabilities is not None else "output"
    if found.classes is not None and columns != ["output"]:
        columns = [f"{kind}({name})" for name in columns]
    middle = [] if found.classes is None else ["class"]
    names = ["input"] if fresh.names else []
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["sample", *names, *middle, *columns])
    for index, row in enumerate(numbers):
        name = [fresh.names[index]] if fresh.names else []
        said = [_class(index, found, recipe) or ""] if middle else []
        writer.writerow([index + 1, *name, *said, *map(str, row)])
    try:
        path.write_text(text.getvalue(), encoding="utf-8")
    except OSError as error:
        raise InvalidInput(
            f"can't be written ({error.strerror})", where=str(path), hint="name another file"
        ) from None
