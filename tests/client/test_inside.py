"""A client asks a real engine, in a process of its own, where numbers came from."""

from collections.abc import Iterator

import pytest

from tui_nn.client import Client, engine_command
from tui_nn.spec.protocol import Phase
from tui_nn.spec.protocol.commands import Back, Commands, Inspect, Load, Step
from tui_nn.spec.protocol.frames import (
    LayerPass,
    LayerPassFrame,
    NextSteps,
    NextStepsFrame,
    Number,
    NumberFrame,
)
from tui_nn.spec.protocol.inside import Place
from tui_nn.spec.protocol.messages import Answer

SOON = 60.0


@pytest.fixture(scope="module")
def client() -> Iterator[Client]:
    """Paused at the gradient of the third step of xor-mlp."""
    client = Client(engine_command(), lambda told: None)
    client.start()
    for command in (
        Load(experiment="xor-mlp", runs=None), Step(count=2), Step(by="phase", count=2)
    ):  # fmt: skip
        done(client, command)
    yield client
    client.close()


def done(client: Client, command: Commands) -> Answer:
    answer = client.request(command, SOON)
    assert isinstance(answer, Answer), answer
    return answer


def number(client: Client, place: Place) -> NumberFrame:
    frame = done(client, Inspect(probe=Number(place=place))).frame
    assert isinstance(frame, NumberFrame)
    return frame


def test_every_term_opened_from_the_loss_down_is_the_number_it_was(client: Client) -> None:
    opened = set()
    coming = [Place(of="loss")]
    while coming:
        place = coming.pop()
        frame = number(client, place)
        opened.add((place.of, place.gradient))
        for line in frame.lines:
            assert line.agrees is not False
            for factor in line.factors:
                where = factor.place_of(0)
                if where is not None and factor.name in ("loss", *"wbaxytz"):
                    assert number(client, where).value == float(factor.values.numpy()[0])
                    coming.append(where)
    assert ("input", False) in opened
    assert ("target", False) in opened
    assert ("parameter", False) in opened


def test_a_gradient_is_opened_down_to_where_the_loss_begins(client: Client) -> None:
    place: Place | None = Place(of="parameter", name="0.weight", index=(0, 0), gradient=True)
    way = []
    while place is not None:
        frame = number(client, place)
        assert frame.lines[-1].agrees
        way.append(place.name)
        found = (factor.place_of(0) for line in frame.lines for factor in line.factors)
        place = next((where for where in found if where is not None and where.gradient), None)
    assert way[0] == "0.weight"
    assert way[1:] == sorted(way[1:], key=float)
    assert way[-1] == "2"


def test_the_client_goes_layer_by_layer_and_sees_what_arrives_and_leaves(client: Client) -> None:
    done(client, Back(by="phase"))
    told = []
    for _ in range(4):
        present = done(client, Step(by="layer")).present
        frame = done(client, Inspect(probe=LayerPass(sample=0))).frame
        assert isinstance(frame, LayerPassFrame)
        assert frame.layer == (present.layer or "2")
        assert frame.arrives is not None
        told.append((present.phase, present.layer))
    assert told == [(Phase.GRADIENT, layer) for layer in ("2", "1", "0", "")]


def test_the_next_step_of_the_own_optimizer_is_the_one_that_is_made(client: Client) -> None:
    place = Place(of="parameter", name="0.weight", index=(1, 0))
    for _ in range(2):
        before = done(client, Inspect(probe=NextSteps(place=place))).frame
        assert isinstance(before, NextStepsFrame)
        done(client, Step())
        after = done(client, Inspect(probe=NextSteps(place=place))).frame
        assert isinstance(after, NextStepsFrame)
        [own] = [step for step in before.steps if step.own]
        assert after.value is not None
        assert before.value is not None
        assert own.change == after.value - before.value
        assert {step.fed for step in after.steps if not step.reason and not step.own} == {
            after.step
        }
