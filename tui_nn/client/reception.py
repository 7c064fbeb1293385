"""Lines as events; what can't be read is counted, told once, and never fatal."""

from typing import get_args

import msgspec

from tui_nn.spec.errors import InvalidInput
from tui_nn.spec.protocol.lines import Told, decode_told
from tui_nn.spec.protocol.messages import Problem
from tui_nn.wire import TooLong

LONGEST = 2**28
"""Bytes of a line that is still read."""

_KNOWN = {kind.__struct_config__.tag for kind in get_args(Told)}
"""The types of lines that this version knows."""


class _Typed(msgspec.Struct):
    type: str


_typed = msgspec.json.Decoder(_Typed)


class Reception:
    """Decodes what an engine, or a file of its records, says."""

    def __init__(self, whose: str) -> None:
        """`whose` names the one who speaks in what is told: `the engine`."""
        self.whose = whose
        self.garbage = 0
        """Lines that were no events."""
        self.unknown = 0
        """Lines of types that only a newer nn-tui knows."""

    def take(self, line: bytes | TooLong) -> Told | None:
        """The event that a line is; a `Problem` for the first that is none, then None."""
        if isinstance(line, TooLong):
            return self._count_garbage(f"a line of {line.size:,} bytes")
        if not line.strip():
            return None
        try:
            return decode_told(line)
        except InvalidInput as error:
            kind = _type(line)
            if kind is None or kind in _KNOWN:
                return self._count_garbage(error.message)
            return self._count_unknown(kind)

    def _count_garbage(self, reason: str) -> Problem | None:
        self.garbage += 1
        if self.garbage > 1:
            return None
        return Problem(message=f"{self.whose} said what can't be read: skipped ({reason[:200]})")

    def _count_unknown(self, kind: str) -> Problem | None:
        self.unknown += 1
        if self.unknown > 1:
            return None
        return Problem(
            message=f"{self.whose} is newer and says what this nn-tui doesn't know: skipped "
            f"({kind[:40]})"
        )


def _type(line: bytes) -> str | None:
    try:
        return _typed.decode(line).type
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
