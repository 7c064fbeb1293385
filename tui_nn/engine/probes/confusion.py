"""How often each class was taken for which."""

import torch

from tui_nn.engine.evaluation import count_pairs, decide
from tui_nn.engine.probes.answers import class_name
from tui_nn.engine.probes.numbers import pack
from tui_nn.engine.probes.predictions import looked_at
from tui_nn.engine.probes.view import View, of_samples
from tui_nn.spec.errors import InvalidInput
from tui_nn.spec.protocol.frames import Confusion, ConfusionFrame
from tui_nn.spec.targets import Classes


def confusion(view: View, probe: Confusion) -> ConfusionFrame:
    """Rows are the truth, columns the answer."""
    name = view.part_or_train(probe.part)
    part = view.part(name)
    if not isinstance(part.kind, Classes):
        raise InvalidInput(
            "numbers to be predicted have no classes", hint="look at predictions instead"
        )
    classes = part.kind.count
    chosen = looked_at(view, part, classes)
    answer = torch.cat(
        [decide(view.network(part.x[some]), part.decision) for some in chosen.split(part.chunk)]
    )
    return ConfusionFrame(
        part=name,  # type: ignore[arg-type]
        counts=pack(count_pairs(part.labels[chosen], answer, classes)),
        classes=tuple(class_name(view, index) for index in range(classes)),
        sampled=of_samples(len(chosen), len(part.x)),
    )
