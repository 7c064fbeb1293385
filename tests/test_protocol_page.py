"""The protocol's reference: all there is, and examples that are real."""

import json
import re
from typing import Any, get_args

import msgspec
import pytest

from tests.cli.support import nn_tui
from tui_nn.protocol_page import examples
from tui_nn.protocol_page.page import GROUPS, protocol_page
from tui_nn.spec.protocol import arrays, commands, disk, frames, inside, messages, records
from tui_nn.spec.protocol.lines import Told, decode_command, decode_told

PAGE = protocol_page()
ENTRIES: dict[str, str] = dict(re.findall(r"^### (\S+)\n(.*?)(?=^##|\Z)", PAGE, re.M | re.S))
SHOWN = [type(example) for group in GROUPS for example in group.examples]
BASES: set[type[msgspec.Struct]] = {
    commands.Command,
    frames.Probe,
    frames.Frame,
    messages.Message,
    records.Event,
    disk.Found,
}


def structs() -> list[type[msgspec.Struct]]:
    found = [
        value for module in (arrays, commands, disk, frames, inside, messages, records)
        for value in vars(module).values()
        if isinstance(value, type) and issubclass(value, msgspec.Struct)
    ]  # fmt: skip
    return list(dict.fromkeys(found))


def body(kind: type[msgspec.Struct]) -> str:
    return ENTRIES[str(kind.__struct_config__.tag or kind.__name__)]


def test_every_struct_has_its_entry_once() -> None:
    assert set(SHOWN) == set(structs()) - BASES
    assert len(SHOWN) == len(set(SHOWN))


@pytest.mark.parametrize("kind", SHOWN, ids=lambda kind: kind.__name__)
def test_every_field_is_told_where_it_is_declared(kind: type[msgspec.Struct]) -> None:
    base = next((base for base in kind.__mro__ if base in BASES), msgspec.Struct)
    shared = {field.name for field in msgspec.structs.fields(base)}
    own = [field.name for field in msgspec.structs.fields(kind) if field.name not in shared]
    assert re.findall(r"^\| `(\w+)`", body(kind), re.M) == own
    if shared:
        title = next(group.title for group in GROUPS if kind in map(type, group.examples))
        chapter = re.search(rf"^## {title}\n(.*?)^###", PAGE, re.M | re.S)
        assert chapter
        assert set(re.findall(r"^\| `(\w+)`", chapter[1], re.M)) == shared


def test_types_defaults_and_words_are_those_of_the_source() -> None:
    assert "| `count` | `int` | `1` |  |" in body(commands.Step)
    assert "| `rate` | `Rate` | `20.0` | Frames a second at most. |" in body(commands.Watch)
    assert "| `goal` | `GoalResult \\| None` |  |  |" in body(records.Ended)
    assert "Take the wheel from another connection." in body(commands.Drive)
    assert "'phase' | 'step' | 'epoch'" in ENTRIES["Grain"]
    assert "\nfloat > 0\n" in ENTRIES["Rate"]
    assert "\nint ≥ 1 and ≤ 400\n" in ENTRIES["Cells"]
    assert "Annotated" not in PAGE
    assert "`offline` is a client's word" in ENTRIES["State"]


@pytest.mark.parametrize("kind", SHOWN, ids=lambda kind: kind.__name__)
def test_every_example_decodes_to_what_it_was_made_of(kind: type[msgspec.Struct]) -> None:
    line = re.search(r"```json\n(.*)\n```", body(kind))
    assert line
    example = next(e for group in GROUPS for e in group.examples if type(e) is kind)
    decoded: Any
    if kind in get_args(commands.Commands):
        decoded = decode_command(line[1].encode())
    elif kind in get_args(Told):
        decoded = decode_told(line[1].encode())
    else:
        decoded = msgspec.json.decode(line[1], type=kind)
    assert decoded == example
    assert json.loads(line[1])


def test_arrays_in_the_examples_can_be_unpacked() -> None:
    for found in re.findall(r'\{"dtype":[^}]*\}', PAGE):
        msgspec.json.decode(found, type=arrays.Array).numpy()
    assert examples.PARTS[0].numpy().tolist() == [0.5, -0.5]


def test_the_command_prints_the_page() -> None:
    answer = nn_tui("protocol")
    assert (answer.code, answer.out, answer.err) == (0, f"{PAGE}\n", "")
