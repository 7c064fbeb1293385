"""The arithmetic inside a step: where a number stands, and the lines of which it is the last."""

from typing import Literal

import msgspec
from msgspec.structs import replace

from tui_nn.spec.protocol.arrays import Array

Operation = Literal["sum", "mean", "max", "lookup", "formula"]
"""What a line does with its terms: their `sum`, divided by `divisor` where there is one; their
`mean`, divided by how many they are; the `max`; the one that was looked up. A `formula` has no
terms: its factors are the numbers that stand in it."""
Order = Literal["given", "largest"]
"""Terms as they follow each other, or the largest by absolute value first."""


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """Where a number of a training step stands."""

    of: Literal["input", "output", "parameter", "target", "loss"]
    """A parameter has no sample: its gradient with one is that sample's share. The loss without a
    sample is that of the batch."""
    name: str = ""
    """The layer whose input or output it is; empty: what the network gets. Of a parameter its
    tensor."""
    index: tuple[int, ...] = ()
    """In the tensor, for one sample."""
    sample: int | None = None
    """Counted in the batch from 0, or in the part that is asked for."""
    gradient: bool = False
    """Not the number, but ∂L/∂ of it. Of an input it is what that layer alone passes on."""


class Factor(msgspec.Struct, frozen=True, kw_only=True):
    """A column of numbers: one for each term of a line that is told, or one in a formula."""

    name: str
    """As it stands in the line's formula: `w`."""
    values: Array
    """float64 (terms,): exactly what torch holds, or an earlier line has come to."""
    place: Place | None = None
    """Where they stand; None where they are settings, or an earlier line."""
    index: Array | None = None
    """int64 (terms, dimensions): where each stands, in place of the index of `place`; a row with
    −1 is padding, which stands nowhere."""
    samples: Array | None = None
    """int64 (terms,): likewise, in place of its sample."""
    line: int | None = None
    """Which line it is the total of, counted from 0."""

    def place_of(self, term: int) -> Place | None:
        """Where the number of this term stands; None where nowhere that can be opened."""
        if self.place is None:
            return None
        place = self.place
        if self.index is not None:
            index = tuple(int(i) for i in self.index.numpy()[term])
            if -1 in index:
                return None
            place = replace(place, index=index)
        if self.samples is not None:
            place = replace(place, sample=int(self.samples.numpy()[term]))
        return place


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """One step of the arithmetic: terms, what is done with them, and what it comes to."""

    name: str
    """What it comes to: `variance`."""
    formula: str
    """In which the names of its factors stand: `w·a`."""
    operation: Operation
    factors: tuple[Factor, ...]
    terms: Array
    """float64 (terms,): what the formula makes of the factors, mostly their products; those that
    are told."""
    numbers: Array
    """int64 (terms,): which terms these are, counted from 0 as they follow each other."""
    count: int
    """How many terms there are in all; the total is over all of them."""
    layout: tuple[int, ...] = ()
    """The terms as they follow each other fill this: channels, rows and columns of a kernel."""
    divisor: float | None = None
    total: float | None
    """As it was computed from these numbers, in float64."""
    held: float | None = None
    """What torch holds; None where it holds no such number, or none that is finite."""
    ulp: float | None = None
    """How far the total is from that, in units of its last place."""
    agrees: bool | None = None
    """Whether it is as near as sums in torch's precision can be; None where torch holds none."""
    nonfinite: dict[str, str] = {}
    """By `total`, `held`."""


class RuleTerm(msgspec.Struct, frozen=True, kw_only=True):
    """One line of an optimizer's rule, for one weight."""

    name: str
    """The same in the rule of every optimizer: `m corrected`."""
    words: str
    """What it is: `fading mean of g`."""
    symbolic: str
    """The line as it stands in a textbook: `m ← β₁·m + (1−β₁)·g`."""
    numbers: str
    """The same with this weight's numbers put in."""
    value: float | None
    """What it comes to; None where that is not finite."""
    kept: str = ""
    """The name under which the optimizer keeps it for the next step; empty: it doesn't."""
    nonfinite: dict[str, str] = {}
    """By `value`."""
