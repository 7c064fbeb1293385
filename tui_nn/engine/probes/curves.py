"""The latest step in three numbers."""

from math import sqrt

from torch import nn

from tui_nn.engine.probes.numbers import gradient_of, pack, square
from tui_nn.engine.probes.view import View
from tui_nn.spec.protocol.arrays import split_nonfinite
from tui_nn.spec.protocol.frames import Curves, CurvesFrame

MOST_OF_A_BATCH = 64


def curves(view: View, probe: Curves) -> CurvesFrame:
    """Loss, lr, and the length of the gradient that torch holds."""
    held = {"loss": view.loss, "gradient": gradient_length(view.network)}
    numbers, words = split_nonfinite({k: v for k, v in held.items() if v is not None})
    return CurvesFrame(
        loss=numbers.get("loss"),
        lr=view.trainer.last_lr,
        gradient=numbers.get("gradient"),
        batch=None if view.batch is None else pack(view.batch[:MOST_OF_A_BATCH]),
        nonfinite=words,
    )


def gradient_length(module: nn.Module) -> float | None:
    """|gradient| over all parameters of a module; None where torch holds none."""
    held = [gradient_of(parameter) for parameter in module.parameters()]
    squares = [square(gradient) for gradient in held if gradient is not None]
    return sqrt(sum(squares)) if squares else None
