"""A term of an update rule, and what it comes to for a tensor and for one number in it."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor

from tui_nn.engine.rules.wording import number_in

Value = Tensor | float
Values = dict[str, Any]
"""Numbers and tensors by the sign that formulas have for them."""
Index = tuple[int, ...]

_SIGN = re.compile(r"\{([^}]*)\}")

WORDS = {
    "gradient": "slope of the loss for this weight",
    "maximize": "climb instead of descend",
    "weight decay": "pull towards 0, as part of the gradient",
    "rate": "learning rate as it has fallen",
    "share of the new": "how much of g² the means take in, less each step",
    "relative step": "largest step, as a share of the weights' size",
    "scale": "that share of the RMS of the weights",
    "decoupled weight decay": "pull towards 0, past the gradient",
    "sign": "does the sign of g hold?",
    "factor": "longer where it holds, shorter where it flips",
    "own step": "the weight's own step length",
    "after a flip": "no move where the sign has flipped",
    "previous g": "for the next step's sign",
    "momentum": "how much of m counts at this step",
    "next momentum": "how much of it at the next",
    "product of momenta": "for the bias corrections",
    "m": "fading mean of g",
    "row means": "fading mean of g², one a row",
    "column means": "fading mean of g², one a column",
    "v": "fading mean of g²",
    "largest |g|": "fading largest |g|",
    "sum of squares": "all g² so far",
    "largest v": "largest v so far",
    "variance": "mean of g² less the mean of g squared",
    "m corrected": "for the start at 0",
    "v corrected": "for the start at 0",
    "length": "how many g² the mean v stands for",
    "rectification": "grows to 1 as v becomes reliable",
    "denominator": "what g is divided by",
    "RMS of steps": "root of the mean of steps², before this one",
    "direction": "g divided",
    "mean of steps": "fading mean of steps²",
    "momentum buffer": "decaying sum",
    "look ahead": "one momentum step ahead (Nesterov)",
    "scaled": "to length 1, in bfloat16",
    "evened": "singular values brought nearer to 1 (Newton–Schulz)",
    "clipping": "divides a direction whose RMS is above d",
    "adjusted rate": "lr for a matrix of this shape",
    "step": "what is taken from the weight",
    "new w": "the weight after the update",
    "average": "mean of the weights, unused by the network",
    "next rate": "the rate of the next step",
    "share of the average": "how much of it the next weights are",
}
"""What each term is, in the order in which terms stand below each other in every rule."""


@dataclass(frozen=True)
class Term:
    """One line of a rule: `m ← β₁·m + (1−β₁)·g`."""

    name: str
    """A name of `WORDS`, the same in every rule."""
    sign: str
    """What the line gives a value to."""
    formula: str
    """Its right side; each sign in braces stands for a value: `{β₁}·{m}`."""
    value: Callable[[Values], Value]
    """Of the values so far, what the formula comes to, in torch's own operations."""
    kept: str = ""
    """The name under which the optimizer keeps it for the next step; empty: it doesn't."""
    begins: Callable[[Tensor], Value] = torch.zeros_like
    """Of the weights, what is kept before the first step."""
    size: Callable[[Values], Tensor] | None = None
    """The size of its parts together, by which rounding goes where they may cancel."""


@dataclass(frozen=True)
class Rule:
    """The terms of an update, in the order in which they are worked out."""

    terms: tuple[Term, ...]
    constants: Mapping[str, float]
    """Numbers of the options and of this step, by sign."""
    skips_rows: bool = False
    """Whether rows that a sparse gradient lacks stay as they are."""

    @property
    def names(self) -> tuple[str, ...]:
        """What two rules are laid side by side by."""
        return tuple(term.name for term in self.terms)


@dataclass(frozen=True)
class Start:
    """Where an optimizer stands before a step of one tensor of weights."""

    options: Mapping[str, Any]
    """By torch's names, the learning rate as it is now."""
    weight: Tensor
    state: Mapping[str, Any]
    """What torch keeps for the tensor; empty before its first step."""

    @property
    def t(self) -> int:
        """The number of the step that comes, from 1 on."""
        return int(self.state.get("step", 0)) + 1


@dataclass(frozen=True)
class Worked:
    """A term worked out for a whole tensor."""

    name: str
    sign: str
    formula: str
    operands: Mapping[str, Any]
    """What each sign of the formula stood for."""
    value: Value
    """A tensor that broadcasts to the weights, or one number for all of them."""
    kept: str = ""
    rows: Tensor | None = None
    """Where a sparse gradient has rows (a mask); elsewhere nothing is changed."""

    @property
    def symbolic(self) -> str:
        """The line as it stands in a textbook: `m ← β₁·m + (1−β₁)·g`."""
        return f"{self.sign} ← {_SIGN.sub(_bare, self.formula)}"

    def at(self, index: Index) -> float:
        """The value for one weight."""
        return number_at(self.value, index)

    def numbers(self, index: Index, digits: int = 4) -> str:
        """The line for one weight with numbers put in: `m ← 0.9·0.01 + 0.1·(−0.5)`."""
        if self.rows is not None and not number_at(self.rows, index):
            return f"{self.sign} stays: no gradient for this row"

        def put(match: re.Match[str]) -> str:
            value = number_at(self.operands[match[1]], index)
            return number_in(self.formula, match.span(), value, digits)

        return f"{self.sign} ← {_SIGN.sub(put, self.formula)}"


@dataclass(frozen=True)
class Update:
    """All terms of one tensor's update, worked out."""

    terms: tuple[Worked, ...]
    weight: Tensor
    """After the update."""
    state: Mapping[str, Any] = field(default_factory=dict)
    """What the optimizer keeps after it, by torch's names."""
    size: Tensor | None = None
    """The size of the step's parts together; None where they can't cancel."""
    roundings: int = 1
    """How many numbers torch adds to a weight one after the other."""

    def __getitem__(self, name: str) -> Worked:
        """The last term of that name."""
        return next(term for term in reversed(self.terms) if term.name == name)


def number_at(value: Any, index: Index) -> float:
    """One weight's number of what may be one number for its row, its column or all of them."""
    if not isinstance(value, Tensor) or not value.ndim:
        return float(value)
    place = (0 if size == 1 else i for i, size in zip(index, value.shape, strict=True))
    return float(value[tuple(place)])


def _bare(match: re.Match[str]) -> str:
    return match[1]


def work_out(rule: Rule, start: Start, gradient: Tensor) -> Update:
    """Every term of `rule` for `gradient`, dense or sparse, of the shape of the weights."""
    dense, rows = _dense(gradient)
    values: Values = {**rule.constants, "w": start.weight, "∂L/∂w": dense}
    for term in rule.terms:
        if term.kept:
            values[term.sign] = _held(start.state.get(term.kept), term.begins(start.weight))
    worked: list[Worked] = []
    state: dict[str, Any] = {"step": start.t}
    size = None
    for term in rule.terms:
        operands = {sign: values[sign] for sign in signs(term.formula)}
        value, masked = term.value(values), None
        if rule.skips_rows and rows is not None and isinstance(value, Tensor):
            before = values.get(term.sign, torch.zeros_like(dense))
            value, masked = torch.where(rows, value, before), rows
        if term.size:
            size = term.size(values)
        worked.append(
            Worked(term.name, term.sign, term.formula, operands, value, term.kept, masked)
        )
        values[term.sign] = value
        if term.kept:
            state[term.kept] = value
    roundings = 1
    if rows is not None and not rule.skips_rows:
        sparse = [gradient, *(s for s in start.state.values() if isinstance(s, Tensor))]
        roundings = max(1, sum(map(_most_in_a_row, sparse)))
    return Update(tuple(worked), values["w"], state, size, roundings)


def signs(formula: str) -> Iterable[str]:
    """What a formula has in braces."""
    return _SIGN.findall(formula)


def _held(held: Any, begin: Value) -> Value:
    """What an optimizer holds, a number out of the tensor in which it may keep one."""
    if held is None:
        return begin
    if isinstance(begin, Tensor):
        tensor: Tensor = held.to_dense() if held.is_sparse else held
        return tensor
    return float(held)


def _most_in_a_row(tensor: Tensor) -> int:
    """How many entries of a sparse tensor fall on the same row."""
    if not tensor.is_sparse or not tensor._nnz():
        return 0
    return int(tensor._indices()[0].bincount().max())


def _dense(gradient: Tensor) -> tuple[Tensor, Tensor | None]:
    """A gradient with all its rows, and where it has any if not everywhere."""
    if not gradient.is_sparse:
        return gradient, None
    gradient = gradient.coalesce()
    rows = torch.zeros(gradient.shape, dtype=torch.bool, device=gradient.device)
    rows[gradient.indices()[0]] = True
    return gradient.to_dense(), rows
