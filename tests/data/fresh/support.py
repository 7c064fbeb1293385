"""Recipes of small data, and new samples read with them."""

from functools import partial
from pathlib import Path
from typing import Any

from tests.spec.support import refusal
from tests.support import prepared
from tui_nn.data.files.source import Source
from tui_nn.data.fresh.read import read_samples, read_values
from tui_nn.data.fresh.samples import Fresh
from tui_nn.data.prepare import Prepared
from tui_nn.data.recipe import Recipe, recipe_of

ANY = 'loss = "MSELoss()"\noptimizer = "SGD()"\n'


def ready(data: str, outputs: int = 1, network: str = "") -> Prepared:
    """The data before a network of one layer, or another; paths start here."""
    layers = network or f"['Flatten()', 'LazyLinear({outputs})']"
    text = f'data = "{data}"\nnetwork = {layers}\n{ANY}'
    return prepared(text, folder=Path())


def recipe(data: str, outputs: int = 1, network: str = "") -> Recipe:
    return recipe_of(ready(data, outputs, network))


def tokens() -> Recipe:
    """Of pairs of 5 tokens."""
    return recipe(
        "modular_addition(p=5)", network="['Embedding(5, 1)', 'Flatten()', 'Linear(2, 5)']"
    )


def read(word: str, made: Recipe, *, with_targets: bool = False) -> Fresh:
    return read_samples(word, made, Source(), "--input", with_targets=with_targets)


def values(made: Recipe, *rows: str) -> Fresh:
    return read_values(rows, made)


def refused(word: str, made: Recipe, **options: Any) -> str:
    return refusal(partial(read, word, made, **options))


def told(fresh: Fresh) -> str:
    """All notices."""
    return "\n".join(fresh.notices)
