"""What a layer says of an input it can't take, and that what it says to write fits."""

import pytest

from tests.spec.support import layer, refusal
from tui_nn.spec.catalog.entry import Shape

MISFITS: list[tuple[str, Shape, str]] = [
    ("Linear(10, 4)", (64,), "Linear expects 10, gets 64: write Linear(64, 4)"),
    ("Linear(10, out_features=4, bias=False)", (64,), "write Linear(64, out_features=4, bias="),
    ("Linear(64, 4)", (1, 8, 8), "Linear expects 64, gets 1x8x8: put Flatten() before it"),
    ("Linear(9, 4)", (1, 8, 8), "put Flatten() before it and write Linear(64, 4)"),
    ("Bilinear(2, 3, 4)", (9,), "Bilinear expects 2 + 3, gets 9: write Bilinear(2, 7, 4)"),
    ("Bilinear(9, 3, 4)", (5,), "Bilinear expects 9 + 3, gets 5: write Bilinear(2, 3, 4)"),
    ("Bilinear(1, 1, 4)", (1,), "Bilinear expects 1 + 1, gets 1: it needs two numbers or more"),
    ("Bilinear(2, 4, 1)", (2, 3), "Bilinear expects 2 + 4, gets 2x3: put Flatten() before it"),
    ("Bilinear(2, 2, 1)", (2, 3), "put Flatten() before it and write Bilinear(2, 4, 1)"),
    ("LazyConv2d(4, 3)", (64,), "LazyConv2d takes pictures"),
    ("LazyConv2d(4, 3, groups=2)", (1, 8, 8), "Conv2d: in_channels=1 can't be divided among 2"),
    ("Conv2d(3, 4, 3)", (1, 8, 8), "Conv2d expects 3 channels, gets 1 (1x8x8): write Conv2d(1"),
    ("Conv2d(1, 4, 3)", (64,), "Conv2d takes pictures (channels x height x width), gets 64"),
    ("Conv2d(1, 4, 9)", (1, 8, 8), "a window of 9 does not fit into 1x8x8: write a smaller"),
    ("Conv2d(1, 4, 3, padding=8, padding_mode='reflect')", (1, 8, 8), "can't pad 1x8x8 by 8"),
    ("Conv2d(1, 4, (9, 1), padding='same', padding_mode='reflect')", (1, 4, 8), "by 4"),
    ("Conv2d(1, 4, 3, padding=9, padding_mode='circular')", (1, 8, 8), "write less padding"),
    ("Conv1d(1, 4, 3)", (64,), "Conv1d takes rows of channels x length, gets 64: put Unflatten(1, "
     "(1, 64)) before it"),
    ("Conv1d(1, 4, 3)", (1, 8, 8), "gets 1x8x8: put Flatten(2) before it, or write its 2d form"),
    ("Conv1d(3, 4, 3)", (1, 8), "Conv1d expects 3 channels, gets 1 (1x8): write Conv1d(1, 4, 3)"),
    ("ConvTranspose2d(3, 4, 3)", (1, 8, 8), "write ConvTranspose2d(1, 4, 3)"),
    ("ConvTranspose2d(1, 4, 1, padding=4)", (1, 8, 8), "padding takes away all that 1x8x8 would"),
    ("MaxPool2d(9)", (1, 8, 8), "MaxPool2d: a window of 9 does not fit into 1x8x8"),
    ("MaxPool1d(2, 1, 1, 3)", (1, 2), "MaxPool1d: a window of 2 with dilation 3 sees only padding"),
    ("MaxPool1d(2)", (64,), "MaxPool1d takes rows of channels x length, gets 64: put Unflatten"),
    ("AvgPool2d(2)", (64,), "AvgPool2d takes pictures"),
    ("AdaptiveAvgPool2d(2)", (64,), "AdaptiveAvgPool2d takes pictures"),
    ("BatchNorm2d(1)", (64,), "BatchNorm2d takes pictures"),
    ("BatchNorm2d(3)", (8, 4, 4), "BatchNorm2d expects 3, gets 8x4x4: write BatchNorm2d(8)"),
    ("BatchNorm1d(8)", (8, 4, 4), "takes rows of numbers, gets 8x4x4: write BatchNorm2d for"),
    ("BatchNorm1d(3)", (8,), "BatchNorm1d expects 3, gets 8: write BatchNorm1d(8)"),
    ("LayerNorm(3)", (8,), "LayerNorm expects 3, gets 8: write LayerNorm(8)"),
    ("LayerNorm((3, 4))", (8, 4, 4), "LayerNorm expects 3x4, gets 8x4x4: write LayerNorm((4, 4))"),
    ("LayerNorm((2, 8))", (8,), "LayerNorm expects 2x8, gets 8: write LayerNorm((8,))"),
    ("GroupNorm(2, 6)", (8, 4, 4), "GroupNorm expects 6, gets 8x4x4: write GroupNorm(2, 8)"),
    ("GroupNorm(4, 8)", (6, 4, 4), "GroupNorm expects 8, gets 6x4x4: write GroupNorm(2, 6)"),
    ("GroupNorm(4, 8)", (4,), "GroupNorm expects 8, gets 4: write GroupNorm(1, 4)"),
    ("Conv2d(4, 8, 3, groups=4)", (6, 8, 8), "write Conv2d(6, 8, 3, groups=2)"),
    ("ConvTranspose2d(4, 8, 3)", (16,), "gets 16: put Unflatten(1, (4, 2, 2)) before it"),
    ("ConvTranspose2d(1, 8, 3)", (16,), "gets 16: put Unflatten(1, (1, 4, 4)) before it"),
    ("AvgPool2d(2)", (15,), "gets 15: move it before Flatten(), or use data with pictures"),
    ("Conv2d(3, 4, 3)", (3, 20), "write Conv1d, or put Unflatten(1, (1, 3)) before it"),
    ("Dropout2d()", (3, 20), "gets 3x20: put Unflatten(1, (1, 3)) before it"),
    ("Dropout2d()", (3, 4, 5, 6), "put Flatten(1, 2) before it"),
    ("LogSoftmax(dim=3)", (10, 1, 1), "gets one number (10x1x1), whose share is always 1: write "
     "LogSoftmax(dim=1)"),
    ("Softmax(dim=1)", (1, 7), "whose share is always 1: write Softmax(dim=2)"),
    ("Softmax(dim=1)", (1,), "whose share is always 1: it needs two numbers or more"),
    ("GroupNorm(4, 4)", (4,), "groups of one number (4 in 4) have no deviation: write GroupNorm(1"),
    ("GroupNorm(1, 1)", (1, 1, 1), "groups of one number (1x1x1 in 1) have no deviation: take it"),
    ("Dropout2d()", (64,), "Dropout2d takes pictures"),
    ("Flatten(5)", (8,), "Flatten(5): the input has dimensions 0 (the batch) to 1"),
    ("Flatten(0)", (8,), "Flatten(0) would flatten the batch too: start_dim is 1 or more"),
    ("Unflatten(2, (2, 4))", (8,), "the input has dimensions 0 (the batch) to 1: write Unflatten("),
    ("Unflatten(0, (2, 4))", (8,), "would unfold the batch: dim is 1 or more"),
    ("Unflatten(-2, (2, 4))", (8,), "would unfold the batch: dim is 1 or more"),
    ("Unflatten(1, (3, -1))", (8,), "Unflatten: 8 numbers can't become 3x?: their product must be "
     "8; one of them may be -1"),
    ("PReLU(4)", (3, 8, 8), "PReLU has 4 slopes, its input 3 channels (3x8x8): write PReLU(3)"),
    ("Softmax(dim=0)", (8,), "would share out 1 among the samples of a batch: write Softmax(dim=1"),
    ("Softmax(-2)", (8,), "would share out 1 among the samples of a batch: write Softmax(1)"),
    ("LogSoftmax(dim=2)", (8,), "the input has dimensions 0 (the batch) to 1: write LogSoftmax("),
    ("Residual(Linear(8, 4))", (8,), "8 goes in, 4 out: end it with a layer that gives back"),
    ("Residual(Tanh(), Linear(4, 8))", (8,), "Residual[1]: Linear expects 4, gets 8: write Li"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "shape", "message"), MISFITS)
def test_a_misfit_says_what_to_write(text: str, shape: Shape, message: str) -> None:
    assert message in refusal(lambda: layer(text).size_behind(shape))


def test_what_a_misfit_says_to_write_fits() -> None:
    tried = 0
    for text, shape, _ in MISFITS:
        wrong = layer(text)
        said = refusal(lambda wrong=wrong, shape=shape: wrong.size_behind(shape))  # type: ignore[misc]
        before, _, fixed = said.rpartition(": write ")
        if before and fixed.startswith(wrong.entry.name):
            layer(fixed).size_behind(shape)
            tried += 1
    assert tried > 10


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("Conv1d(1, 2, (3,))", "Conv1d: kernel_size is (3,), not a whole number"),
        ("Conv1d(2, 4, 3, groups=4)", "in_channels=2 can't be divided among 4 groups: write "
         "Conv1d(2, 4, 3, groups=2)"),
        ("Conv1d(1, 2, 3, 2, 'same')", "padding='same' needs stride=1"),
        ("ConvTranspose2d(4, 6, 3, groups=4)", "out_channels=6 can't be divided among 4 groups"),
        ("ConvTranspose2d(1, 2, 3, stride=2, output_padding=2)", "output_padding=2 needs a larger "
         "stride or dilation: write output_padding=1 or less"),
        ("ConvTranspose2d(1, 2, 3, padding_mode='zeros')", "torch has no other here"),
        ("MaxPool1d(2, padding=2)", "padding is more than half of kernel_size"),
        ("AdaptiveAvgPool2d(None)", "AdaptiveAvgPool2d: output_size is None"),
        ("AdaptiveAvgPool2d((2,))", "AdaptiveAvgPool2d: output_size is (2,)"),
        ("LayerNorm(())", "LayerNorm: normalized_shape is"),
        ("LayerNorm((3, 0))", "LayerNorm: normalized_shape is 0: it must be at least 1"),
        ("GroupNorm(4, 6)", "num_channels=6 can't be divided among 4 groups: write GroupNorm(2, "),
        ("Unflatten(1, 8)", "Unflatten: unflattened_size is 8"),
        ("Unflatten(1, (-1, -1))", "one of them may be -1, for what is left"),
        ("Unflatten(1, (0, 8))", "each is 1 or more"),
        ("Embedding(5, 3, padding_idx=5)", "padding_idx=5 is none of its 5 rows: write a number "
         "from -5 to 4"),
        ("Embedding(5, 3, padding_idx=-6)", "padding_idx=-6 is none of its 5 rows"),
        ("Embedding(5, 3, sparse=True, scale_grad_by_freq=True)", "does not go with sparse=True"),
        ("Embedding(5, 3, max_norm=1.0)", "change weights while the network is only looked at"),
        ("Softmax()", "Softmax needs dim: torch only guesses it: write Softmax(dim=1)"),
        ("LogSoftmax(None)", "write LogSoftmax(1)"),
        ("Hardtanh(1, 1)", "Hardtanh: min_val=1 is not below max_val=1: write a lower min_val"),
        ("Hardtanh(2.5)", "min_val=2.5 is not below max_val=1.0"),
        ("Hardtanh(min_value=0)", "min_value is the old spelling of min_val"),
        ("Softplus(0)", "Softplus: beta is 0: it must be above 0"),
        ("Residual(Embedding(5, 3))", "Residual[0]: Embedding takes tokens (whole numbers), a "
         "Residual adds numbers: put it first in the network"),
    ],
)  # fmt: skip
def test_values_that_no_input_could_suit_are_refused_at_once(text: str, message: str) -> None:
    assert message in refusal(lambda: layer(text))
