"""Experiments of all kinds as scripts: the engine's losses, run where nn-tui is not."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.engine.export.support import differing
from tests.engine.test_losses import BASE
from tests.engine.test_losses import RUNS as LOSSES
from tests.engine.test_optimizers import ALONE, SHARED, SPARSE, TOKENS
from tests.engine.test_schedules import CALLS as SCHEDULES
from tests.support import MOONS, RANDOM, prepared
from tui_nn.data.prepare import Prepared
from tui_nn.engine.export.script import FORMS

CNN = """
data = "digits(flat=False)"
network = ["Conv2d(1, 4, 3)", "BatchNorm2d(4)", "ReLU()", "Dropout2d(0.2)", "AvgPool2d(2)",
           "Flatten()", "Dropout(0.5)", "Linear(36, 10)"]
loss = "CrossEntropyLoss(label_smoothing=0.1)"
optimizer = "Adam(lr=0.01)"
[train]
batch_size = 64
val = 0.2
test = 0.1
threads = 1
"""
MOMENTUM = ("optimizer=SGD(lr=0.1, momentum=0.5)", "train.eval_every=2")
Case = tuple[str, tuple[str, ...]]

OPTIMIZERS: dict[str, Case] = {
    f"{data} {call}": (text, (f"optimizer={call}",))
    for data, text, calls in (
        ("moons", MOONS, [*ALONE.values(), SHARED["Muon"]]),
        ("tokens", TOKENS, SPARSE.values()),
    )
    for call in calls
}
PACED: dict[str, Case] = {
    f"{call} {pace}": (MOONS, (f"schedule={call}", f"train.schedule_every={pace}", *MOMENTUM))
    for call in SCHEDULES.values()
    for pace in ("step", "epoch", "evaluation")
    if pace == "evaluation" or "Plateau" not in call
}
SEVERAL: dict[str, Case] = {
    f"several {call}": (MOONS, (f"schedule={call}", f"optimizer={SHARED['Muon']}"))
    for call in SCHEDULES.values()
}
OF_LOSSES: dict[str, Case] = {
    f"{i} {loss}": (BASE, (f"loss={loss}", *changes)) for i, (loss, changes) in enumerate(LOSSES)
}
OTHERS: dict[str, Case] = {
    "dropout, batch norm, residual": (RANDOM, ()),
    "a CNN with parts": (CNN, ()),
    "tokens": (TOKENS, ("network[0]=Embedding(7, 4, padding_idx=2)", "optimizer=Adam()")),
    "clipping": (MOONS, ("train.clip_norm=0.1",)),
    "patience": (MOONS, ("train.patience=2", "train.val=0.3", "optimizer=SGD(lr=1)")),
    "float64": (RANDOM, ("train.dtype=float64",)),
    "float64 with class weights": (
        MOONS, ("train.dtype=float64", "loss=BCEWithLogitsLoss(pos_weight=2)")
    ),
    "all samples at once": (MOONS, ("train.batch_size=0",)),
    "in order": (RANDOM, ("train.shuffle=false",)),
    "another seed": (RANDOM, ("train.seed=7",)),
    "an init": (RANDOM, ("init=xavier_uniform_()",)),
    "orthogonal kernels": (CNN, ("init=orthogonal_(gain=2)",)),
    "no evaluation": (MOONS, ("train.eval_every=0",)),
    "a goal by F1": (MOONS, ("goal.f1=0.999",)),
    "values in their own units": (
        MOONS,
        ("data=diabetes()", "network=['Linear(10, 1)']", "loss=HuberLoss()", "goal.r2=0.9",
         "train.test=0.2"),
    ),
}  # fmt: skip
ALL = OPTIMIZERS | PACED | SEVERAL | OF_LOSSES | OTHERS
QUICK = (
    f"moons {ALONE['NAdam']}",
    f"moons {ALONE['LBFGS']}",
    f"tokens {SPARSE['Muon']}",
    f"{SCHEDULES['SequentialLR']} step",
    f"{SCHEDULES['ReduceLROnPlateau']} evaluation",
    f"several {SCHEDULES['OneCycleLR']}",
    next(name for name in OF_LOSSES if "ignore_index=1" in name),
    *OTHERS,
)


def of(cases: Mapping[str, Case]) -> dict[str, Prepared]:
    return {
        name: prepared(text, "train.epochs=16", *changes) for name, (text, changes) in cases.items()
    }


def test_scripts_have_the_engines_losses(tmp_path: Path) -> None:
    ready = of({name: ALL[name] for name in QUICK})
    assert differing(ready, list(FORMS), tmp_path, steps=16) == {}


@pytest.mark.slow
@pytest.mark.parametrize("form", FORMS)
def test_scripts_of_everything_there_is_have_the_engines_losses(form: str, tmp_path: Path) -> None:
    assert differing(of(ALL), [form], tmp_path, steps=50) == {}
