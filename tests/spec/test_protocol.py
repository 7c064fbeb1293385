import json
import math
import struct
from collections.abc import Iterator

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from tests.spec.support import error_of, is_readable, refusal
from tui_nn.spec.protocol import (
    Array,
    Baseline,
    Changed,
    Culprit,
    Ended,
    Evaluated,
    GoalResult,
    Layer,
    Noticed,
    Phase,
    Record,
    Saved,
    Started,
    Stepped,
    decode,
    encode,
    split_nonfinite,
)

HARD = [math.nan, math.inf, -math.inf, -0.0, 0.0, 5e-324, 1.7976931348623157e308, 0.1]
NUMBERS, WORDS = split_nonfinite(
    {"loss": math.nan, "mae": math.inf, "rmse": -math.inf, "r2": -0.0, "f1": 0.1}
)
SOME = Array.of(np.array(HARD, np.float64))
STARTED = Started(
    step=0,
    name="x",
    title='Ünïcode \N{SNOWMAN} \x1b \\ " \n',
    experiment={"data": "moons()", "train": {"epochs": 5, "val": -0.0}, "network": ["Tanh()"]},
    layers=(Layer("Linear(2, 1)", (1,), 3, 2), Layer("Tanh()", (8, 4, 4), 0, 0)),
    train_count=9,
    val_count=0,
    test_count=4,
    baseline=Baseline("always 0", {"train": NUMBERS, "val": {}}),
    batch_size=3,
    steps_per_epoch=3,
    epochs=5,
    metric="accuracy",
    device="cpu",
    threads=1,
    torch="2.13.0",
)
STEPPED = Stepped(step=8, first=1, loss=SOME, lr=SOME)
EVALUATED = Evaluated(
    branch=2, step=3, epoch=1, lr=0.1, train=NUMBERS, val=NUMBERS, nonfinite=WORDS
)
CULPRIT = Culprit(
    step=4, phase=Phase.GRADIENT, tensor="0.weight", layer="Linear(2, 1)", operation="mul",
    value="nan",
)  # fmt: skip
ENDED = Ended(
    step=9,
    reason="diverged",
    epoch=3,
    train=NUMBERS,
    val=None,
    test=NUMBERS,
    goal=GoalResult(metric="loss", wanted=-0.0, value=None, met=False),
    seconds=1.5,
    message="the loss is not finite",
    train_count=9,
    val_count=0,
    test_count=4,
    right={"train": 5},
    culprit=CULPRIT,
    nonfinite=WORDS,
)
RECORDS: tuple[Record, ...] = (
    STARTED,
    STEPPED,
    EVALUATED,
    Evaluated(step=3, epoch=1, lr=0.0, train={}, val=None, nonfinite={"train.loss": "inf"}),
    Changed(
        branch=1, parent=0, step=5, key="optimizer", old="SGD(lr=1)", new=["Muon()", "AdamW()"],
        phase=Phase.GRADIENT,
    ),
    Noticed(step=0, message=""),
    Saved(step=4, checkpoint="last", size=12),
    ENDED,
    Ended(
        step=0, reason="stopped", epoch=0, train=None, val=None, goal=None, seconds=0.0,
        message="", train_count=0, val_count=0,
    ),
)  # fmt: skip
every_record = pytest.mark.parametrize("record", RECORDS, ids=lambda record: type(record).__name__)


@every_record
def test_a_record_reads_back_the_same(record: Record) -> None:
    again = decode(encode(record))
    assert again == record
    assert repr(again) == repr(record)  # −0.0 equals 0.0


@every_record
def test_a_record_is_one_line_of_strict_json_with_its_type(record: Record) -> None:
    line = encode(record)
    assert b"\n" not in line
    fields = json.loads(line, parse_constant=lambda word: pytest.fail(f"{word} is no JSON"))
    assert fields["type"] == type(record).__name__.lower()
    assert {"branch", "step"} <= fields.keys()


def test_every_kind_of_record_is_tried() -> None:
    assert {type(record) for record in RECORDS} == set(Record.__args__)


def test_words_say_what_json_can_not() -> None:
    assert NUMBERS == {"loss": None, "mae": None, "rmse": None, "r2": -0.0, "f1": 0.1}
    assert WORDS == {"loss": "nan", "mae": "inf", "rmse": "-inf"}


@given(st.dictionaries(st.text(), st.floats()))
def test_numbers_and_words_together_are_all_there_was(numbers: dict[str, float]) -> None:
    finite, words = split_nonfinite(numbers)
    record = decode(
        encode(Evaluated(step=0, epoch=0, lr=0.0, train=finite, val=None, nonfinite=words))
    )
    assert isinstance(record, Evaluated)
    again = {
        name: float(record.nonfinite[name]) if value is None else value
        for name, value in record.train.items()
    }
    assert {k: struct.pack("d", v) for k, v in again.items() if v == v} == {
        k: struct.pack("d", v) for k, v in numbers.items() if v == v
    }
    assert {k for k, v in again.items() if v != v} == {k for k, v in numbers.items() if v != v}


@st.composite
def arrays(draw: st.DrawFn) -> NDArray[np.generic]:
    """Any bits at all, in any shape of up to three sides."""
    dtype = np.dtype(draw(st.sampled_from(["float32", "float64", "int64"])))
    shape = tuple(draw(st.lists(st.integers(0, 4), max_size=3)))
    size = math.prod(shape) * dtype.itemsize
    return np.frombuffer(draw(st.binary(min_size=size, max_size=size)), dtype).reshape(shape)


@given(arrays(), st.sampled_from(["as it is", "transposed", "strided", "big-endian"]))
def test_an_array_keeps_every_bit(array: NDArray[np.generic], how: str) -> None:
    match how:
        case "transposed":
            array = array.T
        case "strided" if array.ndim:
            array = array[::-2]
        case "big-endian":
            array = array.astype(array.dtype.newbyteorder(">"))
    record = decode(encode(Stepped(step=0, first=0, loss=Array.of(array), lr=SOME)))
    assert isinstance(record, Stepped)
    again = record.loss.numpy()
    assert (again.dtype.name, again.shape) == (array.dtype.name, array.shape)
    little = array.astype(array.dtype.newbyteorder("<"))
    assert again.tobytes() == np.ascontiguousarray(little).tobytes()


def test_an_array_can_not_be_written_to() -> None:
    assert not SOME.numpy().flags.writeable


@pytest.mark.parametrize("dtype", ["float16", "int32", "bool", "complex64", "object", "U3"])
def test_an_array_of_another_type_is_not_sent(dtype: str) -> None:
    with pytest.raises(ValueError, match="not float32, float64, int64"):
        Array.of(np.zeros(2, dtype))


def stepped(**changed: object) -> bytes:
    loss = {"dtype": "float32", "shape": [1], "data": "AACAPw=="} | changed
    lr = {"dtype": "float32", "shape": [1], "data": "AACAPw=="}
    fields = {"type": "stepped", "step": 1, "first": 1, "loss": loss, "lr": lr}
    return json.dumps(fields).encode()


def loss_of(line: bytes) -> NDArray[np.generic]:
    record = decode(line)
    assert isinstance(record, Stepped)
    return record.loss.numpy()


@pytest.mark.parametrize(
    "changed",
    [
        {"data": ""},
        {"data": "AACAPw"},
        {"data": "AACAPwAA"},
        {"data": "AACAPw==" * 2},
        {"data": "!!!!!!=="},
        {"data": "AACA\nPw="},
        {"data": "AACAP==="},
        {"data": "========"},
        {"data": "AACAPwA="},
        {"data": "ÄÄCAPw=="},
        {"data": None},
        {"data": 5},
        {"shape": [], "dtype": "float64"},
        {"shape": [2]},
        {"shape": [-1]},
        {"shape": [-1, -1]},
        {"shape": [2**62, 2**62]},
        {"shape": [0, 2**63], "data": ""},
        {"shape": [0] * 100, "data": ""},
        {"shape": [0.5]},
        {"shape": "1"},
        {"dtype": "float64"},
        {"dtype": "float16"},
        {"dtype": "object"},
        {"dtype": None},
    ],
    ids=str,
)
def test_an_array_that_is_broken_is_refused_as_input(changed: dict[str, object]) -> None:
    assert "not a" in refusal(lambda: loss_of(stepped(**changed)))


def test_one_number_without_a_side_is_an_array_too() -> None:
    assert loss_of(stepped(shape=[])) == loss_of(stepped())[0] == 1


def lines() -> Iterator[tuple[bytes, str]]:
    noticed = encode(Noticed(step=1, message="x"))
    yield b"", "not a record: "
    yield b"null", "not a record: "
    yield b"[]", "not a record: "
    yield b"login: Last login on tty1", "not a record: JSON is malformed"
    yield noticed[:-1], "not a record: Input data was truncated"
    yield noticed * 2, "not a record: JSON is malformed"
    yield noticed.replace(b"noticed", b"surprised"), "Invalid value 'surprised' - at `$.type`"
    yield noticed.replace(b'"type":"noticed",', b""), "missing required field `type`"
    yield noticed.replace(b'"step":1', b'"step":"1"'), "Expected `int`, got `str` - at `$.step`"
    yield noticed.replace(b'"step":1', b'"step":null'), "Expected `int`, got `null` - at `$.step`"
    yield noticed.replace(b'"step":1', b'"step":1.5'), "Expected `int`"
    yield noticed.replace(b'"step":1', b'"step":NaN'), "not a record: JSON is malformed"
    yield noticed.replace(b'"step":1', b'"step":' + b"9" * 5000), "Integer value out of range"
    yield noticed.replace(b'"step":1,', b""), "missing required field `step`"
    yield noticed.replace(b"x", b"\xff"), "not a record: 'utf-8' codec can't decode"
    yield b"\xff\xfe\x00", "not a record: "
    yield b"[" * 100_000, "not a record: "
    started = encode(STARTED)
    deep = b'{"a":' * 100_000
    yield started.replace(b'"data":"moons()"', b'"a":' + deep), "not a record: maximum recursion"
    evaluated = encode(EVALUATED)
    yield evaluated.replace(b'"lr":0.1', b'"lr":1e999'), "Number out of range - at `$.lr`"
    ended = encode(ENDED)
    yield ended.replace(b"diverged", b"bored"), "Invalid enum value 'bored' - at `$.reason`"
    yield ended.replace(b'"gradient"', b'"sleep"'), "Invalid enum value 'sleep' - at `$.culprit"


@pytest.mark.parametrize(("line", "message"), tuple(lines()), ids=lambda part: str(part)[:40])
def test_a_line_that_is_no_record_is_refused(line: bytes, message: str) -> None:
    assert message in refusal(lambda: decode(line))


@given(
    st.binary()
    | st.tuples(st.sampled_from(RECORDS), st.integers(0, 500), st.binary(max_size=3)).map(
        lambda drawn: encode(drawn[0])[: drawn[1]] + drawn[2] + encode(drawn[0])[drawn[1] + 1 :]
    )
)
def test_any_bytes_are_a_record_or_refused(line: bytes) -> None:
    error = error_of(lambda: decode(line))
    assert error is None or is_readable(error)


def test_fields_of_a_later_version_are_skipped() -> None:
    line = encode(Noticed(step=1, message="x")).replace(b'"step":1', b'"step":1,"new":[1]')
    assert decode(line) == Noticed(step=1, message="x")
