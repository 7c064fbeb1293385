"""What the app remembers between two starts: theme and views, in the user's config directory."""

import contextlib
import os
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from platformdirs import user_config_dir

from tui_nn.views.ink import PALETTES, ThemeName
from tui_nn.views.kinds import KINDS

LARGEST = 2**16


@dataclass
class Config:
    """Remembered choices."""

    theme: ThemeName = "dark"
    views: dict[tuple[str, int], str] = field(default_factory=dict)
    """The view chosen last, by kind of experiment and panel."""


def config_file() -> Path:
    """Where it is remembered; nothing need be there."""
    return Path(user_config_dir("nn-tui")) / "app.toml"


def is_first_start() -> bool:
    """Whether nothing has been remembered yet."""
    return not config_file().exists()


def read_config() -> Config:
    """What was remembered; the defaults where there is nothing, or nothing that can be read."""
    try:
        with config_file().open("rb") as file:
            told = tomllib.loads(file.read(LARGEST).decode())
    except (OSError, ValueError):
        return Config()
    config = Config()
    theme, views = told.get("theme"), told.get("views")
    config.theme = next((name for name in PALETTES if name == theme), config.theme)
    if isinstance(views, dict):
        config.views = {
            (kind, panel): view
            for told_of in (dict.fromkeys(KINDS, views), views)
            for kind in KINDS
            for panel, view in _by_panel(told_of.get(kind))
        }
    return config


def _by_panel(told: object) -> Iterator[tuple[int, str]]:
    """The views of one kind; in older files all kinds have the same, a table above theirs."""
    if isinstance(told, dict):
        for panel, view in told.items():
            if panel.isdecimal() and isinstance(view, str):
                yield int(panel), view


def write_config(config: Config) -> None:
    """Remember; where the file can't be written nothing is lost but that."""
    import tomlkit  # to write alone: the first picture doesn't wait for it

    path = config_file()
    views: dict[str, dict[str, str]] = {}
    for (kind, panel), view in config.views.items():
        views.setdefault(kind, {})[str(panel)] = view
    text = tomlkit.dumps({"theme": config.theme, "views": views})
    with contextlib.suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        beside = path.with_name(f".{path.name}.{os.getpid()}")
        beside.write_text(text)
        beside.replace(path)
