"""Frames of every optimizer's next step by hand."""

from typing import Any

from tui_nn.spec.protocol.frames import NextStepsFrame
from tui_nn.spec.protocol.inside import NextStep, Place
from tui_nn.views.desk import Desk
from tui_nn.views.panels.update_next import steps_probe
from tui_nn.views.world import World


def tried(optimizer: str, change: float | None = None, **changes: Any) -> NextStep:
    """A step that is three times as long over the layer."""
    length = None if change is None else 3 * abs(change)
    fields: dict[str, Any] = {
        "lr": 0.001, "lr_of": "torch", "fed": 20, "change": change, "length": length,
        "change_unscaled": change, "length_unscaled": length,
    }  # fmt: skip
    return NextStep(optimizer=optimizer, **(fields | changes))


STEPS = (
    tried("SGD", -2e-5),
    tried("Adam", -9.5e-3, lr=0.01, lr_of="experiment", own=True, fed=None),
    tried("RMSprop", 4e-2, lr=0.01, lr_of="experiment"),
    tried("Rprop", 0.0, lr=0.01, fed=0),
    NextStep(optimizer="LBFGS", lr=None, lr_of="torch", reason="needs the loss again"),
    tried("Muon", 1e-3, left_out=("0.bias",)),
)


def beside(world: World, desk: Desk, *steps: NextStep, **changes: Any) -> World:
    """A world that has seen what this desk asks for."""
    probe = steps_probe(world, desk)
    assert probe is not None
    fields: dict[str, Any] = {
        "place": probe.place, "parameters": ("0.weight", "0.bias"), "value": 1.79993,
        "gradient": 0.028, "gradient_length": 1.1, "scale": probe.scale, "step": 3,
    }  # fmt: skip
    world.take(NextStepsFrame(steps=steps or STEPS, **(fields | changes)), probe)
    return world


def asked(desk: Desk, world: World) -> tuple[tuple[int, ...], float, int]:
    """The place that is asked about, the scale, and how many gradients are to be known."""
    probe = steps_probe(world, desk)
    assert probe is not None
    assert probe.place == Place(of="parameter", name=probe.place.name, index=probe.place.index)
    return probe.place.index, probe.scale, probe.fed
