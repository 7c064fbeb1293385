"""The reference of the protocol: Markdown made of the structs and the words beside them."""

import ast
import inspect
import re
import textwrap
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from types import ModuleType
from typing import Any

import msgspec

from tui_nn.protocol_page import examples
from tui_nn.spec.protocol import (
    VERSION,
    arrays,
    commands,
    disk,
    flow,
    frames,
    inside,
    messages,
    probes,
    records,
)

WIDTH = 98
BAR = "\\|"
"""A bar inside a table."""

INTRO = f"""\
# The protocol of an engine, version {VERSION}

An engine (`nn-tui engine`) reads commands from its standard input and writes what happens to its
standard output, one JSON object a line, in UTF-8. Its standard error is for people.

- **Start.** The first line of an engine is `hello`. Lines before it are not the engine's (ssh and
  login shells greet too) and are to be skipped. Both sides must speak the same version. A type of
  line, or a field, that isn't known is to be skipped.
- **Commands and answers.** A command names itself in `do` and carries an `id` of the client's
  choosing. One `answer` or one `problem` with the same `id` comes back, in the order of the
  commands; only `seen` has none, and `list_folder` and `preview`, which look at the disk while
  training goes on, may be answered behind later commands. A problem has changed nothing. A line
  that is no command is answered by a problem as well, whose `id` is null where it had none; one of
  more than 16 MiB is skipped.
- **Records** tell what a run has been. All of them are sent, in order, and kept in the run's
  `events.jsonl`. `stepped` is a batch, at most 20 a second.
- **Branches.** Every record has the `branch` and the `step` it belongs to. Going back moves the
  present along its branch; going on unchanged repeats the same bits, and nothing is recorded twice.
  Going on with something changed begins a new branch, whose first `changed` names its `parent`.
  Nothing recorded is rewritten.
- **Frames** answer a `watch`. They show what torch holds at that moment and are never recorded. The
  next one of a watch waits until the last was acknowledged by `seen` with its `watch` and `number`.
- **Numbers.** JSON has no NaN and no infinity: such a number is null, and `nonfinite` holds its
  word (`nan`, `inf`, `-inf`) by the field's name. Numbers in bulk are an `Array`: base64 of
  little-endian bytes, every bit kept.
- **Several connections.** An engine that goes on alone is reached through a socket in its run's
  folder (`nn-tui engine --attach RUN`). Who comes is told `hello`, the run's events so far, then
  what happens from there on, without gap or repetition. All may watch, one drives: the commands
  that are not for all are the driver's. For all are {{for_all}}.
  `drive` takes the wheel; when the driver has gone, the next command that needs it does.
- **End.** When its input ends the engine saves and ends, unless it was started to stay.
"""


@dataclass(frozen=True)
class Group:
    """A chapter: structs that belong together."""

    title: str
    about: str
    examples: Sequence[Any]
    """An instance of each."""
    base: type[msgspec.Struct] = msgspec.Struct
    """Its fields are told once, for all."""


GROUPS = (
    Group("Commands", "What an engine can be told to do.", examples.COMMANDS, commands.Command),
    Group("Probes", "What `watch` and `inspect` can look at.", examples.PROBES),
    Group("Messages", "What an engine says besides records and frames.", examples.MESSAGES),
    Group("Records", "What a run has been.", examples.RECORDS, records.Event),
    Group("Frames", "What a probe shows.", examples.FRAMES, frames.Frame),
    Group("Finds", "What a look at the disk has found, in an `answer`.", examples.FINDS),
    Group("Parts", "What the lines above are made of.", examples.PARTS),
)
_LIMITED = re.compile(r"Annotated\[(?P<type>\w+), msgspec\.Meta\((?P<limits>.*)\)\]")
_SIGNS = {"gt": ">", "ge": "≥", "lt": "<", "le": "≤"}
MODULES = (flow, arrays, inside, probes, frames, disk, commands, messages, records)


def protocol_page() -> str:
    """The whole page."""
    for_all = ", ".join(f"`{_tag(kind)}`" for kind in commands.FOR_ALL)
    parts = [INTRO.strip().replace("{for_all}", for_all)]
    for group in GROUPS:
        parts.append(f"## {group.title}\n\n{group.about}")
        common = msgspec.structs.fields(group.base)
        if common:
            parts.append(f"Each has these fields:\n\n{_table(group.base, common)}")
        parts += [_entry(example, group.base) for example in group.examples]
    parts.append("## Words\n\nTypes that several fields share.")
    parts += [_alias(*found) for module in MODULES for found in _aliases(module)]
    return "\n\n".join(parts)


def _entry(example: msgspec.Struct, base: type[msgspec.Struct]) -> str:
    """A struct without the fields of its base, which are told elsewhere."""
    kind = type(example)
    told = {field.name for field in msgspec.structs.fields(base)}
    own = [field for field in msgspec.structs.fields(kind) if field.name not in told]
    parts = [f"### {_tag(kind) or kind.__name__}", _reflowed(inspect.getdoc(kind) or "")]
    if own:
        parts.append(_table(kind, own))
    parts.append(f"```json\n{msgspec.json.encode(example).decode()}\n```")
    return "\n\n".join(parts)


def _table(kind: type[msgspec.Struct], fields: Sequence[msgspec.structs.FieldInfo]) -> str:
    head = ["| field | type | default | |", "|---|---|---|---|"]
    return "\n".join([*head, *(_row(kind, field) for field in fields)])


def _tag(kind: type[msgspec.Struct]) -> str:
    return str(kind.__struct_config__.tag or "")


def _row(kind: type[msgspec.Struct], field: msgspec.structs.FieldInfo) -> str:
    written, words = next(
        told[field.name] for base in kind.__mro__ if field.name in (told := _fields_of(base))
    )
    default = "" if field.required else f"`{msgspec.json.encode(_default(field)).decode()}`"
    cells = (f"`{field.name}`", f"`{written}`", default, " ".join(words.split()))
    return f"| {' | '.join(cell.replace('|', BAR) for cell in cells)} |"


def _default(field: msgspec.structs.FieldInfo) -> Any:
    if field.default_factory is not msgspec.NODEFAULT:
        return field.default_factory()
    return field.default


@cache
def _fields_of(kind: type) -> dict[str, tuple[str, str]]:
    """The fields that a class itself declares: their types as written and the words below them."""
    if kind in (msgspec.Struct, object):
        return {}
    [tree] = ast.parse(textwrap.dedent(inspect.getsource(kind))).body
    assert isinstance(tree, ast.ClassDef)
    return {
        statement.target.id: (ast.unparse(statement.annotation), words)
        for statement, words in _told(tree.body)
        if isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name)
    }


def _told(body: Sequence[ast.stmt]) -> Iterable[tuple[ast.stmt, str]]:
    """Statements, each with the text that stands below it."""
    for statement, below in zip(body, [*body[1:], ast.Pass()], strict=True):
        words = below.value if isinstance(below, ast.Expr) else None
        text = words.value if isinstance(words, ast.Constant) else ""
        yield statement, text if isinstance(text, str) else ""


def _aliases(module: ModuleType) -> Iterable[tuple[str, str, str]]:
    """Names for types, the types and the words below them; and the words of an enumeration."""
    for statement, words in _told(ast.parse(inspect.getsource(module)).body):
        if isinstance(statement, ast.ClassDef) and "StrEnum" in map(ast.unparse, statement.bases):
            values = " | ".join(f"'{value}'" for value in getattr(module, statement.name))
            yield statement.name, values, ast.get_docstring(statement) or ""
        elif isinstance(statement, ast.Assign) and isinstance(statement.targets[0], ast.Name):
            name = statement.targets[0].id
            if isinstance(statement.value, ast.Subscript | ast.BinOp) and name[0].isupper():
                yield name, ast.unparse(statement.value), words


def _alias(name: str, written: str, words: str) -> str:
    listed = written
    if written.startswith("Literal["):
        listed = written[len("Literal[") : -1].replace("', '", "' | '")
    if limited := _LIMITED.fullmatch(written):
        limits = (limit.split("=") for limit in limited["limits"].split(", "))
        listed = limited["type"] + " and".join(f" {_SIGNS[sign]} {end}" for sign, end in limits)
    block = textwrap.fill(listed, WIDTH, break_long_words=False, break_on_hyphens=False)
    about = f"{_reflowed(words)}\n\n" if words else ""
    return f"### {name}\n\n{about}```\n{block}\n```"


def _reflowed(text: str) -> str:
    return textwrap.fill(" ".join(text.split()), WIDTH)
