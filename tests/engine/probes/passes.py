"""Real training, gate by gate, and what is told of the pass at hand."""

from collections.abc import Callable, Iterator
from itertools import product

import torch

from tests.support import prepared
from tui_nn.engine.probes.look import look
from tui_nn.engine.session import Session
from tui_nn.engine.stepper import Stepper
from tui_nn.engine.watching import view
from tui_nn.spec.protocol import Phase, decode_told, encode
from tui_nn.spec.protocol.frames import LayerPass, LayerPassFrame, Number, NumberFrame, Probes
from tui_nn.spec.protocol.inside import Place


def session_of(text: str, *changes: str) -> Session:
    torch.set_num_threads(1)
    return Session(prepared(text, *changes), lambda record: None)


def gated(session: Session, at_gate: Callable[[Phase], None], steps: int = 1) -> None:
    """Steps with the gate between their phases."""
    stepper = Stepper()
    for _ in range(steps):
        stepper.step(session, at_gate)


def seen(session: Session, probe: Probes) -> NumberFrame | LayerPassFrame:
    """The frame, as it comes through the protocol."""
    frame = look(view(session), probe)
    assert repr(decode_told(encode(frame))) == repr(frame)
    assert isinstance(frame, NumberFrame | LayerPassFrame)
    return frame


def number(session: Session, place: Place, **how: object) -> NumberFrame:
    frame = seen(session, Number(place=place, **how))  # type: ignore[arg-type]
    assert isinstance(frame, NumberFrame)
    return frame


def layer(session: Session, name: str = "", sample: int | None = None) -> LayerPassFrame:
    frame = seen(session, LayerPass(layer=name, sample=sample))
    assert isinstance(frame, LayerPassFrame)
    return frame


def corners(session: Session) -> Iterator[Place]:
    """A place of each kind in each layer: the first and the last."""
    links = view(session).links
    batch = session.training.trainer.batches.latest()
    assert batch is not None
    for link, gradient, at in product(links, (False, True), (0, -1)):
        if link.kind != "Embedding":
            index = tuple(side - 1 if at else 0 for side in link.row.input_shape)
            yield Place(of="input", name=link.name, index=index, sample=0, gradient=gradient)
        index = tuple(side - 1 if at else 0 for side in link.shape)
        sample = len(batch) - 1 if at else 0
        yield Place(of="output", name=link.name, index=index, sample=sample, gradient=gradient)
    for name, parameter in session.training.trainer.network.named_parameters():
        if parameter.requires_grad:
            index = tuple(side - 1 for side in parameter.shape)
            yield Place(of="parameter", name=name, index=index, gradient=True)
    yield Place(of="loss")
    yield Place(of="loss", sample=0)
