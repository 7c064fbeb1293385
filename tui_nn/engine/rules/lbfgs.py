"""LBFGS: a direction out of the last steps, then a length, several times in one step.

Nocedal & Wright 2006, algorithm 7.4 (two loops), over all parameters in a row, as torch does it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar

import torch
from torch import Tensor

from tui_nn.engine.rules.line_search import Point, Search
from tui_nn.engine.rules.term import Value, Worked, signs

LEAST_CURVATURE = 1e-10
"""Steps along which the slope grew less are not remembered."""

WORDS = {
    "gradient": "slope of the loss where the iteration starts",
    "change of g": "since the last iteration",
    "last step": "which brought the change about",
    "curvature": "how much the slope grew along the last step",
    "inverse curvature": "remembered with that step",
    "first guess": "of the inverse curvature, the same in all directions",
    "share": "how much of a remembered step is in what is left of −g",
    "rest": "−g without the remembered changes, times the first guess",
    "return": "how much of a remembered change is in the direction so far",
    "direction": "nearly Newton's",
    "slope": "of the loss along the direction",
    "length": "how far along the direction",
    "step": "what is taken from the weight",
    "new w": "the weight after the iteration",
}
"""What each term of an iteration is, in the order in which they come."""

Evaluate = Callable[[Tensor], tuple[float, Tensor]]
"""The loss and its gradient at weights; all parameters in a row."""


@dataclass(frozen=True)
class Evaluation:
    """One time that the closure was asked."""

    iteration: int
    """0 for the one before the first iteration."""
    length: float
    """How far along the direction of its iteration."""
    loss: float
    slope: float | None = None
    """Of the loss along that direction; None where no line is searched."""


@dataclass
class Iteration:
    """One direction and the way along it."""

    number: int
    """In this step, from 1 on."""
    terms: list[Worked] = field(default_factory=list)

    def __getitem__(self, name: str) -> Worked:
        """Its last term of that name."""
        return next(term for term in reversed(self.terms) if term.name == name)

    def put(self, name: str, sign: str, formula: str, value: Any, **others: Any) -> Any:
        """A term with its value; `others` are signs of its formula that are no earlier terms."""
        known = {term.sign: term.value for term in self.terms} | others
        used = {sign: known[sign] for sign in signs(formula)}
        self.terms.append(Worked(name, sign, formula, used, value))
        return value


@dataclass(frozen=True)
class Stepped:
    """One whole step, all parameters in a row."""

    iterations: tuple[Iteration, ...]
    evaluations: tuple[Evaluation, ...]
    """All of them, in order."""
    weight: Tensor
    """After the step."""
    state: Mapping[str, Any]
    """By torch's names."""

    def part(self, start: int, shape: torch.Size) -> tuple[tuple[Worked, ...], ...]:
        """The terms of each iteration for the parameter that begins at `start`."""

        def cut(value: Any) -> Value:
            if not isinstance(value, Tensor) or value.ndim == 0:
                return float(value)
            return value[start : start + shape.numel()].view(shape)

        def of(term: Worked) -> Worked:
            operands = {sign: cut(value) for sign, value in term.operands.items()}
            return replace(term, operands=operands, value=cut(term.value))

        return tuple(tuple(map(of, iteration.terms)) for iteration in self.iterations)


@dataclass
class _Memory:
    """What is carried from one iteration to the next."""

    LISTS: ClassVar = ("old_dirs", "old_stps", "ro")

    changes: list[Tensor]
    steps: list[Tensor]
    inverses: list[Any]
    guess: Any
    direction: Any
    length: Any
    gradient: Any
    loss: float | None
    count: int

    @classmethod
    def of(cls, state: Mapping[str, Any]) -> "_Memory":
        get = state.get
        changes, steps, inverses = (list(get(name) or []) for name in cls.LISTS)
        return cls(
            changes, steps, inverses, get("H_diag"), get("d"), get("t"), get("prev_flat_grad"),
            get("prev_loss"), get("n_iter", 0),
        )  # fmt: skip

    def kept(self) -> dict[str, Any]:
        return {
            "old_dirs": self.changes, "old_stps": self.steps, "ro": self.inverses,
            "H_diag": self.guess, "d": self.direction, "t": self.length,
            "prev_flat_grad": self.gradient, "prev_loss": self.loss, "n_iter": self.count,
        }  # fmt: skip

    def remember(self, iteration: Iteration, gradient: Tensor, most: int) -> None:
        """Take in what the last step told of the curvature."""
        put = iteration.put
        y = put("change of g", "y", "{g} − {g₋}", gradient - self.gradient, **{"g₋": self.gradient})
        s = put("last step", "s", "{t₋}·{d₋}", self.direction * self.length,
                **{"t₋": self.length, "d₋": self.direction})  # fmt: skip
        curvature = put("curvature", "ys", "Σ y·s", y.dot(s))
        if not curvature > LEAST_CURVATURE:
            return
        if len(self.changes) == most:
            for remembered in (self.changes, self.steps, self.inverses):
                del remembered[0]
        self.changes.append(y)
        self.steps.append(s)
        self.inverses.append(put("inverse curvature", "ρ", "1/{ys}", 1.0 / curvature))
        self.guess = put("first guess", "H", "{ys}/Σ y²", curvature / y.dot(y))

    def towards(self, iteration: Iteration, gradient: Tensor) -> Tensor:
        """The direction: −g without what is remembered, guessed, and with it again."""
        put, count = iteration.put, len(self.changes)
        rest = -gradient
        shares = [0.0] * count
        for i in reversed(range(count)):
            shares[i] = put("share", f"α{i + 1}", f"ρ{i + 1}·s{i + 1}·q",
                            self.steps[i].dot(rest) * self.inverses[i])  # fmt: skip
            rest = rest.add(self.changes[i], alpha=-shares[i])
        guess = self.guess
        way: Tensor = put("rest", "r", "{H}·(−{g} − Σ αᵢ·yᵢ)", torch.mul(rest, guess), H=guess)
        for i in range(count):
            back = put("return", f"β{i + 1}", f"ρ{i + 1}·y{i + 1}·r",
                       self.changes[i].dot(way) * self.inverses[i])  # fmt: skip
            way = way.add(self.steps[i], alpha=shares[i] - back)
        put("direction", "d", "{r} + Σ (αᵢ − βᵢ)·sᵢ", way)
        return way


class _Run:
    """The iterations of one step."""

    def __init__(
        self,
        options: Mapping[str, Any],
        state: Mapping[str, Any],
        weight: Tensor,
        evaluate: Evaluate,
    ) -> None:
        self.options = options
        self.memory = _Memory.of(state)
        self.weight = weight
        self.evaluate = evaluate
        self.asked_before = int(state.get("func_evals", 0))
        self.iterations: list[Iteration] = []
        self.evaluations: list[Evaluation] = []
        self.loss, self.gradient = self._ask(0.0, weight)

    def run(self) -> Stepped:
        if not self._is_flat():
            while not self._iterate():
                pass
        kept = self.memory.kept()
        kept["func_evals"] = self.asked_before + len(self.evaluations)
        return Stepped(tuple(self.iterations), tuple(self.evaluations), self.weight, kept)

    def _iterate(self) -> bool:
        """One direction and its length; whether it was the last."""
        options, memory = self.options, self.memory
        memory.count += 1
        iteration = Iteration(len(self.iterations) + 1)
        self.iterations.append(iteration)
        gradient, loss = self.gradient, self.loss
        iteration.put("gradient", "g", "{∂L/∂w}", gradient, **{"∂L/∂w": gradient})
        if memory.count == 1:
            direction = iteration.put("direction", "d", "−{g}", -gradient)
            memory.guess = 1
        else:
            memory.remember(iteration, gradient, options["history_size"])
            direction = memory.towards(iteration, gradient)
        memory.direction, memory.gradient, memory.loss = direction, gradient, loss
        slope = iteration.put("slope", "g·d", "Σ g·d", gradient.dot(direction))
        length = options["lr"]
        if memory.count == 1:
            length = min(1.0, 1.0 / gradient.abs().sum()) * length
        memory.length = length
        if slope > -options["tolerance_change"]:
            return True
        self._go(iteration, direction, slope)
        return self._is_over(iteration, loss)

    def _go(self, iteration: Iteration, direction: Tensor, slope: Tensor) -> None:
        """Along the direction, and look at the loss there."""
        memory, options = self.memory, self.options
        if options["line_search_fn"]:
            words = "found by line search"
            point = self._search(direction, slope)
            memory.length, self.loss, self.gradient = point.length, point.loss, point.gradient
        else:
            words = "{lr}·min(1, 1/Σ|g|)" if memory.count == 1 else "{lr}"
        iteration.put("length", "t", words, memory.length, lr=options["lr"])
        iteration.put("step", "step", "−{t}·{d}", direction * -memory.length)
        moved = self.weight.add(direction, alpha=memory.length)
        iteration.put("new w", "w", "{w} − {step}", moved, w=self.weight)
        self.weight = moved
        if not options["line_search_fn"] and iteration.number != options["max_iter"]:
            self.loss, self.gradient = self._ask(memory.length, moved)

    def _search(self, direction: Tensor, slope: Tensor) -> Point:
        def ask(length: Any) -> Point:
            loss, gradient = self._ask(length, self.weight.add(direction, alpha=length))
            along = gradient.dot(direction)
            self.evaluations[-1] = replace(self.evaluations[-1], slope=float(along))
            return Point(length, loss, gradient, along)

        start = Point(0, self.loss, self.gradient, slope)
        most = self.options["max_eval"] - len(self.evaluations)
        search = Search(ask, start, most, direction.abs().max())
        return search.run(self.memory.length)

    def _ask(self, length: Any, weight: Tensor) -> tuple[float, Tensor]:
        loss, gradient = self.evaluate(weight)
        self.evaluations.append(Evaluation(len(self.iterations), float(length), loss))
        return loss, gradient

    def _is_flat(self) -> bool:
        return bool(self.gradient.abs().max() <= self.options["tolerance_grad"])

    def _is_over(self, iteration: Iteration, loss_before: float) -> bool:
        options, least = self.options, self.options["tolerance_change"]
        moved = (self.memory.direction * self.memory.length).abs().max()
        return bool(
            iteration.number == options["max_iter"]
            or len(self.evaluations) >= options["max_eval"]
            or self._is_flat()
            or moved <= least
            or abs(self.loss - loss_before) < least
        )


def step(
    options: Mapping[str, Any], state: Mapping[str, Any], weight: Tensor, evaluate: Evaluate
) -> Stepped:
    """What one step does that starts at `weight`, all parameters in a row."""
    with torch.no_grad():
        return _Run(options, state, weight, evaluate).run()
