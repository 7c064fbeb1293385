"""Answers beside truths, and the samples with the largest losses of their own."""

from math import prod

import torch
from torch import Tensor

from tui_nn.engine.evaluation import Part
from tui_nn.engine.probes.answers import answers, own_losses, truths
from tui_nn.engine.probes.chain import Link, kept
from tui_nn.engine.probes.numbers import pack
from tui_nn.engine.probes.view import View, of_samples, spread
from tui_nn.spec.protocol import Array
from tui_nn.spec.protocol.frames import Predictions, PredictionsFrame

MOST_SAMPLES = 20_000
MOST_WORK = 2**31
"""Multiply-adds."""
MOST_NUMBERS = 2**22
"""Outputs that are kept."""
MOST_SENT = 2**14
"""Outputs that are sent."""


def predictions(view: View, probe: Predictions) -> PredictionsFrame:
    """Some samples evenly spread over the part, and its worst."""
    name = view.part_or_train(probe.part)
    part, scaling = view.part(name), view.split.scaling
    link = view.link(probe.layer) if probe.layer else view.links[-1]
    chosen = looked_at(view, part, prod(link.shape) + prod(view.links[-1].shape))
    output, shown = _outputs(view, part, chosen, link)
    said = answers(part, output, scaling)
    true = truths(part, part.labels[chosen], scaling)
    losses = own_losses(view.trainer.loss, output, part.target[chosen])
    some = spread(len(chosen), min(probe.most, max(1, MOST_SENT // prod(link.shape))))
    worst = _worst(losses, probe.worst)
    return PredictionsFrame(
        part=name,  # type: ignore[arg-type]
        samples=pack(chosen.cpu()[some]),
        answers=Array.of(said[some.numpy()]),
        truths=Array.of(true[some.numpy()]),
        losses=pack(losses.cpu()[some].float()),
        outputs=pack(shown.cpu()[some].float()),
        worst=pack(chosen.cpu()[worst]),
        worst_losses=pack(losses.cpu()[worst].float()),
        worst_answers=Array.of(said[worst.numpy()]),
        worst_truths=Array.of(true[worst.numpy()]),
        sampled=of_samples(len(chosen), len(part.x)),
    )


def looked_at(view: View, part: Part, numbers: int) -> Tensor:
    """Indices of the samples of a part that are looked at; all, where that is not too dear.

    `numbers`: how many are kept of each.
    """
    work = max(1, sum(row.size.multiply_adds for row in view.trainer.plan.rows))
    count = max(1, min(MOST_SAMPLES, MOST_NUMBERS // numbers, MOST_WORK // work))
    total = len(part.x)
    return spread(total, total if view.answers_in_batches else count, part.x.device)


def _outputs(view: View, part: Part, chosen: Tensor, link: Link) -> tuple[Tensor, Tensor]:
    """The network's outputs (n, …) and those of a layer (n, size)."""
    outputs, shown = [], []
    with kept([link]) as found:
        for some in chosen.split(part.chunk):
            outputs.append(view.network(part.x[some]))
            shown.append(found[link.name].flatten(1))
    return torch.cat(outputs), torch.cat(shown)


def _worst(losses: Tensor, most: int) -> Tensor:
    """Where the largest losses are, the largest first; what is no number comes before all."""
    ranked = losses.double().nan_to_num(nan=torch.inf, posinf=torch.inf)
    return ranked.sort(descending=True, stable=True).indices[:most].cpu()
