"""Lines of JSON, both ways."""

from typing import Any, TypeVar

import msgspec

from tui_nn.spec.errors import InvalidInput
from tui_nn.spec.protocol.commands import Commands
from tui_nn.spec.protocol.frames import AnyFrame
from tui_nn.spec.protocol.messages import Messages
from tui_nn.spec.protocol.records import Record

Told = Record | Messages | AnyFrame
"""Every line an engine writes."""

T = TypeVar("T")

_encoder = msgspec.json.Encoder()
_records: msgspec.json.Decoder[Record] = msgspec.json.Decoder(Record)
_commands: msgspec.json.Decoder[Commands] = msgspec.json.Decoder(Commands)
_told: msgspec.json.Decoder[Told] = msgspec.json.Decoder(Told)


def encode(line: Told | Commands) -> bytes:
    """One line of JSON, without its end."""
    return _encoder.encode(line)


def decode(line: bytes) -> Record:
    """A record again; InvalidInput where the line isn't one."""
    return _decode(_records, line, "a record")


def decode_command(line: bytes) -> Commands:
    """A command; InvalidInput where the line isn't one."""
    return _decode(_commands, line, "a command")


def decode_told(line: bytes) -> Told:
    """Whatever an engine wrote; InvalidInput where the line is none of it."""
    return _decode(_told, line, "a line of an engine")


def command_id(line: bytes) -> int | None:
    """The id of a line that is no valid command, where it has one."""
    try:
        found: Any = msgspec.json.decode(line)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    value = found.get("id") if isinstance(found, dict) else None
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _decode(decoder: "msgspec.json.Decoder[T]", line: bytes, what: str) -> T:
    try:
        return decoder.decode(line)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise InvalidInput(f"not {what}: {str(error)[:200]}") from None
