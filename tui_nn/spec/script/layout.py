"""Python text that looks hand-written: values, calls broken over lines, blocks with room between.

The layout is the one of `ruff format` with lines of at most 100 columns.
"""

import textwrap
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from tui_nn.spec.call import Call
from tui_nn.spec.catalog.entry import Bound
from tui_nn.spec.errors import printable

WIDTH = 100
INDENT = "    "


@dataclass(frozen=True)
class Group:
    """What stands between brackets: `nn.Linear(`, its arguments, `)`."""

    opening: str
    parts: "tuple[Piece, ...]"
    closing: str

    def __str__(self) -> str:
        return f"{self.opening}{', '.join(map(str, self.parts))}{self.closing}"


Piece = str | Group


def call(name: str, *parts: Piece) -> Group:
    """`name(parts)`."""
    return Group(f"{name}(", parts, ")")


def listed(parts: Iterable[Piece]) -> Group:
    """`[parts]`."""
    return Group("[", tuple(parts), "]")


def keyword(name: str, piece: Piece) -> Piece:
    """`name=piece`."""
    if isinstance(piece, Group):
        return Group(f"{name}={piece.opening}", piece.parts, piece.closing)
    return f"{name}={piece}"


def lay(
    before: str, piece: Piece, after: str = "", indent: int = 0, width: int = WIDTH
) -> list[str]:
    """`before piece after` on one line if it fits into `width`, else one part a line."""
    space = INDENT * indent
    line = f"{space}{before}{piece}{after}"
    if len(line) <= width or isinstance(piece, str) or not piece.parts:
        return [line]
    lines = [f"{space}{before}{piece.opening}"]
    # A list alone in a call has no comma behind it.
    alone = len(piece.parts) == 1 and piece.opening.endswith("(")
    comma = "" if alone and str(piece.parts[0]).startswith("[") else ","
    for part in piece.parts:
        lines += lay("", part, comma, indent + 1, width)
    return [*lines, f"{space}{piece.closing}{after}"]


def indented(lines: Iterable[str], by: int = 1) -> list[str]:
    """The lines further to the right; empty ones stay empty."""
    return [f"{INDENT * by}{line}" if line else "" for line in lines]


def value(given: Any) -> str:
    """A literal as `ruff format` would leave it."""
    if isinstance(given, str):
        text = repr(given)
        return text if '"' in given else f'"{text[1:-1]}"'
    if isinstance(given, tuple):
        inside = ", ".join(map(value, given))
        return f"({inside},)" if len(given) == 1 else f"({inside})"
    assert not isinstance(given, Call)
    return repr(given)


def arguments(bound: Bound, **changed: Any) -> tuple[Piece, ...]:
    """The arguments of a call as it was written, some of them with another value."""
    rewritten = bound.call_with(**changed) if changed else bound.call
    return (
        *(value(argument) for argument in rewritten.args),
        *(keyword(name, value(argument)) for name, argument in rewritten.kwargs),
    )


def docstring(paragraphs: Sequence[str], indent: int = 0) -> list[str]:
    """A docstring that no text of a person's can leave early."""
    width = WIDTH - len(INDENT * indent)
    lines: list[str] = []
    for paragraph in paragraphs:
        # The rest of the module must stay out of reach of what a title says.
        safe = _flat(paragraph).replace("\\", "\\\\").replace('"""', "'''")
        lines += ["", *textwrap.wrap(safe, width - 3)] if lines else textwrap.wrap(safe, width - 3)
    lines = lines or [""]
    if len(lines) == 1 and len(lines[0]) <= width - 6 and not lines[0].endswith('"'):
        return indented([f'"""{lines[0]}"""'], indent)
    space = " " if lines[0].startswith('"') else ""
    return indented([f'"""{space}{lines[0]}', *lines[1:], '"""'], indent)


def _flat(text: str) -> str:
    """Words with single spaces, and nothing that a Python file can't hold."""
    return printable(" ".join(text.split()))


def comment(words: str, indent: int = 0) -> list[str]:
    """A comment, over more than one line where it is long."""
    width = WIDTH - len(INDENT * indent) - 2
    return indented([f"# {line}" for line in textwrap.wrap(_flat(words), width)], indent)


@dataclass(frozen=True)
class Block:
    """Lines that belong together; a function or class stands further apart."""

    lines: tuple[str, ...]
    is_definition: bool = False


def plain(*lines: str) -> Block:
    """A block of statements."""
    return Block(lines)


def definition(*lines: str) -> Block:
    """A block that is a function or a class."""
    return Block(lines, is_definition=True)


def join(blocks: Iterable[Block]) -> str:
    """The blocks as one text: two empty lines round definitions, one between others."""
    text = ""
    before: Block | None = None
    for block in blocks:
        if not block.lines:
            continue
        if before is not None:
            apart = block.is_definition or before.is_definition
            text += "\n\n" if apart else "\n"
        text += "\n".join(block.lines) + "\n"
        before = block
    return text
