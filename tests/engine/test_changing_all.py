"""Everything changed into everything: what can't be is refused, whatever else trains on."""

import pytest

from tests.engine.test_optimizers import ALONE, SHARED, SPARSE, TOKENS
from tests.engine.test_schedules import CALLS
from tests.support import MOONS, prepared, same_tensors
from tui_nn.engine.session import Request, Session
from tui_nn.engine.travel import change
from tui_nn.spec.catalog import CATALOG
from tui_nn.spec.errors import InvalidInput

OTHER_VALUES = {
    "SGD": "SGD(lr=0.05, dampening=0.1, weight_decay=0.01)",
    "Adam": "Adam(lr=0.02, amsgrad=True, betas=(0.8, 0.99))",
    "AdamW": "AdamW(lr=0.02, amsgrad=True, weight_decay=0.1)",
    "RMSprop": "RMSprop(lr=0.02)",
    "LBFGS": "LBFGS(max_iter=2, history_size=1)",
    "Rprop": "Rprop(lr=0.02, etas=(0.4, 1.3), step_sizes=(1e-5, 10))",
}
OPTIMIZERS = ALONE | SHARED


def try_change(text: str, before: list[str], after: list[str]) -> None:
    """Change once and back; a pair that can't be is refused with nothing changed."""
    try:
        session = Session(prepared(text, *before), lambda record: None)
    except InvalidInput:
        return  # no such pair
    session.run(Request(until=9))
    weights = [p.clone() for p in session.training.trainer.network.parameters()]
    try:
        change(session, after)
    except InvalidInput:
        assert same_tensors(list(session.training.trainer.network.parameters()), weights)
    session.run(Request(until=20))
    change(session, before)
    assert session.run(Request(until=30)).reason == "stopped"


def text_for(*optimizers: str) -> str:
    sparse = any("Sparse" in optimizer for optimizer in optimizers)
    return TOKENS + "epochs = 100\n" if sparse else MOONS.replace("epochs = 4", "epochs = 100")


@pytest.mark.parametrize("name", CATALOG["optimizer"])
def test_every_optimizer_takes_other_values(name: str) -> None:
    before = OPTIMIZERS[name]
    after = OTHER_VALUES.get(name, before.replace("lr=0.01", "lr=0.02"))
    try_change(text_for(name), [f"optimizer={before}"], [f"optimizer={after}"])


@pytest.mark.slow
@pytest.mark.parametrize("after", OPTIMIZERS)
@pytest.mark.parametrize("before", OPTIMIZERS)
def test_every_optimizer_follows_every_other_one(before: str, after: str) -> None:
    calls = [OPTIMIZERS[name] for name in (before, after)]
    if "SparseAdam" in (before, after):
        calls = [SPARSE.get(name, SPARSE["SparseAdam"]) for name in (before, after)]
    text = text_for(before, after)
    try_change(text, [f"optimizer={calls[0]}"], [f"optimizer={calls[1]}"])
    for schedule in CALLS.values():
        try_change(text, [f"optimizer={calls[0]}", f"schedule={schedule}"],
                   [f"optimizer={calls[1]}"])  # fmt: skip


@pytest.mark.parametrize("before", ["", *CALLS])
def test_every_schedule_follows_the_one_before_it(before: str) -> None:
    calls = ["", *CALLS]
    after = calls[(calls.index(before) + 1) % len(calls)]
    text = text_for()
    try_change(text, [f"schedule={CALLS.get(before, '')}", "optimizer=Adam(lr=0.01)"],
               [f"schedule={CALLS.get(after, '')}"])  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("after", ["", *CALLS])
@pytest.mark.parametrize("before", ["", *CALLS])
def test_every_schedule_follows_every_other_one(before: str, after: str) -> None:
    try_change(text_for(), [f"schedule={CALLS.get(before, '')}", "optimizer=Adam(lr=0.01)"],
               [f"schedule={CALLS.get(after, '')}"])  # fmt: skip
