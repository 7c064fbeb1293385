"""Experiments as texts: what a file says, with changes from the command line, and back."""

import re
import tomllib
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from tui_nn.spec.call import MAX_INTEGER
from tui_nn.spec.catalog.files import PATHS
from tui_nn.spec.errors import InvalidInput
from tui_nn.spec.experiment import Experiment, Table, check
from tui_nn.spec.finding import LESSON, experiment_beside, find_experiment, read_text, shown
from tui_nn.spec.keys import SECTIONS, TOP
from tui_nn.spec.words import near, say

_KEY = re.compile(r"([a-z_]+)(?:\.([a-z_0-9]+)|\[(\d{1,4})\])?", re.ASCII)
# tomllib takes time in the square of a dotted key's parts.
_LONG_KEY = re.compile(r"(?<![^\s.])(?:[^\s.]+[ \t]*\.[ \t]*){100}")
_PYTHON_FLOAT = re.compile(r"[-+]?(?:\d{1,20}\.|\.\d{1,20})(?:[eE][-+]?\d{1,2})?", re.ASCII)
_TEXT_KEYS = frozenset(p.name for p in TOP)
_TABLES = f"tables: {', '.join(SECTIONS)}"


def load_experiment(word: str, changes: Iterable[str] = ()) -> Experiment:
    """Read a preset or file with `key=value` changes; InvalidInput names what is wrong."""
    path = find_experiment(word)
    if path.name.endswith(LESSON):
        raise InvalidInput(
            "is a lesson", where=shown(path), hint=f"open {shown(experiment_beside(path))}"
        )
    return experiment_of(read_text(path), shown(path), path.stem, changes, path.parent)


def experiment_of(
    text: str, where: str, name: str, changes: Iterable[str] = (), folder: Path = Path()
) -> Experiment:
    """The experiment that a TOML text describes, with `key=value` changes.

    Relative paths of its data start at `folder`, those from the command line where that is.
    """
    table, changed = apply_changes(read_toml(text, where), changes)

    def place(key: str) -> str:
        root = re.split(r"[\[.]", key)[0]
        return f"{'command line' if key in changed or root in changed else where}: {key}"

    return check(table, name, place, Path() if "data" in changed else folder)


def read_toml(text: str, where: str) -> dict[str, Any]:
    """A TOML text's tables, its lists as tuples; InvalidInput with the place for what is none."""
    found: dict[str, Any] = _plain(_decode(text, where), where)
    return found


def _decode(text: str, where: str) -> dict[str, Any]:
    if _LONG_KEY.search(text):
        raise InvalidInput("has a key of over 100 parts", where=where, hint="two parts do")
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise InvalidInput(f"is not TOML: {error}", where=where, hint="mend that line") from None
    except ValueError:  # int() refuses over 4300 digits
        raise InvalidInput(
            "holds a number too long to read", where=where, hint="write fewer digits"
        ) from None
    except RecursionError:
        raise InvalidInput("is nested too deep", where=where, hint="a few levels do") from None


def _plain(value: Any, where: str, depth: int = 0) -> Any:
    """TOML's lists as tuples; dates, infinities and depths no key needs are refused."""
    if depth > 10:
        raise InvalidInput("is nested too deep", where=where, hint="a few levels do")
    if isinstance(value, Mapping):
        joint = "." if depth else ": "
        return {key: _plain(part, f"{where}{joint}{key}", depth + 1) for key, part in value.items()}
    if isinstance(value, list):
        return tuple(_plain(part, where, depth + 1) for part in value)
    if isinstance(value, float) and value - value != 0:
        raise InvalidInput(f"is {value}", where=where, hint="write a finite number")
    if isinstance(value, int) and not -MAX_INTEGER < value < MAX_INTEGER:
        raise InvalidInput("is too large a number", where=where, hint="stay below 2**63")
    if not isinstance(value, str | bool | int | float):
        raise InvalidInput(f"holds a date or time, {value}", where=where, hint="write a text")
    return value


def apply_changes(original: Table, changes: Iterable[str]) -> tuple[dict[str, Any], set[str]]:
    """The table with `key=value` changes, and the keys they touched; InvalidInput for others."""
    table = {k: dict(v) if isinstance(v, Mapping) else v for k, v in original.items()}
    changed: set[str] = set()
    for change in changes:
        key, equals, text = change.partition("=")
        match = _KEY.fullmatch(key.strip())
        if not equals or not match or not _is_unicode(change):
            raise InvalidInput(
                f"{say(change)} is not key=value", where="command line", hint="e.g. train.epochs=50"
            )
        root, leaf, index = match.groups()
        where = f"command line: {key.strip()}"
        if index:
            _set_item(table, root, int(index), text, where)
        elif leaf:
            _set_leaf(table, root, leaf, _typed(root, text, where), where)
        else:
            _set(table, root, _typed(root, text, where))
        changed.add(f"{root}[{int(index)}]" if index else key.strip())
    return table, changed


def _set_leaf(table: dict[str, Any], root: str, leaf: str, value: Any, where: str) -> None:
    if root not in SECTIONS:
        hint = f"write {root}=…" if root in _TEXT_KEYS else near(root, SECTIONS)
        raise InvalidInput("there is no such key", where=where, hint=hint or _TABLES)
    section = table.setdefault(root, {})
    if not isinstance(section, dict):
        raise InvalidInput("is not a table", where=f"command line: {root}", hint=_TABLES)
    if root == "goal" and leaf != "times":
        section = table[root] = {key: part for key, part in section.items() if key == "times"}
    _set(section, leaf, value)


def _set(table: dict[str, Any], key: str, value: Any) -> None:
    if value is None:
        table.pop(key, None)
    else:
        table[key] = value


def _set_item(table: dict[str, Any], root: str, index: int, text: str, where: str) -> None:
    items = table.get(root)
    if not isinstance(items, tuple):
        raise InvalidInput(f"{root} is not a list", where=where, hint=f"write {root}=…")
    if index >= len(items):
        last = f"the last is {root}[{len(items) - 1}]"
        raise InvalidInput(f"{root} has {len(items)} entries", where=where, hint=last)
    table[root] = (*items[:index], text, *items[index + 1 :])


def typed_value(text: str) -> Any:
    """A value that isn't a text as TOML reads it; InvalidInput where it is none."""
    return _typed("", text, "")


def _typed(root: str, text: str, where: str) -> Any:
    """Texts stay as they are, all else is read as TOML would; None takes the key out."""
    word = text.strip()
    if word in ("", "None"):
        return None
    if root in _TEXT_KEYS and not word.startswith("["):
        return text
    if word in ("True", "False"):  # as Python spells them
        return word == "True"
    if _PYTHON_FLOAT.fullmatch(word):
        return float(word)
    try:
        found = tomllib.loads(f"value = {text}") if not _LONG_KEY.search(text) else {}
    except (ValueError, RecursionError):
        found = {}
    return _plain(found["value"], where) if list(found) == ["value"] else word


def _is_unicode(text: str) -> bool:
    """False for what the shell gave as bytes that no encoding explains."""
    return not any("\ud800" <= character <= "\udfff" for character in text)


def write_toml(experiment: Experiment, original: str, *, anywhere: bool = False) -> str:
    """The experiment as TOML: the original's comments and order, this one's values.

    Paths are written so that they hold for a file in the working directory, or `anywhere`.
    """
    import tomlkit  # takes a quarter of a second

    document = tomlkit.parse(original)
    _update(document, _from_here(experiment, anywhere=anywhere).table)
    return tomlkit.dumps(document)


def _from_here(experiment: Experiment, *, anywhere: bool) -> Experiment:
    """The experiment with relative paths of its data starting at the working directory."""
    data = experiment.data

    def path_of(word: str) -> str:
        path = experiment.folder / Path(word).expanduser()
        return str(path.absolute() if anywhere else path)

    paths = {
        parameter.name: path_of(data[parameter.name])
        for parameter in data.entry.parameters
        if parameter.rule in PATHS and data[parameter.name] is not None
    }
    return experiment.with_data(**paths) if paths else experiment


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
