"""A PyTorch call as plain data: `Linear(2, 4)` is parsed and written back, never evaluated."""

import ast
import math
import re
import warnings
from collections.abc import Iterable
from dataclasses import dataclass

from tui_nn.spec.errors import InvalidInput

MAX_CHARACTERS = 10_000
MAX_LEVELS = 50
MAX_NAME = 100
MAX_INTEGER = 2**63

# What a PyTorch user may write before a name; it says nothing that the name doesn't.
PREFIXES = frozenset(
    {
        "torch.nn",
        "torch.nn.init",
        "torch.optim",
        "torch.optim.lr_scheduler",
        "nn",
        "nn.init",
        "init",
        "optim",
        "optim.lr_scheduler",
        "lr_scheduler",
    }
)

_CONSTANTS = {"true": "True", "false": "False", "none": "None", "null": "None"}
_SIGNS = re.compile(r"(?:[-+~]\s*){51}|(?:\bnot\s+){51}")
_TEXTS = re.compile(r"'(?:\\.|[^'\\\n])*'|\"(?:\\.|[^\"\\\n])*\"")


@dataclass(frozen=True)
class Call:
    """`name(*args, **kwargs)` where every value is a literal, a tuple or another call."""

    name: str
    args: "tuple[Value, ...]" = ()
    kwargs: "tuple[tuple[str, Value], ...]" = ()

    def __str__(self) -> str:
        words = [write(value) for value in self.args]
        words += [f"{name}={write(value)}" for name, value in self.kwargs]
        return f"{self.name}({', '.join(words)})"


Value = None | bool | int | float | str | tuple["Value", ...] | Call


def write(value: Value) -> str:
    """A value as it would stand in a call."""
    if isinstance(value, tuple):
        return f"({', '.join(map(write, value))}{',' if len(value) == 1 else ''})"
    return str(value) if isinstance(value, Call) else repr(value)


def parse(text: str, where: str = "") -> Call:
    """Read one call.

    Raises InvalidInput for anything that isn't a call of literals: nothing is ever evaluated.
    """
    try:
        return _parse(text)
    except InvalidInput as error:
        raise error.at(where) from None


def _parse(text: str) -> Call:
    if len(text) > MAX_CHARACTERS:
        raise InvalidInput(f"a call of {len(text):,} characters is too long", hint="at most 10,000")
    if _levels(text) > MAX_LEVELS or _SIGNS.search(text):
        raise InvalidInput("nested too deep", hint=f"at most {MAX_LEVELS} levels")
    shown = _shorten(text)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(text.strip(), mode="eval").body
        if isinstance(tree, ast.Name | ast.Attribute):
            name = _name(tree)
            raise InvalidInput(f"'{shown}' is a name, not a call", hint=f"write {name}()")
        if not isinstance(tree, ast.Call):
            raise InvalidInput(f"'{shown}' is not a call", hint="write Name(value, key=value)")
        return _call(tree)
    except SyntaxError as error:
        column = f" at character {error.offset}" if error.offset else ""
        raise InvalidInput(f"'{shown}' can't be read{column}", hint=_missing(error)) from None
    except (ValueError, RecursionError, MemoryError):
        raise InvalidInput(
            f"'{shown}' can't be read", hint="write Name(value, key=value)"
        ) from None


def _missing(error: SyntaxError) -> str:
    """What Python finds missing, where it says so."""
    if "comma" in error.msg:
        return "is a comma missing there? write Name(value, key=value)"
    if "never closed" in error.msg:
        return "a bracket is open: write Name(value, key=value)"
    return "write Name(value, key=value)"


def _shorten(text: str) -> str:
    line = " ".join(text.split()).encode("utf-8", "backslashreplace").decode()
    return line if len(line) <= 60 else line[:57] + "…"


def _levels(text: str) -> int:
    depth = deepest = 0
    for character in _TEXTS.sub("", text):
        if character in "([{":
            depth += 1
            deepest = max(deepest, depth)
        elif character in ")]}":
            depth -= 1
    return deepest


def _name(node: ast.expr) -> str:
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.insert(0, node.attr)
        node = node.value
    if not isinstance(node, ast.Name):
        raise InvalidInput("only a plain name can be called", hint="write Name(value, key=value)")
    parts.insert(0, node.id)
    prefix, name = ".".join(parts[:-1]), _short_enough(parts[-1])
    if prefix and prefix not in PREFIXES:
        raise InvalidInput(
            f"'{_shorten(prefix)}.' can't stand before a name", hint=f"write {name}(…)"
        )
    return name


def _short_enough(name: str) -> str:
    if len(name) > MAX_NAME:
        raise InvalidInput(f"a name of {len(name):,} characters is too long", hint="at most 100")
    return name


def _call(node: ast.Call) -> Call:
    name = _name(node.func)
    if any(isinstance(argument, ast.Starred) for argument in node.args) or any(
        keyword.arg is None for keyword in node.keywords
    ):
        raise InvalidInput("* and ** can't be used", hint="write each value out")
    kwargs = [(_short_enough(str(k.arg)), _value(k.value)) for k in node.keywords]
    _refuse_twice(name for name, _ in kwargs)
    return Call(name, tuple(_value(argument) for argument in node.args), tuple(kwargs))


def _refuse_twice(names: Iterable[str]) -> None:
    seen: set[str] = set()
    for name in names:
        if name in seen:
            raise InvalidInput(f"{name} is given twice", hint="keep one")
        seen.add(name)


def _value(node: ast.expr) -> Value:
    match node:
        case ast.Constant(value=bool() | None | str() as value):
            return value
        case ast.Constant(value=int() | float() as value):
            return _number(value)
        case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int() | float() as value)) if (
            not isinstance(value, bool)
        ):
            return _number(-value)
        case ast.UnaryOp(op=ast.UAdd(), operand=ast.Constant(value=int() | float() as value)) if (
            not isinstance(value, bool)
        ):
            return _number(value)
        case ast.Tuple(elts=elements) | ast.List(elts=elements):
            return tuple(_value(element) for element in elements)
        case ast.Call():
            return _call(node)
        case ast.Name(id=name):
            name = _short_enough(name)
            constant = _CONSTANTS.get(name.lower())
            raise InvalidInput(
                f"'{name}' is a name, not a value",
                hint=f"write {constant}" if constant else f"write {name}() or '{name}'",
            )
    raise InvalidInput(
        f"'{_shorten(ast.unparse(node))}' is not a plain value",
        hint="write a number, a text in quotes, True, False, None, a tuple or a call",
    )


def _number(value: int | float) -> int | float:
    if isinstance(value, int) and not -MAX_INTEGER < value < MAX_INTEGER:
        raise InvalidInput("a whole number is too large", hint="stay below 2**63")
    if not math.isfinite(value):
        raise InvalidInput("a number is infinite", hint="write a finite one")
    return value
