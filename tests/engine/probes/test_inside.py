"""Inside the latest pass of real training: the same bits again, and every number of them."""

from copy import deepcopy
from dataclasses import replace

import numpy as np
import pytest
import torch

from tests.engine.probes.passes import corners, gated, layer, number, session_of
from tests.engine.probes.support import PICTURES, TOKENS, as_tensor
from tests.engine.probes.test_look import same_state
from tests.engine.test_layers import NETWORKS, prepared_of
from tests.spec.support import refusal
from tests.support import MOONS, RANDOM, advance_to
from tui_nn.engine.probes.chain import kept
from tui_nn.engine.probes.numbers import gradient_of
from tui_nn.engine.session import Session
from tui_nn.engine.travel import change, go_to
from tui_nn.engine.watching import view
from tui_nn.spec.protocol import Phase
from tui_nn.spec.protocol.inside import Place

LBFGS = MOONS.replace("SGD(lr=0.1)", "LBFGS(max_iter=4)").replace(
    "batch_size = 8", "batch_size = 0"
)
SEARCHING = LBFGS.replace("max_iter=4", "max_iter=4, line_search_fn='strong_wolfe'")
CLIPPED = MOONS + "clip_norm = 0.01\n"
FROZEN = MOONS + "freeze = [0]\n"
NESTED = MOONS.replace(
    '"Linear(6, 6)"', '"Residual(Residual(Linear(6, 6), Identity()), Residual(Dropout(0.3)))"'
)
RUNS = {
    "dropout and batch norm": RANDOM,
    "pictures": PICTURES,
    "sparse gradients": TOKENS,
    "a line search": SEARCHING,
    "several passes": LBFGS,
    "clipped": CLIPPED,
    "frozen": FROZEN,
    "residuals in residuals": NESTED,
}
every_run = pytest.mark.parametrize("text", RUNS.values(), ids=RUNS)


@every_run
def test_the_pass_made_again_at_each_gate_has_the_bits_of_the_step(text: str) -> None:
    session, phases = session_of(text), []

    def compare(phase: Phase) -> None:
        phases.append(phase)
        frame = number(session, Place(of="loss"))
        assert frame.value == session.start.loss  # type: ignore[union-attr]
        if phase is Phase.FORWARD:
            return
        start = session.start
        assert start is not None
        assert start.made is not None
        for name, parameter in session.training.trainer.network.named_parameters():
            held = gradient_of(parameter)
            assert (held is None) == (name not in start.made.leaves)
            if held is not None and "clip" not in text:
                again = start.made.leaves[name]
                again = again.coalesce() if again.is_sparse else again
                assert torch.equal(again.to_dense(), held.to_dense()), name

    gated(session, compare, 3)
    assert len(phases) >= 9


@every_run
def test_every_number_of_a_step_is_the_sum_of_its_terms(text: str) -> None:
    session = session_of(text)
    tried = 0

    def compare(phase: Phase) -> None:
        nonlocal tried
        for place in corners(session):
            if place.gradient and phase is Phase.FORWARD:
                continue
            frame = number(session, place)
            assert frame.lines[-1].agrees, frame
            assert frame.lines[-1].held == frame.value
            tried += 1

    gated(session, compare)
    assert tried > 50
    advance_to(session, session.step + 1)
    gated(session, compare)


@every_run
def test_looking_inside_changes_no_bit(text: str) -> None:
    watched, alone = session_of(text), session_of(text)

    def look_everywhere(phase: Phase) -> None:
        for place in corners(watched):
            if not (place.gradient and phase is Phase.FORWARD):
                number(watched, place)
        for link in view(watched).links:
            layer(watched, link.name)

    torch.manual_seed(5)
    gated(alone, lambda phase: None, 2)
    alone.advance(1)
    alone.advance(1)
    generator = torch.get_rng_state()
    torch.manual_seed(5)
    gated(watched, look_everywhere, 2)
    watched.advance(1, watched=True)
    if not watched.training.trainer.asks_again:
        look_everywhere(watched.phase)
    watched.advance(1)
    assert same_state(watched.training.trainer, alone.training.trainer)
    assert torch.equal(torch.get_rng_state(), generator)


def test_a_watched_step_on_the_straight_path_can_be_looked_into() -> None:
    session = session_of(RANDOM)
    session.advance(1)
    session.advance(1, watched=True)
    for place in corners(session):
        assert number(session, place).lines[-1].agrees
    session.advance(1)
    assert "no pass is known here" in refusal(lambda: number(session, Place(of="loss")))
    session.tell_steps()
    go_to(session, 0, 2)
    assert number(session, Place(of="loss")).value == session.loss


def test_a_straight_step_of_several_passes_cannot_be_looked_into() -> None:
    session = session_of(LBFGS)
    session.advance(1, watched=True)
    assert "no pass is known here" in refusal(lambda: layer(session))


def test_the_pass_of_another_loss_is_not_known_but_that_of_another_optimizer_is() -> None:
    session = session_of(MOONS)
    session.advance(1, watched=True)
    change(session, ("optimizer=Adam()",))
    assert number(session, Place(of="loss")).value == session.loss
    change(session, ("loss=MSELoss()",))
    assert "no pass is known here" in refusal(lambda: number(session, Place(of="loss")))


def test_each_pass_of_a_line_search_is_told_by_its_number() -> None:
    session, looks = session_of(SEARCHING), []
    gated(session, lambda phase: looks.append(layer(session).look))
    assert looks[:4] == [1, 1, 2, 2]
    assert looks[-1] == max(looks) == (len(looks) - 1) // 2


def test_a_gradient_is_not_told_before_its_phase() -> None:
    session = session_of(MOONS)
    place = Place(of="parameter", name="0.weight", index=(0, 0), gradient=True)
    found: list[object] = []

    def compare(phase: Phase) -> None:
        frame = layer(session, "2")
        found.append((frame.arrives is None, frame.passes is None, frame.leaves == {}))
        if phase is Phase.FORWARD:
            assert "is not there yet" in refusal(lambda: number(session, place))

    gated(session, compare)
    assert found == [(True, True, True), (False, False, False), (False, False, False)]


@pytest.mark.parametrize("name", NETWORKS)
def test_what_every_layer_gets_gives_and_passes_on_is_what_torch_keeps(name: str) -> None:
    session = Session(prepared_of(name), lambda record: None)

    def compare(phase: Phase) -> None:
        if phase is not Phase.GRADIENT:
            return
        network, numbers = kept_by_torch(session)
        for link in view(session).links:
            frame = layer(session, link.name, sample=1)
            source, output = numbers[frame.source], numbers[link.name]
            assert output.grad is not None
            assert torch.equal(as_tensor(frame.input), source[1].detach())
            assert torch.equal(as_tensor(frame.output), output[1].detach())
            assert torch.equal(as_tensor(frame.arrives), output.grad[1])
            assert (frame.passes is None) == (source.grad is None)
            begins_a_residual = link.name.endswith(".0")
            if source.grad is not None and not begins_a_residual:
                assert torch.equal(as_tensor(frame.passes), source.grad[1])
            for own, packed in frame.leaves.items():
                held = network.get_parameter(own).grad
                assert held is not None
                assert torch.equal(as_tensor(packed), held)

    gated(session, compare)


def kept_by_torch(session: Session) -> tuple[torch.nn.Module, dict[str, torch.Tensor]]:
    """A copy of the network behind the same step, and what each layer gave; "": what it got."""
    trainer, start = session.training.trainer, session.start
    places = trainer.batches.latest()
    assert places is not None
    assert start is not None
    network, x = deepcopy(trainer.network), trainer.batches.x[places]
    copied = [
        replace(link, module=network.get_submodule(link.name)) for link in view(session).links
    ]
    if x.is_floating_point():
        x.requires_grad_()
    with torch.random.fork_rng(), kept(copied) as outputs:
        torch.set_rng_state(start.generators[0])
        output = network(x)
    numbers = {"": x} | outputs
    for tensor in numbers.values():
        if tensor.requires_grad:
            tensor.retain_grad()
    trainer.loss(output, trainer.batches.y[places]).backward()
    return network, numbers


def test_a_layer_tells_of_one_sample_or_of_their_mean() -> None:
    session = session_of(RANDOM)

    def compare(phase: Phase) -> None:
        start = session.start
        if phase is not Phase.GRADIENT or start is None:
            return
        every = [layer(session, "4.0", sample) for sample in range(100)]
        whole = layer(session, "4.0")
        passed = start.made
        assert passed is not None
        assert torch.equal(as_tensor(every[7].input), passed.inputs["4.0"][7].detach())
        assert torch.equal(as_tensor(every[7].arrives), passed.arrives["4.0"][7])
        for name in ("input", "output", "arrives", "passes"):
            rows = torch.stack([as_tensor(getattr(frame, name)) for frame in every])
            assert torch.equal(as_tensor(getattr(whole, name)), rows.mean(0))
        held = session.training.trainer.network.get_parameter("4.0.weight").grad
        assert held is not None
        assert torch.equal(as_tensor(whole.leaves["4.0.weight"]), held)
        assert (whole.source, whole.count, whole.sample) == ("3", 100, None)

    gated(session, compare)


def test_the_way_from_a_loss_leads_down_to_a_pixel() -> None:
    session = session_of(PICTURES)
    way: list[Place] = []
    session.advance(1, watched=True)
    place: Place | None = Place(of="loss")
    while place is not None:
        frame, way = number(session, place, most=1, order="largest"), [*way, place]
        deeper = [
            where
            for line in reversed(frame.lines)
            for factor in line.factors
            if (where := factor.place_of(0)) is not None and where.of != "parameter"
        ]
        place = deeper[0] if deeper else None
    assert way[1].of == "loss"
    assert [step.name for step in way if step.of == "output"] == [
        "7", "6", "5", "4", "3", "2", "1", "0"
    ]  # fmt: skip
    assert (way[-1].of, way[-1].name) == ("input", "")


def test_of_many_terms_a_window_is_told_and_the_total_of_all() -> None:
    session = session_of(RANDOM)
    session.advance(1, watched=True)
    place = Place(of="parameter", name="0.weight", index=(3, 20), gradient=True)
    whole = number(session, place, most=1000)
    [line] = whole.lines
    assert (line.count, len(line.terms.numpy())) == (100, 100)
    [part] = number(session, place, most=7, start=95).lines
    assert part.numbers.numpy().tolist() == [95, 96, 97, 98, 99]
    assert part.terms.numpy().tolist() == line.terms.numpy()[95:].tolist()
    assert (part.count, part.total, part.ulp) == (line.count, line.total, line.ulp)
    [first] = number(session, place, most=5, order="largest").lines
    sizes = np.abs(line.terms.numpy())
    assert np.abs(first.terms.numpy()).tolist() == sorted(sizes, reverse=True)[:5]
    assert sizes[first.numbers.numpy()].tolist() == np.abs(first.terms.numpy()).tolist()


def test_a_sample_of_a_part_is_told_as_in_an_evaluation() -> None:
    session = session_of(PICTURES)
    for _ in range(2):
        session.advance(1)
    part = session.training.parts["val"]
    network = session.training.trainer.network.eval()
    with torch.no_grad():
        outputs = [part.x[5:6]]
        for module in network:
            outputs.append(module(outputs[-1]))
    network.train()
    for index, output in enumerate(outputs[1:]):
        where = tuple(side - 1 for side in output.shape[1:])
        place = Place(of="output", name=str(index), index=where, sample=5)
        frame = number(session, place, part="val")
        assert frame.value == float(output[(0, *where)])
        assert frame.lines[-1].agrees
        inside = [f.place for f in frame.lines[-1].factors if f.place and f.place.of == "output"]
        assert all(found.sample == 5 for found in inside)
    own = number(session, Place(of="loss", sample=5), part="val")
    assert own.lines[-1].agrees
    refused = refusal(lambda: number(session, Place(of="loss", sample=10_000), part="val"))
    assert "there is no sample 10000" in refused
    gradient = Place(of="output", name="0", index=(0, 0, 0), sample=5, gradient=True)
    assert "evaluation" in refusal(lambda: number(session, gradient, part="val"))
