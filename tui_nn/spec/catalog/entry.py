"""The form of a catalog entry, and the check of a call against it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from math import prod
from typing import Any, Protocol

from tui_nn.spec.call import Call, Value, write
from tui_nn.spec.errors import InvalidInput
from tui_nn.spec.words import near, say


class Required:
    """The default of a parameter that has none."""

    def __repr__(self) -> str:
        return "required"


REQUIRED = Required()

MAX_REAL = 1e30
"""Beyond it torch's float32 overflows inside the steps of some optimizers."""

MAX_SHOWN = 1_000_000
"""Limits from here on keep torch from breaking; no person needs to read them."""


class Rule(Protocol):
    """What a parameter's value may be; `check` raises ValueError with the reason."""

    def check(self, value: Any) -> None: ...

    def __str__(self) -> str: ...


@dataclass(frozen=True)
class Whole:
    """A whole number in low … high."""

    low: int | None = None
    high: int | None = None

    def check(self, value: Any) -> None:
        if isinstance(value, bool) or not isinstance(value, int):
            raise ValueError(f"is {say(value)}, not a whole number")
        _check_range(value, self.low, self.high, above=False, below=False)

    def __str__(self) -> str:
        return "a whole number" + _range(self.low, self.high)


@dataclass(frozen=True)
class Real:
    """A number in low … high; `above` and `below` leave out that end."""

    low: float | None = None
    high: float | None = None
    above: bool = False
    below: bool = False

    def check(self, value: Any) -> None:
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise ValueError(f"is {say(value)}, not a number")
        if not abs(value) <= MAX_REAL:
            raise ValueError(f"is {value}: it must be from -{MAX_REAL:g} to {MAX_REAL:g}")
        _check_range(value, self.low, self.high, above=self.above, below=self.below)

    def __str__(self) -> str:
        return "a number" + _range(self.low, self.high, self.above, self.below)


@dataclass(frozen=True)
class Flag:
    """True or False."""

    def check(self, value: Any) -> None:
        if not isinstance(value, bool):
            raise ValueError(f"is {say(value)}, not True or False")

    def __str__(self) -> str:
        return "True or False"


@dataclass(frozen=True)
class Choice:
    """One of these texts."""

    options: tuple[str, ...]

    def check(self, value: Any) -> None:
        if value not in self.options:
            raise ValueError(f"is {say(value)}, not {_one_of(self.options)}")

    def __str__(self) -> str:
        return _one_of(self.options)


@dataclass(frozen=True)
class Several:
    """A tuple of one value a rule; another length is refused."""

    rules: tuple[Rule, ...]

    def check(self, value: Any) -> None:
        if not isinstance(value, tuple) or len(value) != len(self.rules):
            raise ValueError(f"is {say(value)}")
        for rule, part in zip(self.rules, value, strict=True):
            rule.check(part)

    def __str__(self) -> str:
        if len(set(self.rules)) == 1:
            return f"{len(self.rules)} values, each {self.rules[0]}"
        return f"({', '.join(str(rule) for rule in self.rules)})"


@dataclass(frozen=True)
class Subset:
    """A tuple of different texts out of these, in any order."""

    options: tuple[str, ...]

    def check(self, value: Any) -> None:
        if not isinstance(value, tuple) or not value:
            raise ValueError(f"is {say(value)}, not {self}")
        for part in value:
            Choice(self.options).check(part)
        if len(set(value)) < len(value):
            raise ValueError(f"is {say(value)}: one stands there twice")

    def __str__(self) -> str:
        return f"a tuple of {', '.join(map(repr, self.options))}"


@dataclass(frozen=True)
class Either:
    """A value that one of these rules takes."""

    rules: tuple[Rule, ...]

    def check(self, value: Any) -> None:
        reasons = []
        for rule in self.rules:
            try:
                rule.check(value)
                return
            except ValueError as error:
                reasons.append(str(error))
        if self.rules[1:] == (Nothing(),):
            raise ValueError(reasons[0])
        wrong_range = [reason for reason in reasons if " not " not in reason]
        raise ValueError(wrong_range[0] if wrong_range else f"is {say(value)}")

    def __str__(self) -> str:
        return " or ".join(str(rule) for rule in self.rules)


@dataclass(frozen=True)
class Nothing:
    """None."""

    def check(self, value: Any) -> None:
        if value is not None:
            raise ValueError(f"is {say(value)}, not None")

    def __str__(self) -> str:
        return "None"


@dataclass(frozen=True)
class Pair(Either):
    """One value for both directions of a picture, or (height, width)."""

    def __str__(self) -> str:
        return f"{self.rules[0]}, or two"


def pair(rule: Rule) -> Pair:
    """A value, or two of them in a tuple."""
    return Pair((rule, Several((rule, rule))))


def optional(rule: Rule) -> Either:
    """A value or None."""
    return Either((rule, Nothing()))


@dataclass(frozen=True)
class Parameter:
    """One thing a call can set."""

    name: str
    rule: Rule
    help: str
    default: Value | Required = REQUIRED
    keyword_only: bool = False

    def __str__(self) -> str:
        return (
            self.name
            if isinstance(self.default, Required)
            else f"{self.name}={write(self.default)}"
        )


Shape = tuple[int, ...]


@dataclass(frozen=True)
class Tensor:
    """One tensor of parameters, before it exists."""

    name: str
    """As torch names it inside the layer: `weight`."""
    shape: Shape
    layer: str
    """The kind of layer it belongs to: `Linear`."""
    sparse: bool = False
    """Whether its gradient holds only the rows that a batch used."""


@dataclass(frozen=True)
class Size:
    """What one layer makes of its input, for one sample."""

    output_shape: Shape
    tensors: tuple[Tensor, ...] = ()
    multiply_adds: int = 0

    @property
    def parameters(self) -> int:
        return sum(prod(tensor.shape) for tensor in self.tensors)


@dataclass(frozen=True)
class Entry:
    """One thing that can be chosen."""

    kind: str
    """layer, loss, optimizer, schedule, init or dataset."""
    name: str
    target: str
    """Where the real one is: `torch.nn.Linear`."""
    summary: str
    parameters: tuple[Parameter, ...] = ()
    variadic: Parameter | None = None
    """What any number of positional arguments mean, where they mean a list."""
    left_out: Mapping[str, str] = field(default_factory=dict)
    """Parameters of the target that can't be set here, each with the reason."""
    size: "Callable[[Bound, Shape], Size] | None" = None
    """For a layer: its output shape and counts, or InvalidInput for a shape it can't take."""
    relations: "Callable[[Bound], None] | None" = None
    """Checks of values against each other."""
    stands_for: "Callable[[Bound, Shape], Call] | None" = None
    """For a lazy layer: the call with all its sizes, behind an input of this shape."""

    @property
    def signature(self) -> str:
        words = [f"{self.variadic.name}, …"] if self.variadic else []
        words += [str(p) for p in self.parameters if not p.keyword_only]
        by_name = [str(p) for p in self.parameters if p.keyword_only]
        return f"{self.name}({', '.join(words + ['*'] * bool(by_name) + by_name)})"


@dataclass(frozen=True)
class Bound:
    """A call that was checked against its entry."""

    call: Call
    entry: Entry
    given: Mapping[str, Value]
    """The values the call sets, by name."""
    inner: "tuple[Bound, ...]" = ()
    """The calls inside it: the layers of a Residual, the schedules of a SequentialLR."""

    def __getitem__(self, name: str) -> Any:
        """The value of a parameter, its default where the call leaves it out."""
        if name in self.given:
            return self.given[name]
        return next(p.default for p in self.entry.parameters if p.name == name)

    @property
    def values(self) -> dict[str, Any]:
        """Every parameter's value, defaults included."""
        return {parameter.name: self[parameter.name] for parameter in self.entry.parameters}

    def size_behind(self, input_shape: Shape) -> Size:
        """A layer's output shape and counts, or InvalidInput for a shape it can't take."""
        assert self.entry.size is not None
        return self.entry.size(self, input_shape)

    def call_with(self, **values: Value) -> Call:
        """The call as it was written, with some values exchanged or added."""
        names = [p.name for p in self.entry.parameters if not p.keyword_only]
        args = tuple(
            values.pop(name, value) for name, value in zip(names, self.call.args, strict=False)
        )
        return Call(self.call.name, args, tuple((dict(self.call.kwargs) | values).items()))


def bind(entry: Entry, call: Call) -> Bound:
    """Check every argument of `call` against `entry`; InvalidInput names the parameter."""
    if entry.variadic:
        for index, value in enumerate(call.args):
            _check(entry, entry.variadic, value, f"{entry.name}[{index}]")
        given: dict[str, Value] = {}
    else:
        positional = [p for p in entry.parameters if not p.keyword_only]
        if len(call.args) > len(positional):
            by_name = [p.name for p in entry.parameters if p.keyword_only]
            raise InvalidInput(
                f"{entry.name} takes {len(positional)} values in order, gets {len(call.args)}",
                hint=f"give {', '.join(by_name)} by name"
                if by_name
                else f"write {entry.signature}",
            )
        given = {p.name: value for p, value in zip(positional, call.args, strict=False)}
    for name, value in call.kwargs:
        if name in given:
            raise InvalidInput(f"{entry.name}: {name} is given twice", hint="keep one")
        given[name] = value
    known = {p.name: p for p in entry.parameters}
    for name, value in given.items():
        if name not in known:
            raise _unknown_parameter(entry, name)
        _check(entry, known[name], value, f"{entry.name}: {name}")
    missing = [p.name for p in entry.parameters if p.default is REQUIRED and p.name not in given]
    if missing:
        raise InvalidInput(
            f"{entry.name} needs {', '.join(missing)}", hint=f"write {entry.signature}"
        )
    bound = Bound(call, entry, given)
    if entry.relations:
        entry.relations(bound)
    return bound


def _check(entry: Entry, parameter: Parameter, value: Value, place: str) -> None:
    try:
        parameter.rule.check(value)
    except ValueError as error:
        raise InvalidInput(f"{place} {error}", hint=f"it takes {parameter.rule}") from None


def _unknown_parameter(entry: Entry, name: str) -> InvalidInput:
    if name in entry.left_out:
        return InvalidInput(
            f"{entry.name}: {name} can't be set", hint=f"{name} {entry.left_out[name]}"
        )
    names = [parameter.name for parameter in entry.parameters]
    has = f"it has {', '.join(names)}" if names else "it has none"
    return InvalidInput(f"{entry.name} has no parameter {name}", hint=near(name, names) or has)


def _one_of(options: tuple[str, ...]) -> str:
    words = [repr(option) for option in options]
    return " or ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)


def _check_range(
    value: float, low: float | None, high: float | None, *, above: bool, below: bool
) -> None:
    if low is not None and (value < low or (above and value == low)):
        raise ValueError(f"is {value}: it must be {'above' if above else 'at least'} {low}")
    if high is not None and (value > high or (below and value == high)):
        raise ValueError(f"is {value}: it must be {'below' if below else 'at most'} {high}")


def _range(low: float | None, high: float | None, above: bool = False, below: bool = False) -> str:
    words = []
    if low is not None:
        words.append(f"{'>' if above else '≥'} {low}")
    if high is not None and high < MAX_SHOWN:
        words.append(f"{'<' if below else '≤'} {high}")
    return f" {' and '.join(words)}" if words else ""
