"""Experiments on disk: the presets, a person's own files, and changes from the command line."""

import re
import tomllib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

from tui_nn.spec.catalog.entry import near
from tui_nn.spec.errors import InvalidInput
from tui_nn.spec.experiment import Experiment, Table, check
from tui_nn.spec.keys import SECTIONS, TOP

MAX_BYTES = 1_000_000
_KEY = re.compile(r"([a-z_]+)(?:\.([a-z_0-9]+)|\[(\d{1,4})\])?")
_TEXT_KEYS = frozenset(p.name for p in TOP)


@dataclass(frozen=True)
class Chapter:
    """A part of the course: presets in the order they are meant to be opened."""

    letter: str
    title: str
    presets: tuple[str, ...]


def presets_folder() -> Path:
    """Where the presets are: inside an installed package, beside it in a checkout."""
    installed = Path(str(files("tui_nn") / "presets"))
    return installed if installed.is_dir() else Path(str(files("tui_nn"))).parent / "presets"


def course() -> tuple[Chapter, ...]:
    """The chapters in order."""
    table = tomllib.loads((presets_folder() / "course.toml").read_text(encoding="utf-8"))
    return tuple(
        Chapter(chapter["letter"], chapter["title"], tuple(chapter["presets"]))
        for chapter in table["chapter"]
    )


def preset_names() -> tuple[str, ...]:
    """Every preset, in the order of the course."""
    return tuple(name for chapter in course() for name in chapter.presets)


def find_experiment(word: str) -> Path:
    """The file that `word` names: a path, else a preset; InvalidInput with near matches."""
    path = Path(word)
    if word in preset_names() and not path.is_file():
        return presets_folder() / f"{word}.toml"
    if path.is_dir():
        raise InvalidInput("is a folder", where=word, hint="name an experiment's TOML file")
    if path.is_file() or path.suffix == ".toml" or len(path.parts) > 1:
        return path
    raise InvalidInput(
        f"there is no preset or file {word}",
        hint=near(word, preset_names()) or "`nn-tui presets` lists the presets",
    )


def load_experiment(word: str, changes: Iterable[str] = ()) -> Experiment:
    """Read a preset or file with `key=value` changes; InvalidInput names what is wrong."""
    path = find_experiment(word)
    return experiment_of(read_text(path), _shown(path), path.stem, changes)


def read_text(path: Path) -> str:
    """A text file of at most 1 MB."""
    where = _shown(path)
    try:
        if path.stat().st_size > MAX_BYTES:
            size = path.stat().st_size / 1e6
            raise InvalidInput(
                f"has {size:.1f} MB", where=where, hint="an experiment has at most 1 MB"
            )
        return path.read_bytes().decode("utf-8-sig")
    except FileNotFoundError:
        siblings = [str(p) for p in path.parent.glob("*.toml")] if path.parent.is_dir() else []
        raise InvalidInput(
            "there is no such file", where=where, hint=near(str(path), siblings)
        ) from None
    except UnicodeDecodeError:
        raise InvalidInput("is not a text file", where=where, hint="name a TOML file") from None
    except OSError as error:
        raise InvalidInput(f"can't be read ({error.strerror})", where=where) from None


def experiment_of(text: str, where: str, name: str, changes: Iterable[str] = ()) -> Experiment:
    """The experiment that a TOML text describes, with `key=value` changes."""
    table = _plain(_decode(text, where), where)
    changed = _apply(table, changes)

    def place(key: str) -> str:
        root = key.partition("[")[0]
        return f"{'command line' if key in changed or root in changed else where}: {key}"

    return check(table, name, place)


def _decode(text: str, where: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise InvalidInput(f"is not TOML: {error}", where=where) from None
    except RecursionError:
        raise InvalidInput("is nested too deep", where=where, hint="a few levels do") from None


def _plain(value: Any, where: str, depth: int = 0) -> Any:
    """TOML's lists as tuples; dates, infinities and depths no key needs are refused."""
    if depth > 10:
        raise InvalidInput("is nested too deep", where=where, hint="a few levels do")
    if isinstance(value, Mapping):
        return {key: _plain(part, f"{where}: {key}", depth + 1) for key, part in value.items()}
    if isinstance(value, list):
        return tuple(_plain(part, where, depth + 1) for part in value)
    if isinstance(value, float) and value - value != 0:
        raise InvalidInput(f"is {value}", where=where, hint="write a finite number")
    if not isinstance(value, str | bool | int | float):
        raise InvalidInput(f"holds a date or time, {value}", where=where, hint="write a text")
    return value


def _apply(table: dict[str, Any], changes: Iterable[str]) -> set[str]:
    """Put `key=value` changes into the table; the keys they touched."""
    changed: set[str] = set()
    for change in changes:
        key, equals, text = change.partition("=")
        match = _KEY.fullmatch(key.strip())
        if not equals or not match:
            raise InvalidInput(
                f"'{change}' is not key=value", where="command line", hint="e.g. train.epochs=50"
            )
        root, leaf, index = match.groups()
        value = _typed(root, text, f"command line: {key}")
        if leaf:
            if root not in SECTIONS:
                raise InvalidInput("there is no such key", where=f"command line: {key}",
                                   hint=near(root, SECTIONS) or f"write {root}=…")  # fmt: skip
            if not isinstance(table.get(root, {}), dict):
                raise InvalidInput("is not a table", where=f"command line: {root}")
            if root == "goal" and leaf != "times":
                table[root] = {k: v for k, v in table.get(root, {}).items() if k == "times"}
            table.setdefault(root, {})[leaf] = value
        elif index:
            _set_item(table, root, int(index), value, key)
        else:
            table[root] = value
        changed.add(key.strip())
        if root == "optimizer" and not index:
            changed.add(root)
    return changed


def _set_item(table: dict[str, Any], root: str, index: int, value: Any, key: str) -> None:
    items = table.get(root)
    if not isinstance(items, tuple) or index >= len(items):
        length = len(items) if isinstance(items, tuple) else 0
        raise InvalidInput(
            f"{root} has {length} entries", where=f"command line: {key}", hint="counted from 0"
        )
    table[root] = (*items[:index], value, *items[index + 1 :])


def _typed(root: str, text: str, where: str) -> Any:
    """Texts stay as they are; everything else is read as TOML would."""
    if root in _TEXT_KEYS and not text.lstrip().startswith("["):
        return text
    try:
        return _plain(tomllib.loads(f"value = {text}")["value"], where)
    except (tomllib.TOMLDecodeError, RecursionError):
        return text


def _shown(path: Path) -> str:
    folder = presets_folder()
    return f"presets/{path.name}" if path.parent == folder else str(path)


def write_toml(experiment: Experiment, original: str) -> str:
    """The experiment as TOML: the original's comments and order, this one's values."""
    import tomlkit  # takes a quarter of a second

    document = tomlkit.parse(original)
    _update(document, experiment.table)
    return tomlkit.dumps(document)


def _update(container: Any, table: Table) -> None:
    for key in [key for key in container if key not in table]:
        del container[key]
    for key, value in table.items():
        if isinstance(value, Mapping):
            if key not in container:
                container[key] = {}
            _update(container[key], value)
        elif value is None:
            container.pop(key, None)
        elif key not in container or _plain(_unwrap(container[key]), "") != value:
            container[key] = list(value) if isinstance(value, tuple) else value


def _unwrap(value: Any) -> Any:
    unwrap: Callable[[], Any] | None = getattr(value, "unwrap", None)
    return unwrap() if unwrap else value
