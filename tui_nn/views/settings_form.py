"""Settings of an experiment as a list that is edited: key, value, help."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from tui_nn.spec.catalog.entry import Parameter
from tui_nn.spec.keys import SECTIONS, TOP
from tui_nn.views.canvas import Canvas
from tui_nn.views.layer_names import window

GROUPS: dict[int, tuple[str, ...]] = {
    2: ("data", "train.batch_size", "train.shuffle", "train.val", "train.test", "train.seed"),
    3: ("loss",),
    4: ("optimizer", "schedule", "train.epochs", "train.clip_norm", "train.schedule_every",
        "train.eval_every", "train.patience"),
}  # fmt: skip
"""The keys that belong to a panel."""
KINDS = {
    "data": "dataset", "loss": "loss", "optimizer": "optimizer", "schedule": "schedule",
    "init": "init",
}  # fmt: skip
"""Of the keys whose value is a call."""
UNSET = "–"
BESIDE = 3
"""Rows that are not of settings."""


@dataclass(frozen=True)
class Setting:
    """One key with its value now."""

    key: str
    """As a change names it: `optimizer[1]`, `train.epochs`."""
    value: Any
    """None where it is left out."""
    parameter: Parameter

    @property
    def kind(self) -> str:
        """Of the call that it is; empty for a plain value."""
        return KINDS.get(self.key.partition("[")[0], "")

    @property
    def text(self) -> str:
        """The value as a person types it."""
        if self.value is None:
            return ""
        return str(self.value).lower() if isinstance(self.value, bool) else str(self.value)


def settings_of(experiment: Mapping[str, Any], panel: int | None) -> tuple[Setting, ...]:
    """Those that belong to a panel; all but the network where it is None."""
    keys = GROUPS.get(panel or 0) or tuple(_all_keys())
    return tuple(one for key in keys for one in _settings(experiment, key))


def _all_keys() -> Iterator[str]:
    yield from (p.name for p in TOP if p.name not in ("network", "title", "about"))
    for section in ("train", "goal"):
        yield from (f"{section}.{p.name}" for p in SECTIONS[section])


def _settings(experiment: Mapping[str, Any], key: str) -> Iterator[Setting]:
    section, _, leaf = key.rpartition(".")
    parameters = SECTIONS[section] if section else TOP
    parameter = next(p for p in parameters if p.name == leaf)
    table: Mapping[str, Any] = experiment.get(section, {}) if section else experiment
    value = table.get(leaf, parameter.default)
    if isinstance(value, list | tuple) and key == "optimizer":
        yield from (Setting(f"{key}[{i}]", one, parameter) for i, one in enumerate(value))
    else:
        yield Setting(key, value or None if key in KINDS else value, parameter)


def paint_settings(canvas: Canvas, settings: tuple[Setting, ...], cursor: int, words: str) -> None:
    """A row a key; below, what `words` say, or what the key at the cursor is for."""
    palette, room = canvas.palette, max(1, canvas.height - BESIDE)
    wide = max(len(one.key) for one in settings)
    row = 0
    for index in window(len(settings), min(room, len(settings)), cursor):
        one, here = settings[index], index == cursor
        canvas.put(row, 0, "▸" if here else " ", palette.ink(palette.accent))
        canvas.put(row, 1, one.key, palette.strong if here else palette.plain)
        ink = palette.quiet if one.value is None else palette.plain
        canvas.put(row, wide + 3, one.text or UNSET, palette.strong if here else ink)
        row += 1
    at = settings[cursor]
    canvas.put(row + 1, 1, words or at.parameter.help, palette.plain if words else palette.quiet)
    if not words and not at.kind:
        canvas.put(row + 2, 1, str(at.parameter.rule), palette.quiet)
