from typing import Any

import pytest

from tests.views.support import (
    layer,
    painted,
    paints_at_any_size,
    present,
    samples,
    started,
    world_of,
)
from tui_nn.spec.catalog import CATALOG
from tui_nn.spec.protocol.frames import Curves, CurvesFrame, SamplesFrame
from tui_nn.views.desk import Desk
from tui_nn.views.panels.loss import FORMULAS, LOSS
from tui_nn.views.world import World

[CALL] = LOSS.views
CLASSES = samples([[0.0], [1.0]], [0, 1])
VALUES = samples([[0.0], [1.0]], [[0.5], [1.5]])


def run(loss: str, outputs: int = 1, known: SamplesFrame | None = None) -> World:
    rows = (layer(f"Linear(1, {outputs})", outputs, parameters=2),)
    return world_of(started(experiment={"loss": loss}, layers=rows), present(3), known=known)


def forward(world: World, loss: float | None, **words: Any) -> World:
    world.take(CurvesFrame(loss=loss, lr=0.1, gradient=None, **words), Curves())
    return world


def test_the_call_its_formula_with_this_batchs_number_and_its_letters() -> None:
    world = forward(run("CrossEntropyLoss()", 2, CLASSES), 0.18651)
    assert painted(CALL, world, (34, 3)) == [
        " CrossEntropyLoss()",
        " L = −log p(t)         =   0.1865",
        " p = softmax(z)   t: class number",
    ]


def test_one_row_holds_call_and_number() -> None:
    assert painted(CALL, forward(run("MSELoss()"), 0.5), (34, 1)) == [
        " MSELoss()             L = 0.5000"
    ]


def test_before_the_first_forward_there_is_a_dot() -> None:
    assert painted(CALL, run("MSELoss()"), (34, 2))[1] == " L = (y − t)²          =        ·"
    assert painted(CALL, forward(run("MSELoss()"), None), (34, 2))[1].endswith("·")


@pytest.mark.parametrize(
    ("loss", "words"),
    [
        (0.0, "  0.0000"),
        (123.45678, "123.4568"),
        (5e-6, " 5.0e-06"),
        (1234.56789, "1234.568"),
        (2.5e7, "25000000"),
        (2.5e9, " 2.5e+09"),
        (-123.45678, "-123.457"),
        (float("inf"), "     inf"),
    ],
)
def test_the_number_takes_as_many_cells_whatever_it_is(loss: float, words: str) -> None:
    assert painted(CALL, forward(run("MSELoss()"), loss), (34, 2))[1].endswith(f"= {words}")


def test_a_loss_that_is_no_number_is_a_word() -> None:
    world = forward(run("MSELoss()"), None, nonfinite={"loss": "nan"})
    assert painted(CALL, world, (34, 2))[1].endswith("=      nan")


def test_several_outputs_are_summed_or_averaged() -> None:
    assert painted(CALL, run("HalfSquaredError()"), (34, 2))[1].startswith(" L = ½ (y − t)²")
    assert painted(CALL, run("HalfSquaredError()", 3), (34, 2))[1].startswith(" L = ½ Σ (y − t)²")
    assert painted(CALL, run("MSELoss()", 3), (34, 2))[1].startswith(" L = mean (y − t)²")


@pytest.mark.parametrize(
    ("loss", "outputs", "known", "words"),
    [
        ("BCEWithLogitsLoss()", 1, CLASSES, " p = sigmoid(z)   t: 0 or 1"),
        ("SoftMarginLoss()", 1, CLASSES, " t: −1 or +1"),
        ("MSELoss()", 1, VALUES, ""),
        ("BCEWithLogitsLoss()", 1, VALUES, " p = sigmoid(z)"),
    ],
)
def test_what_a_target_is_follows_the_data(
    loss: str, outputs: int, known: SamplesFrame, words: str
) -> None:
    assert painted(CALL, run(loss, outputs, known), (34, 3))[2] == words


def test_with_room_it_says_what_the_loss_is() -> None:
    rows = painted(CALL, run("L1Loss()"), (60, 8))
    assert "The mean of the absolute differences" in " ".join(rows)


@pytest.mark.parametrize("name", CATALOG["loss"])
def test_every_loss_has_a_formula_that_fits(name: str) -> None:
    formula, letters = FORMULAS[name]
    assert formula.startswith("L = ")
    assert max(len(formula), len(letters)) <= 32


def test_it_watches_the_latest_step_and_needs_one_row() -> None:
    assert CALL.probes(World(), Desk(), (34, 3)) == (Curves(),)
    assert CALL.rows(World(), 34).least == 1


def test_it_asks_for_no_more_rows_than_it_fills() -> None:
    for loss, whole in (("MSELoss()", 2), ("CrossEntropyLoss()", 3)):
        world = run(loss, 3)
        rows = CALL.rows(world, 34)
        assert max(rows.want) == whole
        for height in (*rows.want, *rows.more):
            assert painted(CALL, world, (34, height))[-1]


def test_it_paints_at_any_size() -> None:
    for world in (World(), run("MSELoss()"), run("No("), run("CrossEntropyLoss()", 2, CLASSES)):
        paints_at_any_size(CALL, forward(world, 0.5))
