"""A run's numbers as tables: a row for each evaluation, or for each step."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence

from tui_nn.spec.protocol import Evaluated, Record, Stepped

FIRST = ("branch", "epoch", "step", "elapsed_s", "lr")


def evaluations_csv(records: Iterable[Record]) -> Iterator[str]:
    """CSV in pieces, with the columns branch, epoch, step, elapsed_s, lr, train_loss …, val_loss ….

    A number that is not finite is written as the word for it: nan, inf, -inf.
    """
    found = [record for record in records if isinstance(record, Evaluated)]
    names = [
        (part, name)
        for part in ("train", "val")
        for name in dict.fromkeys(name for e in found for name in (getattr(e, part) or {}))
    ]
    yield _lines([[*FIRST, *(f"{part}_{name}" for part, name in names)]])
    for evaluated in found:
        row: list[object] = [getattr(evaluated, name) for name in FIRST]
        yield _lines([[*row, *(_number(evaluated, part, name) for part, name in names)]])


def steps_csv(records: Iterable[Record]) -> Iterator[str]:
    """CSV in pieces, with the columns branch, step, loss (before the step's update) and lr."""
    yield _lines([["branch", "step", "loss", "lr"]])
    for record in records:
        if isinstance(record, Stepped):
            losses, rates = record.loss.numpy(), record.lr.numpy()
            steps = range(record.first, record.step + 1)
            yield _lines([[record.branch, *row] for row in zip(steps, losses, rates, strict=True)])


def _lines(rows: Iterable[Sequence[object]]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue()


def _number(evaluated: Evaluated, part: str, name: str) -> object:
    numbers = getattr(evaluated, part) or {}
    value = numbers.get(name)
    return evaluated.nonfinite.get(f"{part}.{name}", "") if value is None else value
