"""Whole networks: each layer of the catalog between others, as it trains."""

from math import isfinite

import pytest
import torch

from tests.engine.inside.support import check, check_factors, check_shares, numbers_of, places
from tests.engine.test_layers import NETWORKS, trainer_of
from tui_nn.engine.inside.number import Numbers
from tui_nn.engine.inside.passing import make_pass
from tui_nn.engine.inside.wiring import wired
from tui_nn.spec.protocol.inside import Place


@pytest.mark.parametrize("name", NETWORKS)
def test_every_number_of_a_network_with_the_layer_is_the_sum_of_its_terms(name: str) -> None:
    trained = trainer_of(name)
    trained.train_straight(2)
    numbers = numbers_of(trained.network, trained.loss, *trained.batches.next())
    for place in places(numbers, most=3):
        check(numbers, place)
        check_factors(numbers, place)
        if place.of == "parameter":
            check_shares(numbers, place)


@pytest.mark.parametrize("name", NETWORKS)
def test_a_pass_made_again_gives_the_gradient_of_the_step_to_the_bit(name: str) -> None:
    trained = trainer_of(name)
    trained.train_straight(1)
    x, y = trained.batches.next()
    generator = torch.get_rng_state()
    found = make_pass(trained.network, trained.loss, x, y, generators=(generator,))
    trained.network.zero_grad()
    loss = trained.loss(trained.network(x), y)
    loss.backward()
    assert torch.equal(loss, found.loss)  # type: ignore[arg-type]
    for own, parameter in trained.network.named_parameters():
        held = parameter.grad
        assert held is not None
        assert torch.equal(found.leaves[own].to_dense(), held.to_dense())


@pytest.mark.parametrize("bad", [float("nan"), -float("inf"), 1e30])
@pytest.mark.parametrize("name", NETWORKS)
def test_numbers_that_are_none_have_their_arithmetic_too(name: str, bad: float) -> None:
    trained = trainer_of(name)
    with torch.no_grad():
        for parameter in trained.network.parameters():
            parameter.view(-1)[0] = bad
    numbers = numbers_of(trained.network, trained.loss, *trained.batches.next())
    for place in places(numbers, most=2):
        for line in numbers.lines(place):
            told = line.tell(5, 0, "largest", numbers.held(place), numbers.passed.epsilon)
            assert (told.total is None) == (not isfinite(line.total))
    assert isfinite(numbers.lines(Place(of="loss"))[-1].total) <= (bad == 1e30)


def test_large_gradients_are_added_up_piece_by_piece(monkeypatch: pytest.MonkeyPatch) -> None:
    trained = trainer_of("Conv2d")
    numbers = numbers_of(trained.network, trained.loss, *trained.batches.next())
    wanted = [place for place in places(numbers) if place.of == "parameter"]
    whole = [numbers.lines(place)[-1].total for place in wanted]
    monkeypatch.setattr("tui_nn.engine.inside.number.MOST_TERMS", 50)
    assert [numbers.lines(place)[-1].total for place in wanted] == whole


def test_each_layer_knows_whom_it_reads_and_who_reads_it() -> None:
    network = ("Linear(6, 6)", "Residual(Residual(Tanh()), Linear(6, 6))", "Linear(6, 1)")
    nodes = wired(trainer_of("Linear", network).network)
    assert list(nodes) == ["0", "1.0.0", "1.0", "1.1", "1", "2"]
    assert {name: node.source for name, node in nodes.items()} == {
        "0": "", "1.0.0": "0", "1.0": "0", "1.1": "1.0", "1": "0", "2": "1"
    }  # fmt: skip
    assert {name: node.reader for name, node in nodes.items()} == {
        "0": "1", "1.0.0": "1.0", "1.0": "1.1", "1.1": "1", "1": "2", "2": None
    }  # fmt: skip
    assert (nodes["1"].first, nodes["1"].last) == ("1.0", "1.1")


def test_what_clip_norm_leaves_is_what_torch_leaves() -> None:
    trained = trainer_of("Linear")
    x, y = trained.batches.next()
    passed = make_pass(trained.network, trained.loss, x, y)
    trained.loss(trained.network(x), y).backward()
    torch.nn.utils.clip_grad_norm_(trained.network.parameters(), 0.01)
    numbers = Numbers(passed, trained.loss, passed.shortened(0.01))
    for place in places(numbers):
        if place.of == "parameter":
            held = trained.network.get_parameter(place.name).grad
            assert held is not None
            line = numbers.lines(place)[-1]
            assert line.name == "shortened"
            assert line.is_near(float(held[place.index]), torch.finfo(held.dtype).eps)
    assert passed.shortened(1e6) == passed.shortened(None) == 1
