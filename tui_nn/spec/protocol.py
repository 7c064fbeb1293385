"""What the engine tells: records, one JSON object a line.

Records are in order and never dropped. Every one carries the branch and the step it belongs to.
JSON has no NaN: a number that isn't finite is null, and `nonfinite` says what it was.
"""

import base64
import math
from enum import StrEnum
from typing import Any, Literal

import msgspec
import numpy as np
from numpy.typing import NDArray

from tui_nn.spec.errors import InvalidInput

VERSION = 1

Reason = Literal[
    "goal", "epochs", "time", "plateau", "cycle", "stopped", "interrupted", "diverged", "failed"
]


class Phase(StrEnum):
    """The flow: what is chosen, then what repeats."""

    NETWORK = "network"
    DATA = "data"
    LOSS = "loss"
    OPTIMIZER = "optimizer"
    FORWARD = "forward"
    GRADIENT = "gradient"
    UPDATE = "update"
    EVALUATE = "evaluate"


_BYTES = {"float32": 4, "float64": 8, "int64": 8}


class Array(msgspec.Struct, frozen=True):
    """Numbers in bulk: little-endian bytes in base64, bit for bit, NaN included."""

    dtype: Literal["float32", "float64", "int64"]
    shape: tuple[int, ...]
    data: str

    def __post_init__(self) -> None:
        if self.dtype not in _BYTES:
            raise ValueError(f"an array of {self.dtype}, not {', '.join(_BYTES)}")
        if any(side < 0 for side in self.shape):
            raise ValueError("a negative side")
        size = math.prod(self.shape) * _BYTES[self.dtype]
        if len(self.data) != 4 * -(-size // 3):
            raise ValueError("an array and its shape that don't agree")

    @staticmethod
    def of(values: "NDArray[np.generic]") -> "Array":
        """Pack an array of float32, float64 or int64."""
        little = np.ascontiguousarray(values).astype(values.dtype.newbyteorder("<"), copy=False)
        data = base64.b64encode(little.tobytes()).decode()
        return Array(values.dtype.name, values.shape, data)  # type: ignore[arg-type]

    def numpy(self) -> "NDArray[np.generic]":
        """The array again, read-only; InvalidInput where the text isn't base64 of such an array."""
        try:
            raw = base64.b64decode(self.data, validate=True)
            return np.frombuffer(raw, np.dtype(self.dtype).newbyteorder("<")).reshape(self.shape)
        except (ValueError, OverflowError) as error:
            raise InvalidInput(f"not an array: {error}") from None


Numbers = dict[str, float | None]
"""Metrics by name."""


def split_nonfinite(numbers: dict[str, float]) -> tuple[Numbers, dict[str, str]]:
    """JSON's view of some numbers, and the words for those it can't hold."""
    words = {name: _word(value) for name, value in numbers.items() if not math.isfinite(value)}
    return {name: None if name in words else value for name, value in numbers.items()}, words


def _word(value: float) -> str:
    if math.isnan(value):
        return "nan"
    return "inf" if value > 0 else "-inf"


class Event(msgspec.Struct, frozen=True, kw_only=True, tag_field="type", tag=str.lower):
    """What every record carries."""

    branch: int = 0
    step: int


class Layer(msgspec.Struct, frozen=True):
    """A layer of the network that is trained."""

    call: str
    output_shape: tuple[int, ...]
    parameters: int
    multiply_adds: int


class Baseline(msgspec.Struct, frozen=True):
    """What the simplest answer gets: always the commonest class, or the mean."""

    answer: str
    """Those words: `always setosa`."""
    numbers: dict[str, Numbers]
    """Metrics by part: train, val, test."""


class Started(Event, frozen=True, kw_only=True):
    """A run begins: what is trained, and on what."""

    version: int = VERSION
    name: str
    title: str
    experiment: dict[str, Any]
    """The resolved experiment, as its file would hold it."""
    layers: tuple[Layer, ...]
    train_count: int
    val_count: int
    test_count: int = 0
    baseline: Baseline
    batch_size: int
    steps_per_epoch: int
    epochs: int
    metric: str
    device: str
    threads: int
    torch: str


class Stepped(Event, frozen=True, kw_only=True):
    """Steps done, in a batch: `first` … `step`, with the loss before each update and its lr."""

    first: int
    loss: Array
    lr: Array


class Evaluated(Event, frozen=True, kw_only=True):
    """Phase 8: the whole training part and the validation part through the present weights."""

    epoch: int
    lr: float
    train: Numbers
    val: Numbers | None
    nonfinite: dict[str, str] = {}


class Noticed(Event, frozen=True, kw_only=True):
    """Something a person should know."""

    message: str


class GoalResult(msgspec.Struct, frozen=True, kw_only=True):
    """What was wanted and what came of it."""

    metric: str
    wanted: float
    value: float | None
    met: bool


class Culprit(msgspec.Struct, frozen=True, kw_only=True):
    """The first number that went wrong, found by replaying from the last good state."""

    step: int
    phase: Phase
    tensor: str
    layer: str
    operation: str
    value: str


class Ended(Event, frozen=True, kw_only=True):
    """A run is over; the numbers are those of the weights it leaves."""

    reason: Reason
    epoch: int
    train: Numbers | None
    val: Numbers | None
    test: Numbers | None = None
    """Seen only here."""
    goal: GoalResult | None
    seconds: float
    message: str
    train_count: int
    val_count: int
    test_count: int = 0
    right: dict[str, int] = {}
    """Samples whose class is right, by part."""
    culprit: Culprit | None = None
    nonfinite: dict[str, str] = {}


Record = Started | Stepped | Evaluated | Noticed | Ended

_encoder = msgspec.json.Encoder()
_decoder: msgspec.json.Decoder[Record] = msgspec.json.Decoder(Record)


def encode(record: Record) -> bytes:
    """One line of JSON, without its end."""
    return _encoder.encode(record)


def decode(line: bytes) -> Record:
    """A record again; InvalidInput where the line isn't one."""
    try:
        return _decoder.decode(line)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise InvalidInput(f"not a record: {error}") from None
