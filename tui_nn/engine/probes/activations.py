"""One sample on its way through the layers."""

from tui_nn.engine.predicting import probabilities
from tui_nn.engine.probes.answers import answers, in_words, own_losses, truths
from tui_nn.engine.probes.chain import kept
from tui_nn.engine.probes.numbers import first_rows, pack
from tui_nn.engine.probes.view import View
from tui_nn.spec.errors import InvalidInput
from tui_nn.spec.protocol import split_nonfinite
from tui_nn.spec.protocol.frames import Activation, Activations, ActivationsFrame


def activations(view: View, probe: Activations) -> ActivationsFrame:
    """The input, what each layer gives, the answer, and the loss of this sample alone."""
    part = view.part(probe.part)
    check_samples((probe.sample,), len(part.x))
    one = slice(probe.sample, probe.sample + 1)
    # Where samples of a batch depend on each other, all go through, as in an evaluation.
    x, row = (part.x, one) if view.answers_in_batches else (part.x[one], slice(0, 1))
    with kept(view.links) as outputs:
        output = view.network(x)[row]
    layers = tuple(
        Activation(
            name=link.name,
            call=link.call,
            shape=link.shape,
            value=pack(first_rows(outputs[link.name][row][0], probe.most)),
        )
        for link in view.links
    )
    loss, scaling = view.trainer.loss, view.split.scaling
    shares = probabilities(output, view.trainer.plan)
    numbers, words = split_nonfinite({"loss": own_losses(loss, output, part.target[one]).item()})
    return ActivationsFrame(
        sample=probe.sample,
        input=pack(first_rows(part.x[probe.sample], probe.most)),
        input_shape=tuple(part.x.shape[1:]),
        layers=layers,
        target=pack(part.target[probe.sample]),
        answer=in_words(view, answers(part, output, scaling)[0]),
        truth=in_words(view, truths(part, part.labels[one], scaling)[0]),
        probabilities=None if shares is None else pack(shares[0].float()),
        loss=numbers["loss"],
        nonfinite=words,
    )


def check_samples(samples: tuple[int, ...], count: int) -> None:
    """InvalidInput where a part of `count` samples lacks one."""
    for sample in samples:
        if not 0 <= sample < count:
            raise InvalidInput(f"there is no sample {sample}", hint=f"samples: 0 to {count - 1}")
