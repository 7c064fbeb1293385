"""What every reader of new inputs gives, and how labels become training's classes."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tui_nn.data.features import compute
from tui_nn.data.files.table.cells import parse_number, shorten, some
from tui_nn.data.recipe import Recipe
from tui_nn.data.split import Samples
from tui_nn.spec.errors import InvalidInput, printable


@dataclass(frozen=True)
class Fresh:
    """n new samples, as they were before anything was filled or scaled.

    `x`: (n, *input shape) in the recipe's dtype, NaN where a number is missing.
    `y`: int64 (n,) classes of the recipe, or floats (n, *target shape); None if not asked for.
    """

    x: Samples
    y: Samples | None = None
    names: tuple[str, ...] = ()
    """What each sample is called; empty where they are only numbered."""
    notices: tuple[str, ...] = ()
    """What was found, ignored or filled, a line each."""


def count_of(number: int, noun: str) -> str:
    """`1 value`, `2,000 values`."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def form_of(recipe: Recipe) -> str:
    """What one input is: `4 numbers`, `a picture 1x28x28`, `2 tokens of 23`."""
    shape = "x".join(map(str, recipe.input_shape))
    if recipe.tokens is not None:
        return f"{shape} tokens of {recipe.tokens:,}"
    if recipe.pixels:
        return f"pictures {shape}"
    return f"{shape} numbers" if len(recipe.input_shape) > 1 else count_of(int(shape), "number")


def inputs_of_rows(rows: NDArray[np.float64], recipe: Recipe, where: str) -> Samples:
    """Inputs of what `recipe.columns` hold, (n, width): features made, tokens checked."""
    if recipe.features:
        return compute(rows, recipe.features)
    if recipe.tokens is not None:
        return _tokens(rows, recipe.tokens, where)
    return rows.astype(recipe.dtype)


def _tokens(rows: NDArray[Any], tokens: int, where: str) -> NDArray[np.int64]:
    good = (rows >= 0) & (rows < tokens) & (rows == np.floor(rows))
    if not good.all():
        raise InvalidInput(
            f"{rows[~good][0]:g} isn't one of the {tokens:,} tokens",
            where=where,
            hint=f"write whole numbers from 0 to {tokens - 1}",
        )
    return rows.astype(np.int64)


def class_indices(labels: NDArray[Any], recipe: Recipe, where: str) -> NDArray[np.int64]:
    """Labels (n,), numbers or texts, as training's classes; InvalidInput for others."""
    found, inverse = np.unique(labels, return_inverse=True)
    names = {name: index for index, name in enumerate(recipe.names)}
    known = [_find(_text(label), names) for label in found.tolist()]
    if unknown := [_text(x) for x, k in zip(found.tolist(), known, strict=True) if k is None]:
        said = [shorten(printable(text)) for text in unknown]
        raise InvalidInput(
            f"has {'a class' if len(said) == 1 else 'classes'} that the run wasn't trained on: "
            f"{some(said)}",
            where=where,
            hint=f"it knows {some(recipe.names)}",
        )
    indices = np.array(known, np.int64)[inverse.reshape(-1)]
    return indices


def _text(label: Any) -> str:
    if isinstance(label, bytes):
        return label.decode("utf-8", "backslashreplace")
    return f"{label:.15g}" if isinstance(label, float) else str(label)


def _find(text: str, names: dict[str, int]) -> int | None:
    """The class of this name, or of the same number: `1.0` and `True` are `1`."""
    if text in names:
        return names[text]
    value = float(text == "True") if text in ("True", "False") else parse_number(text)
    return names.get(f"{value:.15g}") if value is not None else None


def some_names(names: Sequence[str]) -> str:
    """The first few names, each short."""
    return some([shorten(name) for name in names])
