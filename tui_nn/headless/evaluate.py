"""Judge a trained run: on its own data, or on other data of the same form."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import msgspec

from tui_nn.data.dataset import Dataset
from tui_nn.data.files.source import Source, Tell
from tui_nn.data.fresh.read import read_samples
from tui_nn.headless.output import print_bytes, print_text
from tui_nn.headless.tables import folded, wrapped
from tui_nn.headless.trained import Checkpoint, Trained, open_trained, tell_notices, with_data
from tui_nn.headless.waiting import waiting
from tui_nn.spec import catalog
from tui_nn.spec.errors import InvalidInput, printable

if TYPE_CHECKING:
    from tui_nn.engine.assessing import Assessment

PartName = Literal["train", "val", "test"]

NAMES = {"train": "training part", "val": "validation part", "test": "test part"}
MOST_CLASSES = 12
"""Classes of a confusion matrix that is printed; of more, the commonest mistakes are."""
MOST_MISTAKES = 10
LONGEST = 16
"""Letters of a class's name at the head of a column."""


@dataclass(frozen=True)
class Options:
    """What to judge on, and how to say it."""

    data: str | None = None
    """A file, a folder or a call; None: the run's own data."""
    part: PartName | None = None
    """Of its own data; None: validation, else training, and test where there is one."""
    checkpoint: Checkpoint | None = None
    json: bool = False
    quiet: bool = False


def evaluate(word: str, runs: Path, options: Options) -> None:
    """Print how good the run that `word` names is; InvalidInput."""
    if options.data is not None and options.part is not None:
        raise InvalidInput(
            "is of the run's own data", where="--part", hint="take it out, or --data"
        )
    with waiting(options.quiet) as tell:
        trained = open_trained(word, runs, options.checkpoint, tell)
        parts, notices = _parts(trained, options, tell)
        tell("loading PyTorch …")
        # A second: after the data is checked.
        from tui_nn.engine.assessing import assess
        from tui_nn.engine.predicting import trained_network

        network = trained_network(trained.plan, trained.weights)
        found: dict[str, Assessment] = {}
        for name, part in parts.items():
            tell(f"evaluating {len(part.x):,} samples")
            found[name] = assess(network, trained.plan, trained.recipe, part)
    if not options.quiet:
        tell_notices(notices)
    if options.json:
        answer = {
            "run": trained.folder.name,
            "checkpoint": trained.checkpoint,
            "loss": str(trained.plan.experiment.loss.call),
            "parts": found,
        }
        print_bytes(msgspec.json.encode(answer) + b"\n")
    else:
        print_text("\n".join(_page(trained, found)))


def _parts(trained: Trained, options: Options, tell: Tell) -> tuple[dict[str, Dataset], list[str]]:
    """The samples as the network gets them, by name, and what is to be told of them."""
    if options.data is not None:
        source = Source(Path(), tell)
        fresh = read_samples(options.data, trained.recipe, source, "--data", with_targets=True)
        assert fresh.y is not None
        return {options.data: trained.recipe.dataset(fresh.x, fresh.y)}, list(fresh.notices)
    split = with_data(trained, tell).split
    every = {"train": split.train, "val": split.val, "test": split.test}
    there = {name: part for name, part in every.items() if part is not None}
    if options.part is None:
        first = "val" if "val" in there else "train"
        return {name: there[name] for name in (first, "test") if name in there}, []
    if options.part not in there:
        raise InvalidInput(
            f"the run has no {NAMES[options.part]}",
            where="--part",
            hint=f"it has {', '.join(there)}",
        )
    return {options.part: there[options.part]}, []


def _page(trained: Trained, found: "dict[str, Assessment]") -> Iterator[str]:
    """All of it for a person."""
    weights = "the best weights" if trained.checkpoint == "best" else "the last weights"
    yield from wrapped(f"{trained.folder.name}: {weights}, {trained.plan.experiment.loss.call}")
    for name, part in found.items():
        noun = trained.recipe.sample_name + ("" if part.count == 1 else "s")
        yield ""
        yield f"{NAMES.get(name, printable(name))}: {part.count:,} {noun}"
        yield ""
        yield from _metrics(trained, part)
        if part.classes:
            yield from ["", *_classes(part), "", *_confusion(part)]
        if part.targets:
            yield from ["", *_targets(part)]


def _metrics(trained: Trained, part: "Assessment") -> Iterator[str]:
    rows = [["", trained.checkpoint, "baseline", ""]]
    for name, value in part.numbers.items():
        metric = catalog.metric(name)
        simplest = part.baseline.numbers.get(name)
        beside = ""
        if name == "accuracy" and part.interval and part.right is not None:
            low, high = map(metric.show, part.interval)
            beside = f"{part.right:,} of {part.count:,} right, 95 % interval {low} to {high}"
        rows.append(
            [metric.label, metric.show(value), "" if simplest is None else metric.show(simplest),
             beside]
        )  # fmt: skip
    yield from folded(rows, left=(0, 3), indent=2)
    if part.not_finite:
        yield f"  {part.not_finite:,} of {part.count:,} outputs aren't finite"
    commonest = ", the commonest class" if part.classes else ""
    answer = f"{printable(part.baseline.answer)}{commonest} of the training part"
    yield from wrapped(answer, begin="  baseline: ")
    if len(part.targets) > 1 and trained.recipe.target_mean is not None:
        yield "  loss, MAE and RMSE are in the deviations of each value"


def _share(value: float | None) -> str:
    return "–" if value is None else f"{100 * value:.1f} %"


def _classes(part: "Assessment") -> list[str]:
    rows = [["class", "precision", "recall", "F1", "samples"]]
    rows += [
        [printable(c.name), _share(c.precision), _share(c.recall), _share(c.f1), f"{c.support:,}"]
        for c in part.classes
    ]
    return folded(rows, left=(0,), indent=2)


def _confusion(part: "Assessment") -> Iterator[str]:
    names = [printable(score.name) for score in part.classes]
    if len(names) <= MOST_CLASSES:
        heads = [name if len(name) <= LONGEST else name[: LONGEST - 1] + "…" for name in names]
        rows = [["true \\ said", *heads]]
        rows += [
            [name, *(f"{count:,}" for count in counts)]
            for name, counts in zip(names, part.confusion, strict=True)
        ]
        yield from folded(rows, left=(0,), indent=2)
        return
    mistakes = sorted(
        (-count, true, said)
        for true, counts in enumerate(part.confusion)
        for said, count in enumerate(counts)
        if count and true != said
    )
    if not mistakes:
        yield "  no mistakes"
        return
    yield "  the commonest mistakes (--json has the whole confusion matrix)"
    rows = [["true", "said", "samples"]]
    rows += [[names[t], names[s], f"{-count:,}"] for count, t, s in mistakes[:MOST_MISTAKES]]
    yield from folded(rows, left=(0, 1), indent=2)


def _targets(part: "Assessment") -> list[str]:
    rows = [["in own units", "MAE", "RMSE", "R²"]]
    rows += [
        [printable(t.name), f"{t.mae:.4g}", f"{t.rmse:.4g}", "–" if t.r2 is None else f"{t.r2:.4g}"]
        for t in part.targets
    ]
    return folded(rows, left=(0,), indent=2)
