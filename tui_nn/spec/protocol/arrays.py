"""Numbers as JSON can hold them: bulk as base64, what isn't finite as null and a word."""

import base64
import math
from typing import Literal

import msgspec
import numpy as np
from numpy.typing import NDArray

from tui_nn.spec.errors import InvalidInput

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
