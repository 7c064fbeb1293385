"""The table of losses × data, pair by pair."""

import pytest

from tests.spec.support import refusal
from tui_nn.spec import catalog
from tui_nn.spec.targets import Classes, Coding, Decision, Fit, Kind, Values, fit

TWO, TEN = Classes(2), Classes(10)
ONE, FOUR, PICTURE = Values((1,)), Values((4,)), Values((1, 6, 6))

INDEX_2 = Fit(Coding.INDEX, (2,), Decision.ARGMAX)
INDEX_10 = Fit(Coding.INDEX, (10,), Decision.ARGMAX)
ONE_HOT = Fit(Coding.ONE_HOT, (10,), Decision.ARGMAX)
LOGIT = Fit(Coding.ZERO_ONE, (1,), Decision.ABOVE_ZERO)
SHARE = Fit(Coding.ZERO_ONE, (1,), Decision.ABOVE_HALF)
SIGNS = Fit(Coding.PLUS_MINUS, (1,), Decision.ABOVE_ZERO)


def as_they_are(*shape: int) -> Fit:
    return Fit(Coding.VALUES, shape, Decision.NONE)


NO_LOGARITHM = (
    "NLLLoss needs log-probabilities, the network ends in Softmax: end it with LogSoftmax(dim=1), "
    "or write CrossEntropyLoss()"
)
NEEDS_TWO = " needs 2 classes, the data has 10: write CrossEntropyLoss() behind 10 outputs"

# Loss, last layer: what becomes of 2 classes, 10 classes, 1 value, 4 values, a picture.
TABLE: dict[tuple[str, str], tuple[Fit | str, Fit | str, Fit | str, Fit | str, Fit | str]] = {
    (loss, last): row
    for loss in ("MSELoss", "L1Loss", "SmoothL1Loss", "HuberLoss", "HalfSquaredError")
    for last, row in {
        "Linear": (SHARE, ONE_HOT, as_they_are(1), as_they_are(4), as_they_are(1, 6, 6)),
        "Sigmoid": (SHARE, ONE_HOT, as_they_are(1), as_they_are(4), as_they_are(1, 6, 6)),
        "Tanh": (SIGNS, ONE_HOT, as_they_are(1), as_they_are(4), as_they_are(1, 6, 6)),
    }.items()
} | {
    (loss, last): (
        INDEX_2,
        INDEX_10,
        f"{loss} needs classes, the data has 1 value: write MSELoss()",
        f"{loss} needs classes, the data has 4 values: write MSELoss()",
        f"{loss} needs classes, the data has 1x6x6 values: write MSELoss()",
    )
    for loss, last in (
        ("CrossEntropyLoss", "Linear"),
        ("MultiMarginLoss", "Linear"),
        ("NLLLoss", "LogSoftmax"),
    )
} | {
    ("NLLLoss", "Softmax"): (
        NO_LOGARITHM,
        NO_LOGARITHM,
        "NLLLoss needs classes, the data has 1 value: write MSELoss()",
        "NLLLoss needs classes, the data has 4 values: write MSELoss()",
        "NLLLoss needs classes, the data has 1x6x6 values: write MSELoss()",
    ),
    ("SoftMarginLoss", "Linear"): (
        SIGNS,
        "SoftMarginLoss" + NEEDS_TWO,
        "SoftMarginLoss needs classes, the data has 1 value: write MSELoss()",
        "SoftMarginLoss needs classes, the data has 4 values: write MSELoss()",
        "SoftMarginLoss needs classes, the data has 1x6x6 values: write MSELoss()",
    ),
    ("BCEWithLogitsLoss", "Linear"): (
        LOGIT,
        "BCEWithLogitsLoss" + NEEDS_TWO,
        "BCEWithLogitsLoss needs classes, the data has 1 value: write MSELoss()",
        "BCEWithLogitsLoss needs classes, the data has 4 values: write MSELoss()",
        "BCEWithLogitsLoss needs classes, the data has 1x6x6 values: write MSELoss()",
    ),
    ("BCELoss", "Sigmoid"): (
        SHARE,
        "BCELoss" + NEEDS_TWO,
        "BCELoss needs classes, the data has 1 value: write MSELoss()",
        "BCELoss needs classes, the data has 4 values: write MSELoss()",
        "BCELoss needs classes, the data has 1x6x6 values: write MSELoss()",
    ),
    ("BCELoss", "Linear"): (
        "BCELoss needs outputs from 0 to 1, the network ends in Linear: end it with Sigmoid(), "
        "or write BCEWithLogitsLoss()",
        "BCELoss" + NEEDS_TWO,
        "BCELoss needs classes, the data has 1 value: write MSELoss()",
        "BCELoss needs classes, the data has 4 values: write MSELoss()",
        "BCELoss needs classes, the data has 1x6x6 values: write MSELoss()",
    ),
}  # fmt: skip


@pytest.mark.parametrize(
    ("loss", "last", "kind", "expected"),
    [
        (loss, last, kind, expected)
        for (loss, last), row in TABLE.items()
        for kind, expected in zip((TWO, TEN, ONE, FOUR, PICTURE), row, strict=True)
    ],
    ids=str,
)
def test_a_loss_reads_targets_so_or_says_which_loss_does(
    loss: str, last: str, kind: Kind, expected: Fit | str
) -> None:
    if isinstance(expected, str):
        assert refusal(lambda: fit(loss, kind, last)) == expected
    else:
        assert fit(loss, kind, last) == expected


def test_every_loss_of_the_catalog_is_in_the_table() -> None:
    assert {loss for loss, _ in TABLE} == set(catalog.CATALOG["loss"])


def test_a_step_gives_probabilities_too() -> None:
    assert fit("BCELoss", TWO, "Heaviside") == SHARE
