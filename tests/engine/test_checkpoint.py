"""A checkpoint comes back to the bit, or is refused by its name."""

import json
import math
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from safetensors import safe_open
from safetensors.torch import save, save_file
from torch import Tensor

from tests.spec.support import error_of, is_readable, refusal
from tui_nn.engine import checkpoint
from tui_nn.engine.checkpoint import FORMAT, Checkpoint, digest_of, read, write
from tui_nn.spec.errors import InvalidInput

same_folder = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
DTYPES = [
    torch.float64, torch.float32, torch.float16, torch.bfloat16, torch.int64, torch.int32,
    torch.int16, torch.int8, torch.uint8, torch.bool, torch.complex64,
]  # fmt: skip
TREE = {
    "kind": "last", "step": 7, "rate": 0.1, "nothing": None, "pair": (1, [2.5, ()]),
    "milestones": Counter({3: 2, 5: 1}), "best": math.inf, "state": {0: torch.ones(3)},
}  # fmt: skip
NETWORK = {"0.weight": torch.arange(6.0).reshape(2, 3), "0.bias": torch.tensor([math.nan, -0.0])}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "last.safetensors"


@st.composite
def tensors(draw: st.DrawFn) -> Tensor:
    """Of any type and bits, also empty, without dimensions, or a view."""
    dtype = draw(st.sampled_from(DTYPES))
    shape = draw(st.lists(st.integers(0, 3), max_size=3))
    size = math.prod(shape) * dtype.itemsize
    raw = bytearray(draw(st.binary(min_size=size, max_size=size)))
    if dtype is torch.bool:
        raw = bytearray(byte & 1 for byte in raw)
    if not size:
        return torch.empty(shape, dtype=dtype)
    made = torch.frombuffer(raw, dtype=dtype).reshape(shape)
    return made.T if len(shape) == 2 and draw(st.booleans()) else made


KEYS: st.SearchStrategy[Any] = st.one_of(
    st.integers(), st.text(max_size=5), st.booleans(), st.none(), st.floats(allow_nan=False),
    st.tuples(st.integers(), st.text(max_size=2)),
)  # fmt: skip
LEAVES: st.SearchStrategy[Any] = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=9),
    st.binary(max_size=9), tensors(),
    st.dictionaries(st.integers(), st.integers()).map(lambda counts: Counter(counts)),
)  # fmt: skip
TREES = st.recursive(
    LEAVES,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.lists(inner, max_size=3).map(tuple)
        | st.dictionaries(KEYS, inner, max_size=3)
    ),
    max_leaves=8,
)


def alike(one: Any, other: Any) -> bool:
    """Equal to the bit, NaN and −0.0 included, and of the same types."""
    if type(one) is not type(other):
        return False
    if isinstance(one, Tensor):
        return (one.dtype, one.shape) == (other.dtype, other.shape) and raw(one) == raw(other)
    if isinstance(one, float):
        return repr(one) == repr(other)
    if isinstance(one, dict):
        return alike(list(one), list(other)) and alike([*one.values()], [*other.values()])
    if isinstance(one, list | tuple):
        return len(one) == len(other) and all(map(alike, one, other))
    return bool(one == other)


def raw(tensor: Tensor) -> list[int]:
    numbers: list[int] = tensor.contiguous().reshape(-1).view(torch.uint8).tolist()
    return numbers


def kept(path: Path, network: dict[str, Tensor], tree: dict[str, Any]) -> Checkpoint:
    path.write_bytes(write(network, tree))
    return read(path)


@given(
    st.dictionaries(st.text(st.characters(codec="utf-8"), max_size=5), tensors(), max_size=3),
    st.dictionaries(st.text(st.characters(codec="utf-8"), max_size=5), TREES, max_size=4),
)
@same_folder
def test_whatever_is_kept_comes_back_to_the_bit(
    path: Path, network: dict[str, Tensor], tree: dict[str, Any]
) -> None:
    found = kept(path, network, tree)
    assert found.network.keys() == network.keys()
    assert all(alike(found.network[name], network[name]) for name in network)
    assert alike(found.tree, tree)


def test_keys_that_would_share_a_name_are_kept_apart(path: Path) -> None:
    one, two, three = (torch.full((2,), float(n)) for n in range(3))
    tree = {"a": {1: one, "1": two, 1.5: three}, "a/1": three, "network/0.weight": two}
    found = kept(path, {"0.weight": one}, tree)
    assert alike(found.tree, tree)
    assert alike(found.network, {"0.weight": one})


def test_tensors_that_share_memory_are_each_kept(path: Path) -> None:
    whole = torch.arange(10.0)
    tree = {"whole": whole, "half": whole[:5], "again": whole, "every other": whole[::2]}
    assert alike(kept(path, {"w": whole}, tree).tree, tree)


def test_the_same_bits_have_the_same_hash_and_others_another() -> None:
    assert digest_of(TREE) == digest_of(dict(TREE))
    for key, other in (
        ("step", 8), ("step", 7.0), ("pair", [1, [2.5, ()]]), ("best", -math.inf),
        ("state", {0: torch.ones(3, dtype=torch.float64)}), ("state", {"0": torch.ones(3)}),
        ("state", {0: torch.tensor([1.0, 1.0, 1.0000001])}), ("milestones", {3: 2, 5: 1}),
    ):  # fmt: skip
        assert digest_of(TREE | {key: other}) != digest_of(TREE), (key, other)


def test_what_no_file_can_hold_is_told_with_its_place() -> None:
    with pytest.raises(TypeError, match="object at a/0"):
        write({}, {"a": [object()]})


def refused(path: Path) -> str:
    """Why the file is refused; its name is in it."""
    with pytest.raises(InvalidInput) as caught:
        read(path)
    assert is_readable(caught.value)
    assert str(path) in str(caught.value)
    return str(caught.value)


DATA = write(NETWORK, TREE)


@pytest.mark.slow
def test_a_file_cut_at_any_byte_is_refused(path: Path) -> None:
    for length in range(len(DATA)):
        path.write_bytes(DATA[:length])
        refused(path)


@given(st.integers(0, len(DATA) - 1))
@same_folder
def test_a_file_cut_anywhere_is_refused(path: Path, length: int) -> None:
    path.write_bytes(DATA[:length])
    refused(path)


def flipped(path: Path, bit: int) -> None:
    data = bytearray(DATA)
    data[bit // 8] ^= 1 << bit % 8
    path.write_bytes(data)
    held: list[Checkpoint] = []
    error = error_of(lambda: held.append(read(path)))
    if error is None:  # the padding of the header, or another spelling of the same
        assert alike(held[0].network, NETWORK), bit
        assert alike(held[0].tree, TREE), bit
    else:
        assert is_readable(error), bit
        assert str(path) in str(error)


@given(st.integers(0, 8 * len(DATA) - 1))
@same_folder
def test_a_flipped_bit_is_refused_or_harmless(path: Path, bit: int) -> None:
    flipped(path, bit)


@pytest.mark.slow
def test_every_flipped_bit_is_refused_or_harmless(path: Path) -> None:
    for bit in range(8 * len(DATA)):
        flipped(path, bit)


@given(st.binary(max_size=200) | st.binary(max_size=60).map(lambda b: b"\x30" + 7 * b"\0" + b))
@same_folder
def test_bytes_of_any_kind_are_refused(path: Path, data: bytes) -> None:
    path.write_bytes(data)
    refused(path)


def test_a_file_that_is_longer_is_refused(path: Path) -> None:
    path.write_bytes(DATA + b"x")
    refused(path)


def test_foreign_files_and_what_is_no_file_are_refused(path: Path, tmp_path: Path) -> None:
    assert "there is no such checkpoint" in refused(path)
    assert "is no checkpoint" in refused(tmp_path)
    save_file(NETWORK, path)
    assert "is not a checkpoint of nn-tui" in refused(path)
    save_file(NETWORK, path, {"format": "pt"})
    assert "--init-from" in refused(path)
    save_file(NETWORK, path, {"format": "nn-tui checkpoint 99", "tree": "{}"})
    assert "another version" in refused(path)
    torch.save(NETWORK, path)
    refused(path)


def forged(path: Path, text: str, network: dict[str, Tensor] | None = None) -> None:
    """A file whose digest is right, whatever its tree says."""
    given = {f"network/{name}": tensor for name, tensor in (network or NETWORK).items()}
    digest = checkpoint._digest(given, text)
    path.write_bytes(save(given, {"format": FORMAT, "tree": text, "digest": digest}))


@pytest.mark.parametrize(
    "text",
    [
        "", "{", "[1,", "nul", '{"dict":[["a"]]}', '{"dict":5}', '{"dict":[5]}', '{"x":1,"y":2}',
        "{}", '{"what":1}', '{"tensor":"gone"}', '{"tensor":[1]}', '{"tensor":null}',
        '{"float":"abc"}', '{"float":null}', '{"bytes":"zz"}', '{"bytes":7}', '{"tuple":5}',
        '{"counter":[[{"dict":[]},1]]}', '{"counter":7}', '{"dict":[[[1],2]]}',
        '{"dict":[[1,2,3]]}', "[" * 100_000, '{"tuple":[' * 50_000, "9" * 5000,
        '{"counter":[["a","b"],["c",null]]}',
    ],
    ids=lambda text: text[:30],
)  # fmt: skip
def test_a_tree_that_is_none_is_refused(path: Path, text: str) -> None:
    forged(path, text)
    refused(path)


@pytest.mark.parametrize("text", ["5", "[]", "null", '"word"', '{"float":"nan"}', '{"tuple":[]}'])
def test_a_tree_without_keys_at_its_top_is_refused(path: Path, text: str) -> None:
    forged(path, text)
    refused(path)


def with_header(path: Path, header: Any, data: bytes = b"") -> None:
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    path.write_bytes(len(text).to_bytes(8, "little") + text + data)


METADATA = {"format": FORMAT, "tree": '{"dict":[]}', "digest": ""}


@pytest.mark.parametrize(
    ("dtype", "shape", "offsets"),
    [
        ("F32", [2**40, 2**40], [0, 8]), ("F32", [0, 2**63], [0, 0]), ("F32", [2**64], [0, 8]),
        ("F32", [0, 2**62, 2**62], [0, 0]), ("F32", [2], [0, 2**62]), ("F32", [2], [8, 0]),
        ("F32", [-1], [0, 8]), ("F32", "2", [0, 8]), ("F99", [2], [0, 8]), ("F32", [2], [0]),
        ("F4", [16], [0, 8]), ("F8_E8M0", [8], [0, 8]), ("F8_E4M3", [8], [0, 8]),
        ("F6_E2M3", [32], [0, 24]), ("U64", [1], [0, 8]), ("C64", [1], [0, 8]),
        ("F32", [1] * 200, [0, 4]), (None, None, None),
    ],
    ids=str,
)  # fmt: skip
def test_a_header_that_lies_is_refused(path: Path, dtype: Any, shape: Any, offsets: Any) -> None:
    entry = {"dtype": dtype, "shape": shape, "data_offsets": offsets}
    size = offsets[1] if offsets and len(offsets) == 2 and offsets[1] < 100 else 8
    with_header(path, {"__metadata__": METADATA, "network/a": entry}, bytes(size))
    refused(path)


@pytest.mark.parametrize(
    "header",
    [
        {}, [], 5, {"__metadata__": 5}, {"__metadata__": {"format": 5}}, {"__metadata__": None},
        {"__metadata__": {"format": FORMAT}}, {"__metadata__": METADATA}, b"\xff\xfe{}",
        {"__metadata__": METADATA | {"tree": "\ud800"}}, b'{"a":' * 5000, b"",
    ],
    ids=lambda header: str(header)[:40],
)  # fmt: skip
def test_metadata_of_another_kind_is_refused(path: Path, header: Any) -> None:
    with_header(path, header)
    refused(path)


def test_a_header_longer_than_the_file_is_refused(path: Path) -> None:
    for length in (2**63, 2**64 - 1, 200_000_000, 50):
        path.write_bytes(length.to_bytes(8, "little") + b"{}")
        refused(path)


def test_nothing_in_a_checkpoint_is_ever_run(path: Path) -> None:
    """Only numbers and words: what pickle would run is a text here."""
    words = "__reduce__", "cos\nsystem\n(S'false'\ntR.", "torch.save"
    found = kept(path, {}, {word: word for word in words})
    assert found.tree == {word: word for word in words}
    with safe_open(str(path), "pt") as file:
        assert set(file.metadata()) == {"format", "tree", "digest"}
    assert refusal(lambda: read(path.with_name("gone")))
