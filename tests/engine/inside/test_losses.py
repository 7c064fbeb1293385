"""One sample's loss, that of the batch, and what goes back, for every loss of the catalog."""

from typing import Any

import pytest
import torch
from torch import Tensor, nn

from tests.engine.inside.support import check, check_factors, numbers_of
from tests.engine.test_losses import NUMBERS as OF_NUMBERS
from tui_nn.engine.building import resolve_target
from tui_nn.engine.inside.losses import LOSSES
from tui_nn.engine.inside.number import Numbers
from tui_nn.engine.modules import HalfSquaredError
from tui_nn.engine.probes.answers import own_losses
from tui_nn.spec.call import parse
from tui_nn.spec.catalog import CATALOG, bind_call
from tui_nn.spec.protocol.inside import Place

SAMPLES, CLASSES = 6, 4
SHAPES = ((1,), (4,), (1, 2, 3))
CALLS = {
    "numbers": (*OF_NUMBERS, "HuberLoss(delta=0.3)"),
    "shares": ("BCELoss()",),
    "zero and one": (
        "BCEWithLogitsLoss()", "BCEWithLogitsLoss(pos_weight=3)",
        "BCEWithLogitsLoss(pos_weight=[0.5])",
    ),
    "signs": ("SoftMarginLoss()",),
    "classes": (
        "CrossEntropyLoss()",
        "CrossEntropyLoss(label_smoothing=0.1)",
        "CrossEntropyLoss(weight=[1, 3, 0.5, 2])",
        "CrossEntropyLoss(ignore_index=1)",
        "CrossEntropyLoss(weight=[0, 3, 0.5, 2], label_smoothing=0.2)",
        "CrossEntropyLoss(weight=[0.5, 2, 1, 0], ignore_index=2, label_smoothing=0.3)",
        "NLLLoss()",
        "NLLLoss([1, 2, 0, 3], ignore_index=0)",
        "MultiMarginLoss()",
        "MultiMarginLoss(2, 0.5)",
        "MultiMarginLoss(2, 0.5, weight=[1, 2, 3, 0])",
        "MultiMarginLoss(1, -0.5, weight=[1, 2, 3, 4])",
    ),
}  # fmt: skip
EVERY = [(kind, call) for kind, calls in CALLS.items() for call in calls]
every_loss = pytest.mark.parametrize(("kind", "call"), EVERY, ids=lambda part: part)


def built(call: str, dtype: torch.dtype) -> nn.Module:
    bound = bind_call("loss", parse(call))
    given: dict[str, Any] = dict(bound.given)
    for name in {"weight", "pos_weight"} & given.keys():
        given[name] = torch.tensor(given[name], dtype=dtype)
    made: nn.Module = resolve_target(bound.entry.target)(**given)
    return made


def passes(kind: str, call: str, dtype: torch.dtype) -> list[Numbers]:
    """A network of no more than one layer, its outputs drawn."""
    torch.manual_seed(sum(map(ord, call)))
    loss, found = built(call, dtype), []
    for scale in (0.3, 3.0):
        for shape in SHAPES if kind == "numbers" else ((CLASSES if kind == "classes" else 1,),):
            x = scale * torch.randn(SAMPLES, *shape, dtype=dtype)
            target: Tensor = scale * torch.randn(SAMPLES, *shape, dtype=dtype)
            last: nn.Module = nn.Identity()
            if kind in ("shares", "zero and one", "signs"):
                target = torch.randint(0, 2, (SAMPLES, 1)).to(dtype)
                target = 2 * target - 1 if kind == "signs" else target
            if kind == "shares":
                last = nn.Sigmoid()
            if kind == "classes":
                target = torch.arange(SAMPLES) % CLASSES
            if call.startswith("NLL"):
                last = nn.LogSoftmax(dim=1)
            found.append(numbers_of(nn.Sequential(last), loss, x, target))
    return found


def test_every_loss_of_the_catalog_has_its_arithmetic() -> None:
    assert set(LOSSES) == set(CATALOG["loss"])
    assert {call.partition("(")[0] for _, call in EVERY} == set(LOSSES)


@every_loss
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64], ids=str)
def test_a_samples_loss_is_the_one_torch_gives_for_a_batch_of_it(
    kind: str, call: str, dtype: torch.dtype
) -> None:
    for numbers in passes(kind, call, dtype):
        passed = numbers.passed
        own = own_losses(numbers.loss, passed.output.detach(), passed.target)
        for sample in range(SAMPLES):
            place = Place(of="loss", sample=sample)
            line = numbers.lines(place)[-1]
            assert line.is_near(float(own[sample]), torch.finfo(dtype).eps), (line, own[sample])
            check_factors(numbers, place)


@every_loss
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64], ids=str)
def test_the_batchs_loss_is_the_mean_of_its_samples_as_torch_takes_it(
    kind: str, call: str, dtype: torch.dtype
) -> None:
    for numbers in passes(kind, call, dtype):
        check(numbers, Place(of="loss"))
        check_factors(numbers, Place(of="loss"))


@every_loss
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64], ids=str)
def test_what_the_loss_sends_back_is_its_slope(kind: str, call: str, dtype: torch.dtype) -> None:
    for numbers in passes(kind, call, dtype):
        shape = numbers.passed.output.shape
        for sample, *index in torch.ones(shape).nonzero().tolist():
            place = Place(of="output", name="0", index=tuple(index), sample=sample, gradient=True)
            check(numbers, place)
            check_factors(numbers, place)


def test_a_share_of_nothing_and_of_all_is_cut_off_as_torch_does() -> None:
    x = torch.tensor([[0.0], [1.0], [1.0], [0.0]])
    numbers = numbers_of(
        nn.Sequential(nn.Identity()), nn.BCELoss(), x, torch.tensor([[1.0], [0.0], [1.0], [0.0]])
    )
    check(numbers, Place(of="loss"))
    for sample in range(4):
        check(numbers, Place(of="output", name="0", index=(0,), sample=sample, gradient=True))


@pytest.mark.parametrize("loss", [nn.CrossEntropyLoss, nn.NLLLoss])
def test_a_batch_in_which_no_class_counts_has_no_loss(loss: type[nn.Module]) -> None:
    target = torch.tensor([1, 1])
    network = nn.Sequential(nn.LogSoftmax(dim=1))
    numbers = numbers_of(network, loss(ignore_index=1), torch.randn(2, 3), target)
    places = [Place(of="loss")] + [
        Place(of="output", name="0", index=(k,), sample=0, gradient=True) for k in range(3)
    ]
    for place in places:
        held = numbers.held(place)
        assert held is not None
        assert numbers.lines(place)[-1].is_near(float(held), 1e-7), place


def test_outputs_far_out_neither_overflow_nor_vanish() -> None:
    x = torch.tensor([[500.0, -500.0], [-3000.0, 3000.0]])
    for loss in (nn.CrossEntropyLoss(), HalfSquaredError()):
        target = torch.tensor([1, 1]) if isinstance(loss, nn.CrossEntropyLoss) else x + 1
        numbers = numbers_of(nn.Sequential(nn.Identity()), loss, x, target)
        check(numbers, Place(of="loss"))
        check(numbers, Place(of="output", name="0", index=(0,), sample=0, gradient=True))
