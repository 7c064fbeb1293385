"""What every optimizer would do next: held against torch's own, on copies, gradient by gradient."""

from collections.abc import Callable, Sequence
from copy import deepcopy
from functools import cache

import pytest
import torch
from torch import Tensor

from tests.engine.probes.passes import gated
from tests.engine.probes.support import PICTURES, TOKENS
from tests.engine.probes.test_look import same_state
from tests.spec.support import refusal
from tests.support import MOONS, RANDOM, prepared
from tui_nn.engine import past
from tui_nn.engine.probes import next_steps as module
from tui_nn.engine.probes.look import look
from tui_nn.engine.session import Session
from tui_nn.engine.stepper import Stepper
from tui_nn.engine.travel import change, go_to
from tui_nn.engine.trying import ALIKE, names
from tui_nn.engine.watching import view
from tui_nn.spec.protocol import Phase, decode_told, encode
from tui_nn.spec.protocol.frames import NextSteps, NextStepsFrame
from tui_nn.spec.protocol.inside import NextStep, Place

HISTORY = 2**26
SCALES = (1.0, 10.0, 1000.0)
FED = 4
STEPS = 7
ADAM = MOONS.replace("SGD(lr=0.1)", "Adam(lr=0.01)")
RUNS: dict[str, tuple[str, str, tuple[int, ...]]] = {
    "a matrix": (MOONS, "2.weight", (1, 2)),
    "a bias, of Adam": (ADAM, "2.bias", (3,)),
    "a kernel": (PICTURES, "0.weight", (2, 0, 1, 1)),
    "rows of tokens": (TOKENS, "0.weight", (3, 1)),
}
every_run = pytest.mark.parametrize(("text", "name", "index"), RUNS.values(), ids=RUNS)

Kept = dict[str, Tensor]
Made = tuple[Kept, Kept]
"""The weights of a layer and its gradients there."""


def session_of(text: str, *changes: str, history: int = HISTORY) -> Session:
    torch.set_num_threads(1)
    session = Session(prepared(text, *changes), lambda record: None, history_bytes=history)
    session.begin()
    return session


def seen(session: Session, name: str, index: tuple[int, ...], **how: object) -> NextStepsFrame:
    """The frame, as it comes through the protocol."""
    probe = NextSteps(place=Place(of="parameter", name=name, index=index), **how)  # type: ignore[arg-type]
    frame = look(view(session), probe)
    assert repr(decode_told(encode(frame))) == repr(frame)
    assert isinstance(frame, NextStepsFrame)
    return frame


def step_of(frame: NextStepsFrame, name: str) -> NextStep:
    return next(step for step in frame.steps if step.optimizer == name)


def own_of(frame: NextStepsFrame) -> NextStep:
    [own] = [step for step in frame.steps if step.own]
    return own


@cache
def looked_at(text: str, name: str, index: tuple[int, ...]) -> tuple[
    Sequence[Made], dict[tuple[float, int], NextStepsFrame]
]:  # fmt: skip
    """Gradients of the first steps, as torch held them, and looks at the gradient of the last."""
    session, made, frames = session_of(text), [], {}
    layer = name.rpartition(".")[0]

    def at_gate(phase: Phase) -> None:
        if phase is not Phase.GRADIENT:
            return
        parameters = dict(session.training.trainer.network.named_parameters())
        mine = {k: p for k, p in parameters.items() if k.rpartition(".")[0] == layer}
        weights = {k: p.detach().clone() for k, p in mine.items()}
        made.append((weights, {k: deepcopy(p.grad) for k, p in mine.items() if p.grad is not None}))
        if len(made) == STEPS:
            for scale in SCALES:
                for fed in (0, FED):
                    frames[scale, fed] = seen(session, name, index, scale=scale, fed=fed)

    gated(session, at_gate, STEPS)
    return made, frames


def torchs_step(
    make: Callable[..., torch.optim.Optimizer], lr: float, made: Sequence[Made], scale: float
) -> Kept:
    """What torch's optimizer does with the last of these gradients, knowing those before it."""
    copies = {k: w.clone().requires_grad_() for k, w in made[0][0].items()}
    if make is torch.optim.Muon:
        copies = {k: w for k, w in copies.items() if w.ndim == 2}
    optimizer = make(list(copies.values()), lr=lr)
    for weights, gradients in made:
        is_last = gradients is made[-1][1]
        for k, copy in copies.items():
            copy.data.copy_(weights[k])
            copy.grad = gradients[k].coalesce() if gradients[k].is_sparse else gradients[k].clone()
            if is_last:
                copy.grad = copy.grad * scale
        optimizer.step()
    return {k: copy.detach().double() - made[-1][0][k].double() for k, copy in copies.items()}


@every_run
@pytest.mark.parametrize("fed", [0, FED])
@pytest.mark.parametrize("scale", SCALES)
def test_every_step_shown_is_the_one_torch_does(
    text: str, name: str, index: tuple[int, ...], fed: int, scale: float
) -> None:
    made, frames = looked_at(text, name, index)
    frame = frames[scale, fed]
    assert [step.optimizer for step in frame.steps] == list(names())
    for shown in frame.steps:
        if shown.reason or shown.own:
            continue
        assert shown.fed == fed
        assert shown.lr is not None
        make = getattr(torch.optim, shown.optimizer)
        change = torchs_step(make, shown.lr, made[-1 - fed :], scale)
        unscaled = torchs_step(make, shown.lr, made[-1 - fed :], 1.0)
        assert shown.change == float(change[name][index]), shown.optimizer
        assert shown.change_unscaled == float(unscaled[name][index]), shown.optimizer
        assert shown.length == pytest.approx(length(change), rel=1e-12), shown.optimizer
        assert shown.length_unscaled == pytest.approx(length(unscaled), rel=1e-12)
        assert set(shown.left_out) == set(made[0][0]) - set(change)


def length(tensors: Kept) -> float:
    return float(torch.cat([part.flatten() for part in tensors.values()]).norm())


@every_run
def test_what_an_optimizer_refuses_is_refused_by_torch(
    text: str, name: str, index: tuple[int, ...]
) -> None:
    made, frames = looked_at(text, name, index)
    [last] = made[-1:]
    refused = {step.optimizer for step in frames[1.0, 0].steps if step.reason}
    assert "LBFGS" in refused
    alone = ({name: last[0][name]}, {name: last[1][name]})
    for kind in names():
        if kind == "LBFGS":
            continue
        try:
            make = getattr(torch.optim, kind)
            if kind == "Muon" and last[0][name].ndim != 2:
                make([last[0][name].clone().requires_grad_()])
            torchs_step(make, 0.001, [alone], 1.0)
        except (RuntimeError, ValueError):
            assert kind in refused
        else:
            assert kind not in refused


DROPPING = RANDOM.replace("batch_size = 100", "batch_size = 100\nclip_norm = 0.1").replace(
    'optimizer = "Adam(lr=0.01)"', 'optimizer = "Adam(lr=0.01)"\nschedule = "StepLR(step_size=1)"'
)
SHARED = MOONS.replace('"SGD(lr=0.1)"', '["Muon(lr=0.01)", "SGD(lr=0.1, momentum=0.9)"]')
OWN = {
    "dropout, clipped, with a schedule": (DROPPING, "4.0.weight", (3, 2)),
    "momentum": (MOONS.replace("lr=0.1", "lr=0.1, momentum=0.9"), "2.bias", (2,)),
    "Muon beside SGD": (SHARED, "2.weight", (3, 1)),
    "SGD beside Muon": (SHARED, "2.bias", (1,)),
    "rows of tokens": (TOKENS, "0.weight", (3, 1)),
    "pictures": (PICTURES, "4.0.weight", (1, 2, 0, 1)),
    "Adafactor": (MOONS.replace("SGD(lr=0.1)", "Adafactor(lr=0.1)"), "2.weight", (2, 1)),
}


@pytest.mark.parametrize(("text", "name", "index"), OWN.values(), ids=OWN)
def test_the_own_step_shown_is_the_one_training_makes(
    text: str, name: str, index: tuple[int, ...]
) -> None:
    session = session_of(text, "train.schedule_every=step") if "schedule" in text else (
        session_of(text)
    )  # fmt: skip
    for _ in range(9):  # over the end of an epoch where it is short
        parameter = dict(session.training.trainer.network.named_parameters())[name]
        before = float(parameter.detach()[index])
        told = [own_of(seen(session, name, index, fed=0))]

        def at_gate(phase: Phase, told: list[NextStep] = told) -> None:
            if phase is not Phase.UPDATE:
                told.append(own_of(seen(session, name, index, fed=0)))

        gated(session, at_gate)
        assert len(told) == 3
        assert {step.change for step in told} == {float(parameter.detach()[index]) - before}


@every_run
def test_looking_changes_no_bit(text: str, name: str, index: tuple[int, ...]) -> None:
    watched, alone = session_of(text), session_of(text)
    for number in range(3):
        generators = []
        for session, looks in ((watched, True), (alone, False)):
            torch.manual_seed(number)
            stepper = Stepper()

            def at_gate(phase: Phase, session: Session = session, looks: bool = looks) -> None:
                for scale in SCALES if looks else ():
                    seen(session, name, index, scale=scale, fed=FED)

            at_gate(Phase.EVALUATE)
            stepper.step(session, at_gate)
            at_gate(Phase.EVALUATE)
            generators.append(torch.get_rng_state())
        assert torch.equal(*generators)
        assert same_state(watched.training.trainer, alone.training.trainer)


def test_followed_step_by_step_they_know_what_they_do_when_it_is_made_again() -> None:
    session = session_of(PICTURES)
    gated(session, lambda phase: None, 3)
    assert step_of(seen(session, "0.weight", (0, 0, 0, 0)), "Adadelta").fed == 3
    gated(session, lambda phase: None)
    followed = seen(session, "0.weight", (0, 0, 0, 0))
    session.past._known = None
    anew = seen(session, "0.weight", (0, 0, 0, 0))
    assert step_of(followed, "Adadelta").fed == 4
    assert anew.steps == followed.steps


def test_behind_a_way_back_they_know_the_gradients_that_led_there() -> None:
    session = session_of(MOONS)
    gated(session, lambda phase: None, 9)
    session.tell_steps()
    before = {}
    for step in (5, 9):
        go_to(session, 0, step)
        before[step] = seen(session, "0.weight", (0, 0), fed=FED)
    go_to(session, 0, 5)
    assert seen(session, "0.weight", (0, 0), fed=FED).steps == before[5].steps
    assert step_of(before[5], "Rprop").fed == FED


def test_a_change_of_lr_is_followed_by_those_for_whom_it_is_fair() -> None:
    session = session_of(MOONS)
    gated(session, lambda phase: None, 6)
    before = seen(session, "0.weight", (0, 0), fed=FED)
    change(session, ["optimizer=SGD(lr=0.3)"])
    frame = seen(session, "0.weight", (0, 0), fed=FED)
    for step in frame.steps:
        if step.own or step.optimizer == "ASGD":
            assert (step.lr, step.lr_of) == (0.3, "experiment")
        elif not step.reason:
            assert step.lr_of == "torch"
            assert step == step_of(before, step.optimizer)
    assert step_of(frame, "ASGD").fed == FED


def test_another_optimizer_s_rate_is_taken_by_its_likes() -> None:
    session = session_of(ADAM)
    gated(session, lambda phase: None)
    frame = seen(session, "0.weight", (0, 0))
    [alike] = [some for some in ALIKE if "Adam" in some]
    with_its_rate = {step.optimizer for step in frame.steps if step.lr == 0.01}
    told = {step.optimizer for step in frame.steps if step.lr_of == "experiment"}
    assert told == alike - {"SparseAdam"}
    assert told <= with_its_rate


def test_on_a_branch_of_other_settings_they_know_the_gradients_since() -> None:
    session = session_of(MOONS)
    gated(session, lambda phase: None, 6)
    change(session, ["optimizer=SGD(lr=0.3)"])
    gated(session, lambda phase: None, 2)
    assert step_of(seen(session, "0.weight", (0, 0)), "Adam").fed == 2


@pytest.mark.parametrize("key", ["train.dtype=float64", "train.batch_size=5", "loss=MSELoss()"])
def test_behind_any_change_they_are_asked_all_the_same(key: str) -> None:
    text = MOONS.replace('"Linear(6, 1)"]', '"Linear(6, 1)", "Sigmoid()"]')
    session = session_of(text.replace("BCEWithLogitsLoss", "BCELoss"))
    gated(session, lambda phase: None, 6)
    change(session, [key])
    for _ in range(2):
        assert own_of(seen(session, "0.weight", (0, 0))).change
        session.past._known = None
        gated(session, lambda phase: None)
    assert step_of(seen(session, "0.weight", (0, 0)), "Adam").fed == 2


def test_farther_back_than_is_made_again_they_are_at_their_first_step(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(past, "FARTHEST", 3)
    session = session_of(MOONS, history=0)
    for fed in (1, 2, 3, 0):
        session.advance(1)
        session.past._known = None
        assert step_of(seen(session, "0.weight", (0, 0)), "Adam").fed == fed


def test_where_the_past_takes_long_they_are_at_their_first_step(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(past, "LONGEST_S", 0.0)
    session = session_of(MOONS)
    gated(session, lambda phase: None, 3)
    assert step_of(seen(session, "0.weight", (0, 0)), "Adam").fed == 0
    gated(session, lambda phase: None)
    assert step_of(seen(session, "0.weight", (0, 0)), "Adam").fed == 1


def test_a_scale_shows_who_cares_about_it() -> None:
    _, frames = looked_at(*RUNS["a matrix"])

    def factor(name: str, fed: int) -> float:
        step = step_of(frames[1000.0, fed], name)
        assert step.length is not None
        assert step.length_unscaled is not None
        return step.length / step.length_unscaled

    assert factor("SGD", 0) == factor("SGD", FED) == pytest.approx(1000, rel=1e-3)
    assert factor("Rprop", 0) == factor("Rprop", FED) == pytest.approx(1)
    assert factor("Adam", 0) == pytest.approx(1, rel=1e-2)
    assert factor("RMSprop", FED) > 1.5


def test_an_lbfgs_of_the_experiment_says_why_it_has_no_step() -> None:
    session = session_of(MOONS.replace("SGD(lr=0.1)", "LBFGS(max_iter=4)"), "train.batch_size=0")
    gated(session, lambda phase: None, 2)
    frame = seen(session, "0.weight", (0, 0))
    assert "needs the loss again" in own_of(frame).reason
    assert step_of(frame, "Adam").fed == 2


def test_numbers_that_are_none_are_told_in_words() -> None:
    session = session_of(MOONS)
    with torch.no_grad():
        dict(session.training.trainer.network.named_parameters())["2.weight"][1, 2] = torch.nan
    frame = seen(session, "2.weight", (1, 2))
    assert frame.value is None
    assert frame.nonfinite["value"] == "nan"
    assert own_of(frame).nonfinite["change"] == "nan"


def test_what_nothing_moves_is_refused_with_the_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    session = session_of(MOONS, "train.freeze=[0]")

    def said(name: str, index: tuple[int, ...], of: str = "parameter") -> str:
        place = Place(of=of, name=name, index=index)  # type: ignore[arg-type]
        return str(refusal(lambda: look(view(session), NextSteps(place=place))))

    assert "frozen" in said("0.weight", (0, 0))
    assert "did you mean 2.weight" in said("2.wieght", (0, 0))
    assert "it is [6, 6]" in said("2.weight", (6, 0))
    assert "it is [6, 6]" in said("2.weight", (0,))
    assert "no parameter" in said("2", (0, 0), "output")
    monkeypatch.setattr(module, "MOST", 10)
    assert "42 parameters" in said("2.weight", (0, 0))
