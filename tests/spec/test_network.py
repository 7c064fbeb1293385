import pytest

from tests.spec.support import bound, layer, refusal
from tui_nn.spec.catalog.entry import Bound, Shape
from tui_nn.spec.network import Row, assign, inner, tensors, walk


def rows(*texts: str, shape: Shape = (2,)) -> tuple[Row, ...]:
    return walk([layer(text) for text in texts], shape)


def optimizers(*texts: str) -> list[Bound]:
    return [bound("optimizer", text) for text in texts]


def test_shapes_go_from_layer_to_layer() -> None:
    walked = rows("Conv2d(1, 4, 3)", "MaxPool2d(2)", "Flatten()", "Linear(36, 10)", shape=(1, 8, 8))
    assert [row.input_shape for row in walked] == [(1, 8, 8), (4, 6, 6), (4, 3, 3), (36,)]
    assert walked[-1].size.output_shape == (10,)


def test_the_layer_that_does_not_fit_is_named() -> None:
    said = refusal(lambda: rows("Linear(2, 8)", "Tanh()", "Linear(4, 1)"))
    assert said == "[2]: Linear expects 4, gets 8: write Linear(8, 1)"


def test_tensors_have_the_names_that_torch_gives_them() -> None:
    walked = rows("Linear(2, 4)", "Residual(Linear(4, 4, bias=False), BatchNorm1d(4))")
    assert [(tensor.name, tensor.shape) for tensor in tensors(walked)] == [
        ("0.weight", (4, 2)),
        ("0.bias", (4,)),
        ("1.0.weight", (4, 4)),
        ("1.1.weight", (4,)),
        ("1.1.bias", (4,)),
    ]


def test_layers_inside_a_residual_are_walked_with_their_own_shapes() -> None:
    walked = rows("Residual(Linear(4, 8), Residual(Tanh()), Linear(8, 4))", "Tanh()", shape=(4,))
    parts = [(str(row.layer.call), row.input_shape) for row in inner(walked)]
    assert parts == [
        ("Linear(4, 8)", (4,)),
        ("Tanh()", (8,)),
        ("Linear(8, 4)", (8,)),
        ("Tanh()", (4,)),
    ]


THREE = ("Linear(2, 8)", "Tanh()", "Linear(8, 8)", "Tanh()", "Linear(8, 1)")


def test_one_optimizer_takes_all() -> None:
    [share] = assign(optimizers("SGD()"), rows(*THREE))
    assert share == ("0.weight", "0.bias", "2.weight", "2.bias", "4.weight", "4.bias")


def test_muon_takes_the_matrices_of_hidden_linear_layers_and_the_next_the_rest() -> None:
    muon, rest = assign(optimizers("Muon()", "AdamW()"), rows(*THREE))
    assert muon == ("0.weight", "2.weight")
    assert rest == ("0.bias", "2.bias", "4.weight", "4.bias")


def test_muon_leaves_convolutions_norms_and_the_last_layer_even_inside_a_residual() -> None:
    walked = rows(
        "Conv2d(1, 4, 3)", "BatchNorm2d(4)", "Flatten()", "Linear(144, 9)",
        "Residual(Linear(9, 9), Tanh(), Linear(9, 9))", "ReLU()", shape=(1, 8, 8),
    )  # fmt: skip
    muon, _ = assign(optimizers("Muon()", "SGD()"), walked)
    assert muon == ("3.weight", "4.0.weight")


def test_every_parameter_has_exactly_one_optimizer() -> None:
    walked = rows(*THREE)
    shares = assign(optimizers("Muon()", "AdamW()"), walked)
    assert sorted(sum(shares, ())) == sorted(tensor.name for tensor in tensors(walked))


@pytest.mark.parametrize(
    ("texts", "network", "message"),
    [
        (("Muon()",), THREE, "Muon takes only the weight matrices of hidden Linear layers, nobody "
         'takes 0.bias, 2.bias, 4.weight, …: write ["Muon()", "AdamW()"]'),
        (("Muon(lr=0.02)",), THREE, 'write ["Muon(lr=0.02)", "AdamW()"]'),
        (("Muon()",), ("Linear(2, 1)",), "Muon finds no weight matrix of a hidden Linear layer: "
         "choose another optimizer, such as AdamW()"),
        (("Muon()", "AdamW()"), ("Linear(2, 1)",), "[0]: Muon finds no weight matrix of a hidden "
         "Linear layer: take it out"),
        (("SGD()", "Adam()"), THREE, "[1]: Adam gets no parameter, those before it take all: take"),
        (("Muon()", "AdamW()", "SGD()"), THREE, "[2]: SGD gets no parameter"),
        (("SGD()",), ("Tanh()",), "SGD has nothing to train: add a layer with parameters, such"),
    ],
)  # fmt: skip
def test_an_optimizer_or_a_parameter_left_over_is_refused(
    texts: tuple[str, ...], network: tuple[str, ...], message: str
) -> None:
    assert message in refusal(lambda: assign(optimizers(*texts), rows(*network)))


def test_a_network_of_a_thousand_layers_is_shared_out_at_once() -> None:
    walked = rows(*["Linear(2, 2)"] * 1000)
    muon, rest = assign(optimizers("Muon()", "AdamW()"), walked)
    assert (len(muon), len(rest)) == (999, 1001)
