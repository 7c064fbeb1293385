import pytest

from tui_nn.spec.errors import InvalidInput, NNError


@pytest.mark.parametrize(
    ("error", "text"),
    [
        (InvalidInput("is wrong"), "is wrong"),
        (InvalidInput("is wrong", where="x.toml"), "x.toml: is wrong"),
        (InvalidInput("is wrong", where="x.toml", hint="write 5"), "x.toml: is wrong: write 5"),
        (InvalidInput("two\n  lines"), "two lines"),
        (InvalidInput("\x1b[31mred\x07 \udcff"), r"\x1b[31mred\x07 \udcff"),
        (InvalidInput("größer als 3 × 4"), "größer als 3 × 4"),
    ],
)
def test_an_error_is_one_line_of_place_reason_and_way_out(error: NNError, text: str) -> None:
    assert str(error) == text


def test_a_place_is_put_before_the_place_there_is() -> None:
    error = InvalidInput("is wrong", where="[2]", hint="write 5").at("network").at("x.toml")
    assert str(error) == "x.toml: network[2]: is wrong: write 5"
    assert error.hint == "write 5"


def test_an_error_stays_of_its_kind_when_it_gets_a_place() -> None:
    assert type(InvalidInput("broke").at("x.toml")) is InvalidInput
    assert type(NNError("broke").at("step 3")) is NNError
