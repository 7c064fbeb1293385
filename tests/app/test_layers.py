"""`n` and `N`: from layer to layer inside forward and gradient."""

from typing import Any

import msgspec
import pytest

from tests.app.pretending import Pretender, used
from tests.app.taped import Person
from tui_nn.app.settings import Settings
from tui_nn.spec.protocol import Phase
from tui_nn.spec.protocol.commands import Back, Command, Step


def engine(person: Person) -> Pretender:
    link: Any = person.app._link
    client: Pretender = link._client
    return client


def driven(person: Person) -> list[Command]:
    return [one for one in engine(person).sent if isinstance(one, Step | Back)]


@pytest.mark.parametrize(("name", "grain"), [("xor-mlp", "layer"), ("and-gate", "phase")])
def test_the_engine_goes_by_layers_of_a_single_neuron_by_phases(name: str, grain: Any) -> None:
    async def walk(person: Person) -> None:
        if grain == "phase":  # what kind it is, its samples tell
            person.app.world.__dict__["kind"] = "neuron"
        await person.press("s", "step 1 ")
        await person.pilot.press("n", "N")
        await person.pilot.pause(0.05)
        assert driven(person)[1:] == [Step(by=grain), Back(by=grain)]

    used(Settings(experiment=name, runs=None), walk)


def test_before_the_first_step_the_choices_come_first() -> None:
    async def walk(person: Person) -> None:
        await person.press("n", "▐2 Data▌")
        await person.press("N", "▐1 Network▌")
        assert driven(person) == []

    used(Settings(experiment="xor-mlp", runs=None), walk)


def test_the_panel_of_the_pass_shows_the_layer_at_which_training_stands() -> None:
    async def walk(person: Person) -> None:
        await person.press("s", "step 1 ")
        client = engine(person)
        for phase, shows in (
            (Phase.FORWARD, "5 Forward layer"),
            (Phase.GRADIENT, "6 Gradient layer"),
        ):
            client.present = msgspec.structs.replace(client.present, phase=phase, layer="1")
            client._hear(client.present)
            await person.sees(shows)
            assert person.app.desk.layer == "1"

    used(Settings(experiment="xor-mlp", runs=None), walk, size=(120, 36))
