"""All panels by their number; their views are loaded when the first is asked for."""

from collections.abc import Iterator, Mapping
from functools import cached_property
from importlib import import_module

from tui_nn.views.panels.panel import Panel

NAMES = {
    1: "Network", 2: "Data", 3: "Loss", 4: "Optimizer", 5: "Forward", 6: "Gradient", 7: "Update",
    8: "Evaluate", 0: "Look for",
}  # fmt: skip
"""What can be painted before the views are there: the first picture waits for nothing else."""


class _Panels(Mapping[int, Panel]):
    @cached_property
    def _loaded(self) -> dict[int, Panel]:
        found = {}
        for number, name in NAMES.items():
            word = name.replace(" ", "_")
            module = import_module(f"tui_nn.views.panels.{word.lower()}")
            found[number] = getattr(module, word.upper())
        return found

    def __getitem__(self, number: int) -> Panel:
        return self._loaded[number]

    def __iter__(self) -> Iterator[int]:
        return iter(NAMES)

    def __len__(self) -> int:
        return len(NAMES)


PANELS: Mapping[int, Panel] = _Panels()
