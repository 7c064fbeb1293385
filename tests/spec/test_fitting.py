"""Networks made to fit: what is offered resolves."""

from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.spec.layer_cases import CASES
from tests.spec.plans import experiment, facts
from tests.spec.support import bound, error_of, layer
from tests.spec.test_shapes_refused import MISFITS
from tui_nn.spec.call import Call
from tui_nn.spec.catalog import CATALOG, bind_call
from tui_nn.spec.catalog.entry import Bound, Shape
from tui_nn.spec.errors import InvalidInput
from tui_nn.spec.fitting import Fitting, fitted, mended, rows_and_misfit
from tui_nn.spec.fixes import in_words
from tui_nn.spec.network import walk
from tui_nn.spec.resolve import DataFacts, resolve
from tui_nn.spec.suggest import suggested
from tui_nn.spec.targets import Classes, Kind, Values

LOSSES = tuple(CATALOG["loss"])
TOKENS = DataFacts((2,), Classes(7), 100, 0, tokens=7)
DENSE = ("Linear(2, 8)", "Tanh()", "Linear(8, 1)")
CNN = ("Conv2d(1, 8, 3, padding=1)", "ReLU()", "MaxPool2d(2)", "Flatten()", "Linear(128, 10)")


def layers(calls: Sequence[str]) -> list[Bound]:
    return [layer(call) for call in calls]


def offered(calls: Sequence[str], data: DataFacts, loss: str = "CrossEntropyLoss()") -> list[str]:
    found = fitted(layers(calls), bound("loss", loss), data)
    assert found is not None
    return [*(str(each.call) for each in found.network), str(found.loss.call)]


def resolves(found: Fitting, data: DataFacts) -> None:
    made = replace(experiment(), network=found.network, loss=found.loss)
    resolve(made, data)


@pytest.mark.parametrize(
    ("calls", "data", "loss", "wanted"),
    [
        (DENSE, facts((4,), Classes(3)), "CrossEntropyLoss()",
         ["Linear(4, 8)", "Tanh()", "Linear(8, 3)", "CrossEntropyLoss()"]),
        (DENSE, facts((1, 8, 8), Classes(10)), "CrossEntropyLoss()",
         ["Flatten()", "Linear(64, 8)", "Tanh()", "Linear(8, 10)", "CrossEntropyLoss()"]),
        (DENSE, facts((3,), Values((2,))), "BCEWithLogitsLoss()",
         ["Linear(3, 8)", "Tanh()", "Linear(8, 2)", "MSELoss()"]),
        (DENSE, facts((2,), Classes(3)), "BCEWithLogitsLoss()",
         ["Linear(2, 8)", "Tanh()", "Linear(8, 3)", "CrossEntropyLoss()"]),
        (CNN, facts((3, 16, 16), Classes(4)), "CrossEntropyLoss()",
         ["Conv2d(3, 8, 3, padding=1)", "ReLU()", "MaxPool2d(2)", "Flatten()", "Linear(512, 4)",
          "CrossEntropyLoss()"]),
        (CNN, facts((64,), Classes(10)), "CrossEntropyLoss()",
         ["Unflatten(1, (1, 8, 8))", *CNN, "CrossEntropyLoss()"]),
        (DENSE, TOKENS, "CrossEntropyLoss()",
         ["Embedding(7, 8)", "Flatten()", "Linear(16, 8)", "Tanh()", "Linear(8, 7)",
          "CrossEntropyLoss()"]),
        (("Embedding(7, 4)", "Flatten()", "Linear(8, 7)"), facts((5,), Classes(2)), "MSELoss()",
         ["Flatten()", "Linear(5, 1)", "MSELoss()"]),
        ((), facts((2,), Classes(2)), "BCEWithLogitsLoss()", ["Linear(2, 1)",
         "BCEWithLogitsLoss()"]),
        ((), facts((1, 8, 8), Classes(10)), "CrossEntropyLoss()",
         ["Flatten()", "Linear(64, 10)", "CrossEntropyLoss()"]),
        (("Tanh()",), facts((2,), Classes(2)), "BCEWithLogitsLoss()",
         ["Tanh()", "Linear(2, 1)", "BCEWithLogitsLoss()"]),
        (("Residual(Linear(2, 2), Tanh())", "Linear(2, 1)"), facts((5,), Classes(2)),
         "BCEWithLogitsLoss()",
         ["Residual(Linear(5, 2), Tanh(), Linear(2, 5))", "Linear(5, 1)", "BCEWithLogitsLoss()"]),
        (("LazyLinear(8)", "Tanh()", "Linear(4, 1)"), facts((9,), Classes(2)), "MSELoss()",
         ["LazyLinear(8)", "Tanh()", "Linear(8, 1)", "MSELoss()"]),
    ],
    ids=str,
)  # fmt: skip
def test_a_network_is_made_to_fit_other_data(
    calls: Sequence[str], data: DataFacts, loss: str, wanted: list[str]
) -> None:
    assert offered(calls, data, loss) == wanted


def test_what_fits_is_left_as_it_is() -> None:
    made = experiment()
    found = fitted(made.network, made.loss, facts())
    assert found == Fitting(made.network, made.loss)


def test_where_only_a_person_knows_nothing_is_offered() -> None:
    assert fitted(layers(["Conv2d(1, 4, 3)"]), bound("loss", "MSELoss()"), facts((7,))) is None
    big = layers(["MaxPool2d(9)", "Flatten()", "Linear(1, 1)"])
    assert fitted(big, bound("loss", "MSELoss()"), facts((1, 8, 8))) is None


def test_layers_before_a_misfit_have_their_shapes() -> None:
    rows, misfit = rows_and_misfit(
        layers(["Linear(2, 8)", "Tanh()", "Linear(10, 1)"]), bound("loss", "MSELoss()"), facts()
    )
    assert [row.size.output_shape for row in rows] == [(8,), (8,)]
    assert misfit is not None
    assert misfit.index == 2
    assert str(misfit.error) == ("network[2]: Linear expects 10, gets 8: write Linear(8, 1)")
    assert misfit.error.fix == (Call("Linear", (8, 1)),)


def test_the_loss_can_be_what_does_not_fit() -> None:
    loss = bound("loss", "CrossEntropyLoss()")
    _, misfit = rows_and_misfit(layers(DENSE), loss, facts(kind=Values((1,))))
    assert misfit is not None
    assert (misfit.index, misfit.error.where, misfit.error.fix) == (
        None, "loss", (Call("MSELoss"),),
    )  # fmt: skip


def test_an_output_of_pictures_is_made_to_fit_step_by_step() -> None:
    found = offered(("Linear(4, 3)",), facts((4,), Values((1, 2, 2))), "MSELoss()")
    assert found == ["Linear(4, 4)", "Unflatten(1, (1, 2, 2))", "MSELoss()"]


@pytest.mark.parametrize(("text", "shape", "message"), MISFITS)
def test_a_fix_says_what_the_words_say_and_fits(text: str, shape: Shape, message: str) -> None:
    error = error_of(lambda: layer(text).size_behind(shape))
    assert error is not None
    if error.fix is None:
        return
    said_otherwise = "Residual" in text or "BatchNorm1d" in text
    assert said_otherwise or in_words(layer(text).call, error.fix) in error.hint
    made = [bind_call("layer", call) for call in error.fix]
    second = error_of(lambda: walk(made, shape))
    if second is not None:  # one fix may lead to the next, that of the channels
        assert second.fix
        made[1:] = [bind_call("layer", call) for call in second.fix]
        walk(made, shape)


shapes = st.lists(st.integers(1, 9), min_size=1, max_size=3).map(tuple)
kinds: st.SearchStrategy[Kind] = st.integers(2, 6).map(Classes) | st.lists(
    st.integers(1, 4), min_size=1, max_size=3
).map(lambda sizes: Values(tuple(sizes)))
any_layer = st.sampled_from(sorted(CASES)).flatmap(lambda name: CASES[name])


@given(
    st.lists(any_layer.map(lambda case: case[0]), max_size=4), shapes, kinds,
    st.sampled_from(LOSSES), st.none() | st.integers(1, 9),
)  # fmt: skip
def test_what_is_offered_resolves(
    calls: list[Call], shape: Shape, kind: Kind, loss: str, tokens: int | None
) -> None:
    data = DataFacts(shape, kind, 90, 0, tokens=tokens)
    network = []
    for call in calls:
        try:
            network.append(bind_call("layer", call))
        except InvalidInput:
            continue
    found = fitted(network, bound("loss", f"{loss}()"), data)
    if found is None:
        return
    error = error_of(lambda: resolves(found, data))
    # What is left is no matter of sizes: sparse gradients, nothing to train, a batch of one sample.
    elsewhere = ("x.toml: optimizer", "x.toml: train.batch_size")
    assert error is None or error.where.startswith(elsewhere), error


@given(shapes, kinds, st.lists(st.sampled_from([4, 8, 16]), max_size=3))
def test_rows_of_linears_fit_whatever_the_data_is(
    shape: Shape, kind: Kind, widths: list[int]
) -> None:
    calls = [part for width in widths for part in (f"Linear(3, {width})", "ReLU()")]
    data = facts(shape, kind)
    for loss in ("CrossEntropyLoss()", "BCEWithLogitsLoss()", "MSELoss()"):
        found = fitted(layers([*calls, "Linear(3, 3)"]), bound("loss", loss), data)
        assert found is not None
        resolves(found, data)
        assert (
            len([each for each in found.network if each.entry.name == "Linear"]) <= len(widths) + 2
        )


@given(st.sampled_from(sorted(CATALOG["layer"])), shapes, st.none() | st.integers(1, 9))
def test_an_added_layer_fits_where_it_is_added(name: str, shape: Shape, tokens: int | None) -> None:
    made: list[Bound] = []
    error = error_of(lambda: made.extend(suggested(name, shape, tokens)))
    if error is not None:
        assert error.hint
        return
    walk(made, shape, tokens)
    assert name in {each.entry.name for each in made} or name == "BatchNorm1d"


@pytest.mark.parametrize(
    ("name", "shape", "tokens", "width", "wanted"),
    [
        ("Linear", (8,), None, None, "Linear(8, 8)"),
        ("Linear", (8,), None, 3, "Linear(8, 3)"),
        ("Linear", (1, 8, 8), None, 10, "Flatten() Linear(64, 10)"),
        ("Linear", (2,), 7, 10, "Embedding(7, 8) Flatten() Linear(16, 10)"),
        ("LazyLinear", (8,), None, 5, "LazyLinear(5)"),
        ("Conv2d", (3, 8, 8), None, 16, "Conv2d(3, 16, 3, padding=1)"),
        ("Conv2d", (64,), None, 16, "Unflatten(1, (1, 8, 8)) Conv2d(1, 16, 3, padding=1)"),
        ("MaxPool2d", (3, 8, 8), None, None, "MaxPool2d(2)"),
        ("BatchNorm2d", (3, 8, 8), None, None, "BatchNorm2d(3)"),
        ("BatchNorm1d", (8,), None, None, "BatchNorm1d(8)"),
        ("LayerNorm", (8,), None, None, "LayerNorm(8)"),
        ("GroupNorm", (6, 4, 4), None, None, "GroupNorm(2, 6)"),
        ("Softmax", (8,), None, None, "Softmax(dim=1)"),
        ("Bilinear", (5,), None, 2, "Bilinear(2, 3, 2)"),
        ("Embedding", (2,), 7, None, "Embedding(7, 8)"),
        ("Unflatten", (64,), None, None, "Unflatten(1, (1, 8, 8))"),
        ("Residual", (8,), None, None, "Residual(Linear(8, 8), Tanh())"),
        ("Residual", (2, 4, 4), None, None, "Residual(Conv2d(2, 2, 3, padding=1), ReLU())"),
        ("Dropout", (8,), None, None, "Dropout()"),
        ("AdaptiveAvgPool2d", (2, 4, 4), None, None, "AdaptiveAvgPool2d(1)"),
    ],
)
def test_what_is_added_has_sizes_that_fit(
    name: str, shape: Shape, tokens: int | None, width: int | None, wanted: str
) -> None:
    assert " ".join(str(each.call) for each in suggested(name, shape, tokens, width)) == wanted


def test_a_layer_that_cannot_stand_there_is_refused_with_a_way_out() -> None:
    error = error_of(lambda: suggested("Embedding", (4,)))
    assert error is not None
    assert error.hint.startswith("take it out")


def test_a_fix_can_be_made_by_hand() -> None:
    made = Fitting(tuple(layers(DENSE)), bound("loss", "BCEWithLogitsLoss()"))
    _, misfit = rows_and_misfit(made.network, made.loss, facts((4,)))
    assert misfit is not None
    now = mended(made, misfit)
    assert now is not None
    assert str(now.network[0].call) == "Linear(4, 8)"
