"""One weight's update: the rule's terms end at the weight that torch holds."""

from collections.abc import Callable
from itertools import product

import pytest
import torch

from tests.engine.probes.passes import gated, session_of
from tests.engine.probes.test_look import same_state
from tests.engine.test_optimizers import ALONE, SHARED, SPARSE, TOKENS
from tests.spec.support import refusal
from tests.support import MOONS
from tui_nn.engine.probes.look import look
from tui_nn.engine.session import Session
from tui_nn.engine.travel import go_to
from tui_nn.engine.watching import view
from tui_nn.spec.protocol import Phase, decode_told, encode
from tui_nn.spec.protocol.frames import WeightUpdate, WeightUpdateFrame

RUNS = [(MOONS, call) for call in (*ALONE.values(), SHARED["Muon"]) if "LBFGS" not in call]
RUNS += [(TOKENS, call) for call in SPARSE.values() if "LBFGS" not in call]
every_run = pytest.mark.parametrize(("text", "call"), RUNS, ids=[call for _, call in RUNS])


def told(session: Session, tensor: str, index: tuple[int, ...]) -> WeightUpdateFrame:
    frame = look(view(session), WeightUpdate(tensor=tensor, index=index))
    assert repr(decode_told(encode(frame))) == repr(frame)
    assert isinstance(frame, WeightUpdateFrame)
    return frame


def all_agree(session: Session) -> None:
    """The corners of every tensor."""
    assert session.before is not None
    for name, parameter in session.training.trainer.network.named_parameters():
        for index in product(*[(0, side - 1) for side in parameter.shape]):
            frame = told(session, name, index)
            assert frame.agrees, frame
            assert frame.before == session.before[name][index].item()
            assert frame.after == parameter[index].item()
            new = [term for term in frame.terms if term.name == "new w"]
            assert new[-1].value == pytest.approx(frame.after, rel=1e-5, abs=1e-7)


@every_run
def test_the_terms_of_every_optimizer_lead_to_what_torch_holds(text: str, call: str) -> None:
    session = session_of(text, f"optimizer={call}")
    for _ in range(3):
        session.advance(1, watched=True)
        all_agree(session)


def test_a_step_gone_through_phase_by_phase_is_told_once_its_update_is_made() -> None:
    session, phases = session_of(MOONS, "optimizer=Adam(lr=0.01)"), []

    def ask(phase: Phase) -> None:
        phases.append(phase)
        if phase is Phase.UPDATE:
            all_agree(session)
        else:
            said = refusal(lambda: told(session, "0.weight", (0, 0)))
            assert "the update is not made yet: phase 7 Update makes it" in said

    gated(session, ask, 2)
    assert len(phases) == 6
    all_agree(session)


def test_the_rate_of_the_step_counts_where_a_schedule_has_moved_it_since() -> None:
    schedule = "schedule=StepLR(step_size=1, gamma=0.1)"
    session = session_of(MOONS, schedule, "train.schedule_every=step")
    session.advance(1, watched=True)
    all_agree(session)


def test_behind_a_step_gone_back_to_its_update_is_known() -> None:
    session = session_of(MOONS, "optimizer=Adam(lr=0.01)")
    for _ in range(3):
        session.advance(1, watched=True)
    session.tell_steps()
    go_to(session, 0, 2)
    all_agree(session)


def test_asking_changes_no_bit() -> None:
    sessions = [session_of(MOONS, "optimizer=Adam(lr=0.01)") for _ in range(2)]
    for session in sessions:
        session.advance(1, watched=True)
    all_agree(sessions[0])
    trainers = [session.training.trainer for session in sessions]
    assert same_state(*trainers)


def _before_the_first(session: Session) -> None:
    """Nothing is trained."""


def _in_passing(session: Session) -> None:
    session.advance(1, watched=True, may_stand=False)


def _watched(session: Session) -> None:
    session.advance(1, watched=True)


@pytest.mark.parametrize(
    ("change", "do", "tensor", "index", "words"),
    [
        ("train.epochs=9", _before_the_first, "0.weight", (0, 0), "no update is known here"),
        ("train.epochs=9", _in_passing, "0.weight", (0, 0), "no update is known here"),
        ("train.epochs=9", _watched, "0.wait", (0, 0), "did you mean 0.weight"),
        ("train.epochs=9", _watched, "0.weight", (0,), "its shape is (6, 2)"),
        ("train.epochs=9", _watched, "0.weight", (6, 0), "nothing stands at [6, 0]"),
        ("train.freeze=[0]", _watched, "0.weight", (0, 0), "0.weight is frozen"),
        ("optimizer=LBFGS()", _watched, "0.weight", (0, 0), "LBFGS updates all parameters at once"),
    ],
)
def test_what_cannot_be_told_is_refused_in_words(
    change: str, do: Callable[[Session], None], tensor: str, index: tuple[int, ...], words: str
) -> None:
    session = session_of(MOONS, change)
    do(session)
    assert words in refusal(lambda: told(session, tensor, index))


def test_a_weight_that_is_no_number_is_told_in_words() -> None:
    session = session_of(MOONS)
    with torch.no_grad():
        session.training.trainer.network.get_parameter("0.weight")[0, 0] = torch.nan
    session.advance(1, watched=True)
    frame = told(session, "0.weight", (0, 0))
    assert frame.before is None
    assert frame.nonfinite["before"] == "nan"
    assert not frame.agrees
