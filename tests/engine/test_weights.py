"""Weights from files: whose they are is told, and what doesn't fit is refused."""

from pathlib import Path

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from safetensors.torch import save, save_file
from torch import Tensor

from tests.support import MOONS, RANDOM, prepared, trainer
from tests.trained import save as save_checkpoint
from tui_nn.engine.weights import first_weights, network_with, read_weights
from tui_nn.spec.errors import InvalidInput


def of(text: str = MOONS) -> dict[str, Tensor]:
    return {name: tensor.clone() for name, tensor in trainer(text).network.state_dict().items()}


def refused(weights: dict[str, Tensor], folder: Path, text: str = MOONS) -> str:
    save_file(weights, folder / "w.safetensors")
    with pytest.raises(InvalidInput) as caught:
        first_weights(prepared(text).plan, folder / "w.safetensors")
    assert str(caught.value).startswith(f"{folder / 'w.safetensors'}: ")
    assert caught.value.hint
    return str(caught.value)


@pytest.mark.parametrize("text", [MOONS, RANDOM])
def test_a_file_of_torchs_names_and_a_checkpoint_give_the_same_network(
    text: str, tmp_path: Path
) -> None:
    made = trainer(text)
    made.train_straight(3)
    own = made.network.state_dict()
    save_file(own, tmp_path / "w.safetensors")
    save_checkpoint(tmp_path / "last.safetensors", made.network)
    for name in ("w.safetensors", "last.safetensors"):
        found = network_with(prepared(text).plan, tmp_path / name).state_dict()
        assert found.keys() == own.keys()
        assert all(torch.equal(found[name], own[name]) for name in own)


def test_of_a_checkpoint_only_the_networks_tensors_are_read(tmp_path: Path) -> None:
    tensors = {"network/0.weight": torch.ones(2), "optimizers/0.weight": torch.zeros(2)}
    save_file(tensors, tmp_path / "last.safetensors")
    assert list(read_weights(tmp_path / "last.safetensors")) == ["0.weight"]


def test_a_tensor_of_another_shape_is_named_with_both_shapes(tmp_path: Path) -> None:
    told = refused(of() | {"2.weight": torch.zeros(6, 5)}, tmp_path)
    assert "its 2.weight is 6x5, the network's 6x6" in told


def test_missing_and_foreign_tensors_are_named(tmp_path: Path) -> None:
    weights = of()
    weights["0.wieght"] = weights.pop("0.weight")
    told = refused(weights, tmp_path)
    assert "has no 0.weight" in told
    assert "0.wieght" in told
    assert "has 9.bias, the network has not" in refused(of() | {"9.bias": torch.ones(1)}, tmp_path)


def test_other_kinds_of_numbers_and_none_are_refused(tmp_path: Path) -> None:
    whole = of() | {"0.bias": torch.ones(6, dtype=torch.int64)}
    assert "0.bias is int64, the network's is float32" in refused(whole, tmp_path)
    lost = of() | {"0.bias": torch.full((6,), torch.nan)}
    assert "0.bias holds numbers that are not finite" in refused(lost, tmp_path)


def test_numbers_of_another_precision_are_taken(tmp_path: Path) -> None:
    double = {name: tensor.double() for name, tensor in of().items()}
    save_file(double, tmp_path / "w.safetensors")
    found = first_weights(prepared(MOONS).plan, tmp_path / "w.safetensors")
    assert all(torch.equal(found[name], tensor) for name, tensor in of().items())


def test_counts_of_batches_may_be_missing(tmp_path: Path) -> None:
    weights = of(RANDOM)
    del weights["1.num_batches_tracked"]
    save_file(weights, tmp_path / "w.safetensors")
    assert first_weights(prepared(RANDOM).plan, tmp_path / "w.safetensors").keys() == (
        of(RANDOM).keys()
    )


def test_reading_leaves_the_generators_alone(tmp_path: Path) -> None:
    save_file(of(), tmp_path / "w.safetensors")
    torch.manual_seed(5)
    network_with(prepared(MOONS).plan, tmp_path / "w.safetensors")
    drawn = torch.rand(3)
    torch.manual_seed(5)
    assert torch.equal(drawn, torch.rand(3))


def test_what_is_no_file_of_weights_is_refused_with_its_name(tmp_path: Path) -> None:
    empty = tmp_path / "empty.safetensors"
    empty.write_bytes(save({}))
    for path, said in (
        (tmp_path / "none.safetensors", "there is no such file"),
        (tmp_path, "is a folder"),
        (empty, "holds no tensor"),
    ):
        with pytest.raises(InvalidInput, match=said) as caught:
            read_weights(path)
        assert str(caught.value).startswith(str(path))


@given(st.binary(max_size=60), st.integers(0, 300), st.integers(0, 255))
def test_whatever_a_file_holds_is_weights_or_refused(
    tmp_path_factory: pytest.TempPathFactory, raw: bytes, place: int, byte: int
) -> None:
    path = tmp_path_factory.mktemp("w") / "w.safetensors"
    whole = bytearray(save({"0.weight": torch.ones(3, 2), "0.bias": torch.ones(3)}))
    whole[place % len(whole)] = byte
    for content in (raw, bytes(whole), bytes(whole[:place])):
        path.write_bytes(content)
        try:
            assert read_weights(path)
        except InvalidInput as error:
            assert str(error).startswith(str(path))  # noqa: PT017
