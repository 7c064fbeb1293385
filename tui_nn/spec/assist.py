"""Help while a call is typed: what may stand at the cursor, and what the value there means."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from tui_nn.spec.call import PREFIXES, Value, parse, write
from tui_nn.spec.catalog import CATALOG
from tui_nn.spec.catalog.drawn import AnyOf
from tui_nn.spec.catalog.entry import (
    Choice,
    Either,
    Entry,
    Flag,
    Nothing,
    Parameter,
    Real,
    Required,
    Rule,
    Whole,
)
from tui_nn.spec.errors import InvalidInput
from tui_nn.spec.keys import Switch

MOST = 50
"""Completions that are offered at once."""
LADDER = (1.0, 3.0)
"""A number that may be any size goes over these times a power of ten."""
_NAME = re.compile(r"[\w.]*$", re.ASCII)
_KEYWORD = re.compile(r"\s*(\w+)\s*=\s*", re.ASCII)


@dataclass(frozen=True)
class Argument:
    """The argument of a call in which the cursor stands."""

    entry: Entry
    parameter: Parameter | None
    """None where it is none the entry has, or its name is still being written."""
    begin: int
    end: int
    """Where its value is in the text."""
    before: int = 0
    """Arguments before it, where it has no name itself."""


@dataclass(frozen=True)
class Completion:
    """What may be written where the cursor is."""

    shown: str
    summary: str
    text: str
    """All of the text with it."""
    cursor: int


@dataclass
class _Open:
    """A bracket that is open before the cursor."""

    name: str
    argument: int
    index: int = 0


def argument_at(kind: str, text: str, cursor: int) -> Argument | None:
    """The argument in which the cursor stands; None outside every known call."""
    call = _innermost(text, cursor)
    entry = CATALOG[kind].get(call.name) if call else None
    if call is None or entry is None:
        return None
    end = _end_of_argument(text, call.argument)
    keyword = _KEYWORD.match(text, call.argument, end)
    if keyword:
        found = next((p for p in entry.parameters if p.name == keyword[1]), None)
        return Argument(entry, found, keyword.end(), end)
    begin = call.argument + len(text[call.argument : end]) - len(text[call.argument : end].lstrip())
    if entry.variadic:
        return Argument(entry, entry.variadic, begin, end)
    positional = [p for p in entry.parameters if not p.keyword_only]
    found = positional[call.index] if call.index < len(positional) else None
    return Argument(entry, found, begin, end, call.index)


def completions(kind: str, text: str, cursor: int) -> list[Completion]:
    """Names, keywords and values that may stand at the cursor, the likeliest first."""
    match = _NAME.search(text, 0, cursor)
    begin = match.start() if match else cursor
    word = text[begin:cursor]
    call = _innermost(text, cursor)
    if call is None and not word and text[:cursor].strip():
        return []  # behind the whole call
    if call is None:
        return list(_names(CATALOG[kind].values(), word, text, begin, cursor))
    argument = argument_at(kind, text, cursor)
    if argument is None:
        return []
    if argument.entry.variadic:
        return list(_names(CATALOG[kind].values(), word, text, begin, cursor))
    rule = argument.parameter.rule if argument.parameter else None
    if isinstance(rule, AnyOf):
        inside = [CATALOG[kind][name] for name in rule.names]
        return list(_names(inside, word, text, begin, cursor))
    if _KEYWORD.match(text, call.argument, cursor):
        return list(_values(argument, text, cursor))
    found = [*_values(argument, text, cursor), *_keywords(argument, word, text, begin, cursor)]
    return found[:MOST]


def value_completions(parameter: Parameter, text: str) -> list[Completion]:
    """The values of a key that has few, as a file's text has them."""
    typed = text.strip().lower()
    found = []
    for value in _options(parameter.rule):
        new = str(value).lower() if isinstance(value, bool) else str(value)
        if new.startswith(typed) and new != typed:
            found.append(Completion(new, "", new, len(new)))
    return found


def nudged(kind: str, text: str, cursor: int, way: int) -> tuple[str, int] | None:
    """The text with the value at the cursor one up or down, and the cursor behind it.

    A flag is turned, of choices the next is taken, a number goes to the next in its range; None
    where nothing can be.
    """
    argument = argument_at(kind, text, cursor)
    if argument is None or argument.parameter is None:
        return None
    written = text[argument.begin : argument.end].strip()
    try:
        value = _literal(written) if written else argument.parameter.default
    except InvalidInput:
        return None
    found = next_value(argument.parameter, value, way)
    if found is None:
        return None
    new = write(found)
    return text[: argument.begin] + new + text[argument.end :], argument.begin + len(new)


def next_value(parameter: Parameter, value: Value | Required, way: int) -> Value:
    """The value after (`way` 1) or before it that the parameter takes; None where there is none."""
    for candidate in _next_ones(parameter.rule, value, way):
        try:
            parameter.rule.check(candidate)
        except ValueError:
            continue
        return candidate
    return None


def _next_ones(rule: Rule, value: Value | Required, way: int) -> Iterable[Value]:
    rules = rule.rules if isinstance(rule, Either) else (rule,)
    choices = next((r.options for r in rules if isinstance(r, Choice)), None)
    if any(isinstance(r, Flag | Switch) for r in rules):
        yield value is not True
    elif choices is not None:
        at = choices.index(value) if isinstance(value, str) and value in choices else -1
        yield choices[(at + way) % len(choices)]
    elif any(isinstance(r, Whole) for r in rules) and not any(isinstance(r, Real) for r in rules):
        whole = isinstance(value, int) and not isinstance(value, bool)
        yield int(value) + way if whole else 1  # type: ignore[arg-type]
    elif any(isinstance(r, Real) for r in rules):
        number = isinstance(value, int | float) and not isinstance(value, bool)
        yield from _rungs(float(value) if number else 0.0, way)  # type: ignore[arg-type]


def _rungs(value: float, way: int) -> Iterable[float]:
    """The next of 0, 1, 3, 10, 30 … and of 0.9, 0.99, 0.999, those nearest 1 from below."""
    rungs = [0.0, *(float(f"{d:g}e{power}") for power in range(-6, 4) for d in LADDER)]
    rungs = sorted({*rungs, 0.5, 0.9, 0.99, 0.999})
    near = 1e-9 * abs(value)
    if way > 0:
        yield from (rung for rung in rungs if rung > value + near)
    else:
        yield from (rung for rung in reversed(rungs) if rung < value - near)


def _literal(written: str) -> Value:
    return parse(f"x({written})").args[0]


def _innermost(text: str, cursor: int) -> _Open | None:
    """The innermost call whose brackets are open at the cursor; lists and tuples are passed."""
    open_: list[_Open] = []
    quote = ""
    for index, character in enumerate(text[:cursor]):
        if quote:
            quote = "" if character == quote and text[index - 1] != "\\" else quote
        elif character in "'\"":
            quote = character
        elif character in "([":
            name = _bare(_NAME.search(text, 0, index)[0]) if character == "(" else ""  # type: ignore[index]
            open_.append(_Open(name, index + 1))
        elif character in ")]" and open_:
            open_.pop()
        elif character == "," and open_:
            open_[-1].argument, open_[-1].index = index + 1, open_[-1].index + 1
    return next((call for call in reversed(open_) if call.name), None)


def _end_of_argument(text: str, begin: int) -> int:
    depth, quote = 0, ""
    for index in range(begin, len(text)):
        character = text[index]
        if quote:
            quote = "" if character == quote else quote
        elif character in "'\"":
            quote = character
        elif character in "([":
            depth += 1
        elif character in ")]":
            if depth == 0:
                return index
            depth -= 1
        elif character == "," and depth == 0:
            return index
    return len(text)


def _bare(name: str) -> str:
    """A name without what a PyTorch user may write before it."""
    before, _, last = name.rpartition(".")
    return last if before in PREFIXES else name


def _names(
    entries: Iterable[Entry], word: str, text: str, begin: int, cursor: int
) -> Iterable[Completion]:
    end = cursor + len(re.match(r"\w*", text[cursor:])[0])  # type: ignore[index]
    has_bracket = text[end : end + 1] == "("
    for entry in matching(entries, _bare(word)):
        new = entry.name if has_bracket else f"{entry.name}()"
        inside = bool(entry.parameters or entry.variadic) and not has_bracket
        yield Completion(
            entry.name, entry.summary, text[:begin] + new + text[end:],
            begin + len(new) - inside,
        )  # fmt: skip


def matching(entries: Iterable[Entry], word: str) -> list[Entry]:
    """Entries for what was typed: those that begin with it, hold it, then say it."""
    lower = word.lower().strip()
    begins: list[Entry] = []
    holds: list[Entry] = []
    says: list[Entry] = []
    for entry in entries:
        name = entry.name.lower()
        if name.startswith(lower):
            begins.append(entry)
        elif lower in name:
            holds.append(entry)
        elif len(lower) > 2 and lower in entry.summary.lower():
            says.append(entry)
    return [*begins, *holds, *says]


def _keywords(
    argument: Argument, word: str, text: str, begin: int, cursor: int
) -> Iterable[Completion]:
    for parameter in argument.entry.parameters[argument.before :]:
        name = parameter.name
        if not name.startswith(word) or re.search(rf"\b{name}\s*=", text):
            continue
        new = f"{name}="
        yield Completion(
            str(parameter), parameter.help, text[:begin] + new + text[cursor:], begin + len(new)
        )


def _values(argument: Argument, text: str, cursor: int) -> Iterable[Completion]:
    if argument.parameter is None:
        return
    typed = text[argument.begin : cursor].strip().strip("'\"").lower()
    for value in _options(argument.parameter.rule):
        new = write(value)
        if str(value).lower().startswith(typed):
            yield Completion(
                new, argument.parameter.help, text[: argument.begin] + new + text[argument.end :],
                argument.begin + len(new),
            )  # fmt: skip


def _options(rule: Rule) -> Sequence[Value]:
    """The values of a rule that has few."""
    match rule:
        case Choice():
            return rule.options
        case Flag() | Switch():
            return (True, False)
        case Either():
            found = [value for part in rule.rules for value in _options(part)]
            return [*found, None] if found and Nothing() in rule.rules else found
    return ()
