"""From a checked call, such as `spiral(n=500)`, to its samples."""

from collections.abc import Callable
from importlib import import_module

from tui_nn.data.dataset import Dataset
from tui_nn.data.files.source import NOWHERE, Source
from tui_nn.spec.catalog.entry import Bound
from tui_nn.spec.errors import InvalidInput

FILES = "tui_nn.data.files."
"""Where the readers of a user's files are: they are also given a `Source`."""


def load(bound: Bound, source: Source = NOWHERE) -> Dataset:
    """The samples of a bound dataset call; the paths in it start at the source's folder.

    Raises InvalidInput for a call of anything else, for values that don't go together and for
    files that can't be used.
    """
    entry = bound.entry
    module, _, name = entry.target.rpartition(".")
    if not module.startswith("tui_nn.data."):
        raise InvalidInput(f"{entry.name} is not a dataset", hint="write one, as spiral(n=500)")
    make: Callable[..., Dataset] = getattr(import_module(module), name)
    values = bound.values | ({"source": source} if module.startswith(FILES) else {})
    for edited in bound.inner:
        values["data"] = load(edited, source)
    return make(**values)
