"""Whatever a person names as new samples, in the form that training had."""

import csv
import re
from collections.abc import Sequence
from math import isinf, nan, prod
from pathlib import Path

import numpy as np

from tui_nn.data.dataset import Column, Dataset
from tui_nn.data.features import compute
from tui_nn.data.files.source import Source, name_of
from tui_nn.data.files.table.cells import LARGEST, MISSING_TEXTS, parse_number
from tui_nn.data.fresh.arrays import read_npz
from tui_nn.data.fresh.pictures import read_idx, read_pictures
from tui_nn.data.fresh.samples import (
    Fresh,
    class_indices,
    count_of,
    form_of,
    inputs_of_rows,
    some_names,
)
from tui_nn.data.fresh.table import read_csv
from tui_nn.data.load import load
from tui_nn.data.open import PICTURES, data_call
from tui_nn.data.recipe import Recipe
from tui_nn.data.split import Samples
from tui_nn.spec import catalog
from tui_nn.spec.call import Call, parse
from tui_nn.spec.catalog.entry import Bound
from tui_nn.spec.errors import InvalidInput
from tui_nn.spec.words import say

_CALL = re.compile(r"\s*[A-Za-z_]\w*\s*\(.*\)\s*", re.DOTALL)


def read_samples(
    word: str, recipe: Recipe, source: Source, key: str, *, with_targets: bool
) -> Fresh:
    """The samples of a file, a folder or a call such as `csv('new.csv', decimal=',')`.

    `key`: the option that says so. `with_targets`: what is right is needed too.
    Raises InvalidInput.
    """
    bound = _bound(word, source, key)
    match bound.entry.name:
        case "csv":
            return read_csv(bound.values, recipe, source, key, with_targets=with_targets)
        case "npz":
            return read_npz(bound, recipe, source, with_targets=with_targets)
        case "idx":
            return read_idx(bound, recipe, source, with_targets=with_targets)
        case "images":
            return read_pictures(bound, recipe, source, with_targets=with_targets)
    return _like_training(load(bound, source), recipe, f"{key}: {bound.call.name}")


def _bound(word: str, source: Source, key: str) -> Bound:
    if _CALL.fullmatch(word) and not Path(word).exists():
        try:
            return catalog.bind_call("dataset", parse(word, key))
        except InvalidInput as error:
            raise (error if error.where.startswith(key) else error.at(key)) from None
    path = source.find(word)
    call = Call("images", (word,)) if path.suffix.lower() in PICTURES else data_call(path)
    if call is None:
        raise InvalidInput(
            "is no data that can be read by its name",
            where=name_of(path),
            hint=f"name it .csv or .npz, or write {key} \"csv('{path.name}')\"",
        )
    return catalog.bind_call("dataset", Call(call.name, (word,)))


def _like_training(dataset: Dataset, recipe: Recipe, where: str) -> Fresh:
    """The samples of a dataset of the package, if they are such as training had."""
    x = dataset.x
    if recipe.features and dataset.points is not None:
        x = compute(dataset.points, recipe.features)
    if x.shape[1:] != recipe.input_shape or (dataset.tokens is None) != (recipe.tokens is None):
        raise InvalidInput(
            f"gives {'x'.join(map(str, x.shape[1:]))} inputs, "
            f"the run was trained on {form_of(recipe)}",
            where=where,
            hint="name a dataset of the same form",
        )
    if recipe.tokens is not None:
        x = inputs_of_rows(x.astype(np.float64), recipe, where)
    y: Samples
    if recipe.classes is not None and dataset.class_names:
        y = class_indices(np.array(dataset.class_names)[dataset.y.astype(int)], recipe, where)
    elif recipe.classes is None and dataset.y.shape[1:] == recipe.target_shape:
        y = dataset.y.astype(np.float64 if recipe.exact_target else np.float32)
    else:
        raise InvalidInput(
            f"has {dataset.kind}, the run predicts {recipe.kind}",
            where=where,
            hint="name a dataset of the same form",
        )
    return Fresh(x.astype(recipe.dtype), y)


def read_values(rows: Sequence[str], recipe: Recipe) -> Fresh:
    """Samples written by hand, each as `0.3,1.2`: training's columns in order.

    Where inputs are no rows, the numbers of one in C order. Raises InvalidInput.
    """
    size = prod(recipe.input_shape)
    columns = recipe.columns or tuple(Column(f"number {i + 1}") for i in range(size))
    cells = [_cells(row, columns) for row in rows]
    parts: list[list[float]] = []
    notices: dict[str, None] = {}
    for row in cells:
        numbers: list[float] = []
        for cell, column in zip(row, columns, strict=True):
            found, notice = _numbers(cell, column, recipe)
            numbers += found
            notices |= {notice: None} if notice else {}
        parts.append(numbers)
    x = inputs_of_rows(np.array(parts), recipe, "--values")
    shaped = x.reshape(len(rows), *recipe.input_shape)
    return Fresh(shaped, names=tuple(", ".join(row) for row in cells) if recipe.columns else (),
                 notices=tuple(notices))  # fmt: skip


def _cells(row: str, columns: Sequence[Column]) -> list[str]:
    lines = list(csv.reader([row], skipinitialspace=True)) if "\n" not in row else []
    cells = [cell.strip() for cell in lines[0]] if lines else []
    if len(cells) != len(columns):
        names = [column.name for column in columns]
        raise InvalidInput(
            f"{say(row)} has {count_of(len(cells), 'value')}, the run takes {len(columns)}",
            where="--values",
            hint=f"write {some_names(names)} with ',' between",
        )
    return cells


def _numbers(cell: str, column: Column, recipe: Recipe) -> tuple[list[float], str]:
    """The inputs of one value, and what is to be told of it."""
    if column.texts:
        text = None if cell in MISSING_TEXTS else cell
        known = text in column.texts or (text is None and column.missing)
        told = f"{column.name}: training had no {say(text or 'missing text')}: 0 in all its inputs"
        return [float(text == kind) for kind in column.kinds], "" if known else told
    value = parse_number(cell)
    if value is None or isinf(value) or abs(value) > LARGEST:
        reason = "isn't a number" if value is None else "isn't finite" if isinf(value) else "is too"
        raise InvalidInput(
            f"{say(cell)} {reason}{' large for float32' if reason == 'is too' else ''}",
            where=f"--values: {column.name}",
            hint="write one as 0.5",
        )
    if value == value:
        # As a table's numbers are read.
        return [value if column.precise else float(np.float32(value))], ""
    if recipe.fill is None:
        raise InvalidInput(
            "is missing", where=f"--values: {column.name}", hint="write a number, as 0.5"
        )
    return [nan], f"{column.name} is missing: filled with the training part's mean"
