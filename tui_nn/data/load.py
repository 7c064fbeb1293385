"""From a checked call, such as `spiral(n=500)`, to its samples."""

from collections.abc import Callable
from importlib import import_module

from tui_nn.data.dataset import Dataset
from tui_nn.spec.catalog.entry import Bound
from tui_nn.spec.errors import InvalidInput


def load(bound: Bound) -> Dataset:
    """The samples of a bound dataset call.

    Raises InvalidInput for a call of anything else, or for values that don't go together.
    """
    entry = bound.entry
    module, _, name = entry.target.rpartition(".")
    if not module.startswith("tui_nn.data."):
        raise InvalidInput(f"{entry.name} is not a dataset", hint="write one, as spiral(n=500)")
    make: Callable[..., Dataset] = getattr(import_module(module), name)
    return make(**bound.values)
