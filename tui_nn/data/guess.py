"""A first experiment on data that somebody brings: what a sensible person would try."""

import json
from math import ceil, prod

from tui_nn.data.dataset import Dataset
from tui_nn.spec.call import Call
from tui_nn.spec.errors import InvalidInput, printable
from tui_nn.spec.resolve import DEFAULT_BATCH_SIZE
from tui_nn.spec.targets import Classes

VAL = 0.2
FEW = 20
"""With fewer samples all are for training."""
STEPS = 5_000
"""About how many steps the whole training gets."""
MOST_EPOCHS = 200
EVALUATIONS = 100
"""At most so many, so that patience can end what no longer helps."""
SMALLEST_MAP = 8
"""Pictures are halved while they are at least this high and wide."""


def guess(dataset: Dataset, data: Call, title: str, epochs: int | None = None) -> str:
    """The text of an experiment's file for a dataset that `data` reads.

    Rows get two hidden layers, pictures convolutions; the sizes follow the data's. `epochs` is how
    long somebody wants to train; None: that follows the number of samples. Raises InvalidInput for
    a title or path that can't be written down.
    """
    pictures = _are_pictures(dataset)
    outputs = _outputs(dataset)
    n = len(dataset.x) - dataset.apart - dataset.apart_for_test
    held_out = n >= FEW and not dataset.apart
    n_train = n - round(n * VAL) if held_out else n
    batch_size = _batch_size(n)
    if epochs is None:
        epochs = min(MOST_EPOCHS, max(3, round(STEPS / ceil(n_train / batch_size))))
    layers = _convolutions(dataset, outputs) if pictures else _dense(dataset, outputs, n)
    lines = [
        f"# A first guess from {printable(title)}: change what you like.",
        f"title = {_quoted(title)}",
        f"data = {_quoted(str(data))}",
        "network = [",
        *(f"    {_quoted(layer)}," for layer in [*layers, *_shape_of_values(dataset)]),
        "]",
        f"loss = {_quoted(_loss(dataset))}",
        f"optimizer = {_quoted('Adam(lr=0.001)' if pictures else 'Adam(lr=0.003)')}",
        "",
        "[train]",
        *([f"batch_size = {batch_size}"] if batch_size != DEFAULT_BATCH_SIZE else []),
        f"epochs = {epochs}",
        f"eval_every = {ceil(epochs / EVALUATIONS)}",
        *([f"val = {VAL}"] if held_out else []),
        *(["patience = 20"] if held_out or dataset.apart else []),
    ]
    return "\n".join(lines) + "\n"


def _are_pictures(dataset: Dataset) -> bool:
    shape = dataset.input_shape
    return len(shape) == 3 and min(shape[1:]) >= SMALLEST_MAP


def _outputs(dataset: Dataset) -> int:
    kind = dataset.kind
    if isinstance(kind, Classes):
        return 1 if kind.count == 2 else kind.count
    return prod(kind.shape)


def _loss(dataset: Dataset) -> str:
    if not isinstance(dataset.kind, Classes):
        return "MSELoss()"
    return "BCEWithLogitsLoss()" if dataset.kind.count == 2 else "CrossEntropyLoss()"


def _batch_size(n: int) -> int:
    """Larger for more samples, so that an epoch stays short."""
    sizes = ((DEFAULT_BATCH_SIZE, 2_000), (64, 20_000), (256, 200_000))
    return next((size for size, most in sizes if n <= most), 1024)


def _dense(dataset: Dataset, outputs: int, n: int) -> list[str]:
    inputs = prod(dataset.input_shape)
    hidden = 32 if n <= 2_000 else 64 if n <= 20_000 else 128
    return [
        *(["Flatten()"] if len(dataset.input_shape) > 1 else []),
        f"Linear({inputs}, {hidden})",
        "ReLU()",
        f"Linear({hidden}, {hidden})",
        "ReLU()",
        f"Linear({hidden}, {outputs})",
    ]


def _convolutions(dataset: Dataset, outputs: int) -> list[str]:
    channels, height, width = dataset.input_shape
    layers: list[str] = []
    maps = 16
    while min(height, width) >= SMALLEST_MAP:
        layers += [f"Conv2d({channels}, {maps}, 3, padding=1)", "ReLU()", "MaxPool2d(2)"]
        channels, height, width = maps, height // 2, width // 2
        maps = min(64, 2 * maps)
    return [*layers, "Flatten()", f"Linear({channels * height * width}, {outputs})"]


def _shape_of_values(dataset: Dataset) -> list[str]:
    """What gives the outputs the shape of values that aren't just a row."""
    kind = dataset.kind
    if isinstance(kind, Classes) or len(kind.shape) == 1:
        return []
    return [f"Unflatten(1, {kind.shape})"]


def _quoted(text: str) -> str:
    """A text as TOML writes it."""
    try:
        text.encode()
    except UnicodeEncodeError:
        raise InvalidInput("a name that isn't text", hint="rename the file") from None
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
