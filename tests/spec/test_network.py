import pytest

from tests.spec.support import bound, layer, refusal
from tui_nn.spec.catalog.entry import Bound, Shape
from tui_nn.spec.network import Row, assign, inner, tensors, walk, without_lazy


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


def resolved(*texts: str, shape: Shape) -> list[str]:
    return [str(part.call) for part in without_lazy([layer(text) for text in texts], shape)]


def test_lazy_layers_are_written_out_behind_what_stands_before_them() -> None:
    network = ("LazyConv2d(4, 3, padding=1)", "MaxPool2d(2)", "Flatten()", "LazyLinear(10)")
    assert resolved(*network, shape=(1, 8, 8)) == [
        "Conv2d(1, 4, 3, padding=1)", "MaxPool2d(2)", "Flatten()", "Linear(64, 10)",
    ]  # fmt: skip


def test_lazy_layers_inside_a_residual_are_written_out_too() -> None:
    network = ("Residual(LazyLinear(9), Residual(Tanh(), LazyLinear(9)), Linear(9, 5))", "ELU()")
    assert resolved(*network, shape=(5,)) == [
        "Residual(Linear(5, 9), Residual(Tanh(), Linear(9, 9)), Linear(9, 5))", "ELU()",
    ]  # fmt: skip
    [written, _] = without_lazy([layer(text) for text in network], (5,))
    assert written == layer(str(written.call))


def test_written_out_layers_have_the_sizes_of_the_lazy_ones() -> None:
    network = [layer(text) for text in ("LazyLinear(3)", "Residual(LazyLinear(3))")]
    lazy, full = walk(network, (5,)), walk(without_lazy(network, (5,)), (5,))
    assert [row.size for row in lazy] == [row.size for row in full]


def test_a_network_without_lazy_layers_stays_as_it_is() -> None:
    network = (layer("Linear(2, 8)"), layer("Residual(Tanh())"), layer("Linear(9, 1)"))
    assert without_lazy(network, (2,)) == network


@pytest.mark.parametrize(
    ("network", "message"),
    [
        (("Linear(3, 8)", "LazyLinear(1)"), "[0]: Linear expects 3, gets 2: write Linear(2, 8)"),
        (("Tanh()", "LazyConv2d(1, 3)"), "[1]: LazyConv2d takes pictures"),
        (("Tanh()", "Residual(Tanh(), LazyConv2d(1, 3))"), "[1]: Residual[1]: LazyConv2d takes pi"),
        (("Residual(LazyLinear(3))",), "[0]: Residual adds its input to its output: 2 goes in, 3"),
    ],
)
def test_where_a_lazy_layer_can_not_be_written_out_the_place_is_named(
    network: tuple[str, ...], message: str
) -> None:
    assert message in refusal(lambda: resolved(*network, shape=(2,)))


def test_tokens_reach_an_embedding_through_layers_that_only_reshape() -> None:
    network = ("Unflatten(1, (2, 3))", "Identity()", "Flatten()", "Embedding(23, 4)", "Tanh()")
    walked = walk([layer(text) for text in network], (6,), tokens=23)
    assert walked[-1].size.output_shape == (6, 4)


@pytest.mark.parametrize(
    ("network", "tokens", "message"),
    [
        (("Linear(2, 4)",), 23, "[0]: Linear takes numbers, the data has tokens: put Embedding(23, "
         "8) before it"),
        (("Flatten()", "Tanh()"), 23, "[1]: Tanh takes numbers, the data has tokens"),
        (("Dropout()", "Embedding(23, 4)"), 23, "[0]: Dropout takes numbers, the data has tokens"),
        (("Residual(Tanh())",), 23, "[0]: Residual takes numbers, the data has tokens"),
        (("LazyLinear(4)",), 23, "[0]: LazyLinear takes numbers, the data has tokens"),
        (("Embedding(22, 4, sparse=True)",), 23, "[0]: Embedding has 22 rows, the data 23 tokens: "
         "write Embedding(23, 4, sparse=True)"),
        (("Embedding(23, 4)", "Embedding(23, 4)"), 23, "[1]: Embedding takes tokens (whole numbers)"
         ", it gets numbers: take it out"),
        (("Embedding(23, 4)",), None, "[0]: Embedding takes tokens (whole numbers), it gets "),
        (("Embedding(23, 4)", "Linear(4, 1)"), 23, None),
        (("Embedding(50, 4)", "Flatten()", "Linear(8, 1)"), 23, None),
    ],
)  # fmt: skip
def test_tokens_and_numbers_go_to_the_layers_that_take_them(
    network: tuple[str, ...], tokens: int | None, message: str | None
) -> None:
    layers = [layer(text) for text in network]
    if message is None:
        assert len(walk(layers, (2,), tokens)) == len(layers)
    else:
        assert message in refusal(lambda: walk(layers, (2,), tokens))


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
        (("SGD()", "Adam()"), THREE, "[1]: Adam gets no parameter, SGD before it takes all: write"),
        (("Muon()", "AdamW()", "SGD()"), THREE, "[2]: SGD gets no parameter, Muon and AdamW "
         'before it take all: write ["Muon()", "AdamW()"]'),
        (("AdamW()", "Muon()"), THREE, "[1]: Muon gets no parameter, AdamW before it takes all: "
         'write ["Muon()", "AdamW()"]'),
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
