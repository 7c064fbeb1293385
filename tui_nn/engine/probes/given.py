"""The network's answer to an input of one's own, that is no sample of the data."""

from math import isfinite, prod

import numpy as np

from tui_nn.engine.predicting import probabilities
from tui_nn.engine.probes.answers import answers, in_words
from tui_nn.engine.probes.numbers import pack
from tui_nn.engine.probes.view import View
from tui_nn.engine.tensors import on_device
from tui_nn.spec.errors import InvalidInput
from tui_nn.spec.protocol.frames import Given, GivenFrame
from tui_nn.spec.shapes import show


def given(view: View, probe: Given) -> GivenFrame:
    """The input, scaled as the data is, through the network; InvalidInput for one that it can't
    take.
    """
    trainer, split = view.trainer, view.split
    shape = split.train.input_shape
    _check(view, probe, shape)
    own = np.array(probe.inputs, np.float64).reshape(1, *shape)
    x = split.scaling.prepare(own)
    output = view.network(on_device(x, trainer.plan.experiment.train.dtype, trainer.device))
    shares = probabilities(output, trainer.plan)
    return GivenFrame(
        output=pack(output[0].float()),
        answer=in_words(view, answers(view.part("train"), output, split.scaling)[0]),
        probabilities=None if shares is None else pack(shares[0].float()),
    )


def _check(view: View, probe: Given, shape: tuple[int, ...]) -> None:
    if view.answers_in_batches:
        raise InvalidInput(
            "a BatchNorm without running statistics answers for a batch, not for one input",
            hint="take out track_running_stats=False",
        )
    if view.split.train.tokens is not None:
        raise InvalidInput("inputs are tokens here", hint="look at samples of the data instead")
    if len(probe.inputs) != prod(shape) or not all(map(isfinite, probe.inputs)):
        raise InvalidInput(
            f"{len(probe.inputs)} numbers are given, an input is {show(shape)}",
            hint=f"give {prod(shape)} finite ones",
        )
