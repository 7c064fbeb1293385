"""The latest step whole: what went in, what came out, what it did to the parameters."""

from collections.abc import Mapping
from typing import Any

from torch import Tensor
from torch.func import functional_call

from tui_nn.engine.probes.chain import kept
from tui_nn.engine.probes.curves import MOST_OF_A_BATCH
from tui_nn.engine.probes.numbers import gradient_of, pack
from tui_nn.engine.probes.view import View
from tui_nn.spec.errors import InvalidInput
from tui_nn.spec.protocol import Array, Phase, split_nonfinite
from tui_nn.spec.protocol.frames import TrainingStep, TrainingStepFrame

MOST = 4_096
"""Parameters of a network that is told whole."""


def training_step(view: View, probe: TrainingStep) -> TrainingStepFrame:
    """A step as far as it has come; InvalidInput for a network too large to be told whole."""
    parameters = {name: value.detach() for name, value in view.network.named_parameters()}
    count = sum(value.numel() for value in parameters.values())
    if count > MOST:
        raise InvalidInput(
            f"{count:,} parameters are too many to tell a step whole",
            hint=f"up to {MOST:,} are told; watch weights of one tensor",
        )
    is_inside = view.phase in (Phase.FORWARD, Phase.GRADIENT)
    before = parameters if is_inside else view.before or {}
    numbers, words = split_nonfinite({} if view.loss is None else {"loss": view.loss})
    return TrainingStepFrame(
        loss=numbers.get("loss"),
        lr=view.trainer.last_lr,
        **_pass(view, before),
        before=_packed(before),
        gradient={} if view.phase is Phase.FORWARD else _gradients(view),
        after={} if is_inside else _packed(parameters),
        nonfinite=words,
    )


def _pass(view: View, before: Mapping[str, Tensor]) -> dict[str, Any]:
    """The batch through these parameters; nothing where the batch or they are not known."""
    if view.batch is None or not before:
        return {}
    batches, first = view.trainer.batches, slice(MOST_OF_A_BATCH)
    places = view.batch.to(batches.x.device)
    x = batches.x.index_select(0, places)
    with kept(view.links) as outputs:
        functional_call(view.network, dict(before), (x,))
    return {
        "count": len(places),
        "batch": pack(view.batch[first]),
        "inputs": pack(x[first]),
        "targets": pack(batches.y.index_select(0, places[first])),
        "outputs": {link.name: pack(outputs[link.name][first]) for link in view.links},
    }


def _gradients(view: View) -> dict[str, Array]:
    held = {name: gradient_of(value) for name, value in view.network.named_parameters()}
    return _packed({name: value.to_dense() for name, value in held.items() if value is not None})


def _packed(tensors: Mapping[str, Tensor]) -> dict[str, Array]:
    return {name: pack(value) for name, value in tensors.items()}
