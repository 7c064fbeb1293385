"""Weights from files: anybody's, our checkpoints', and those that are no weights."""

import contextlib
from pathlib import Path

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from safetensors.torch import save, save_file
from torch import Tensor

from tests.support import MOONS, RANDOM, prepared, trainer
from tests.trained import save as save_checkpoint
from tui_nn.engine.weights import initial_weights, network_with, put_weights, read_weights
from tui_nn.spec.errors import InvalidInput

Tensors = dict[str, Tensor]


def refusal(path: Path, text: str = MOONS) -> str:
    with pytest.raises(InvalidInput) as caught:
        network_with(prepared(text).plan, path)
    assert str(caught.value).startswith(f"{path}: ")
    assert caught.value.hint
    return str(caught.value)


def test_a_network_has_the_weights_of_a_file_and_no_random_number_is_drawn(tmp_path: Path) -> None:
    made = trainer(RANDOM)
    made.train_straight(2)
    save_file(made.network.state_dict(), tmp_path / "w.safetensors")
    torch.manual_seed(3)
    expected = torch.rand(1)
    torch.manual_seed(3)
    found = network_with(prepared(RANDOM).plan, tmp_path / "w.safetensors").state_dict()
    assert torch.equal(torch.rand(1), expected)
    assert found.keys() == made.network.state_dict().keys()
    assert all(torch.equal(found[n], t) for n, t in made.network.state_dict().items())


def test_a_checkpoint_gives_the_tensors_of_its_network_alone(tmp_path: Path) -> None:
    made = trainer(RANDOM)
    save_checkpoint(tmp_path / "a.safetensors", made.network)
    weights = read_weights(tmp_path / "a.safetensors")
    assert all(torch.equal(weights[n], t) for n, t in made.network.state_dict().items())
    tensors = {"network/0.weight": torch.ones(2), "optimizers/0.weight": torch.zeros(2)}
    save_file(tensors, tmp_path / "b.safetensors")
    assert list(read_weights(tmp_path / "b.safetensors")) == ["0.weight"]


def test_numbers_of_another_precision_are_taken_into_the_networks(tmp_path: Path) -> None:
    state = {n: t.double() / 3 for n, t in trainer(MOONS).network.state_dict().items()}
    save_file(state, tmp_path / "w.safetensors")
    found = network_with(prepared(MOONS).plan, tmp_path / "w.safetensors").state_dict()
    assert all(torch.equal(found[n], t.float()) for n, t in state.items())


def test_how_many_batches_a_norm_has_seen_may_be_left_out(tmp_path: Path) -> None:
    state = trainer(RANDOM).network.state_dict()
    del state["1.num_batches_tracked"]
    save_file(state, tmp_path / "w.safetensors")
    found = network_with(prepared(RANDOM).plan, tmp_path / "w.safetensors").state_dict()
    assert found["1.num_batches_tracked"] == 0


def without(name: str) -> Tensors:
    return {n: t for n, t in trainer(MOONS).network.state_dict().items() if n != name}


def other(name: str, tensor: Tensor) -> Tensors:
    return without(name) | {name: tensor}


@pytest.mark.parametrize(
    ("weights", "said"),
    [
        (without("2.weight"), "has no 2.weight"),
        (without("2.weight") | {"2.wieght": torch.ones(6, 6)}, "did you mean 2.wieght"),
        (other("5.bias", torch.ones(2)), "has 5.bias, the network has not"),
        (other("0.weight", torch.ones(2, 6)), "0.weight is (2, 6), the network's is (6, 2)"),
        (other("4.bias", torch.tensor(1.0)), "4.bias is (), the network's is (1,)"),
        (other("4.bias", torch.ones(1, dtype=torch.int64)), "4.bias is int64, the network's is"),
        ({}, "holds no tensor"),
    ],
)
def test_weights_that_are_not_the_networks_are_refused(
    weights: Tensors, said: str, tmp_path: Path
) -> None:
    save_file(weights, tmp_path / "w.safetensors")
    assert said in refusal(tmp_path / "w.safetensors")


@pytest.mark.parametrize("number", [float("nan"), float("-inf"), 1e300])
def test_a_network_begins_with_no_number_that_is_none(number: float, tmp_path: Path) -> None:
    path = tmp_path / "w.safetensors"
    save_file(other("4.bias", torch.tensor([number], dtype=torch.float64)), path)
    with pytest.raises(InvalidInput, match=r"4\.bias holds numbers that are not finite"):
        initial_weights(prepared(MOONS).plan, path)


def test_weights_that_are_refused_leave_the_network_as_it_was() -> None:
    network = trainer(MOONS).network
    before = {n: t.clone() for n, t in network.state_dict().items()}
    weights = {n: torch.ones_like(t) for n, t in before.items()} | {"4.bias": torch.ones(7)}
    with pytest.raises(InvalidInput):
        put_weights(network, weights, "here")
    assert all(torch.equal(t, before[n]) for n, t in network.state_dict().items())


def test_what_is_no_file_is_told(tmp_path: Path) -> None:
    assert "there is no such file" in refusal(tmp_path / "none.safetensors")
    assert "is no file" in refusal(tmp_path)


@given(st.data())
def test_a_damaged_file_is_refused_or_read_whole(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    whole = save({"0.weight": torch.ones(3), "0.bias": torch.ones(2)})
    torn = whole[: data.draw(st.integers(0, len(whole) - 1))]
    at = data.draw(st.integers(0, len(whole) - 1))
    flipped = whole[:at] + bytes([whole[at] ^ (1 << data.draw(st.integers(0, 7)))])
    content = data.draw(
        st.sampled_from([torn, flipped + whole[at + 1 :], b"", b"\0" * 100]) | st.binary()
    )
    path = tmp_path_factory.mktemp("w") / "w.safetensors"
    path.write_bytes(content)
    with contextlib.suppress(InvalidInput):
        assert read_weights(path)
