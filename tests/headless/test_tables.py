import pytest

from tui_nn.headless.tables import folded, wrapped

ROWS = [
    ("class", "precision", "recall", "said"),
    ("cat", "90 %", "100 %", "3 of 4"),
    ("dog", "100 %", "80 %", ""),
]


@pytest.fixture
def narrow(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "24")


@pytest.mark.usefixtures("narrow")
def test_columns_without_room_come_below_with_the_first_one_repeated() -> None:
    assert folded(ROWS, left=(0, 3)) == [
        "class  precision  recall",
        "cat         90 %   100 %",
        "dog        100 %    80 %",
        "",
        "class  said",
        "cat    3 of 4",
    ]


@pytest.mark.usefixtures("narrow")
def test_two_columns_stay_together_however_wide_they_are() -> None:
    assert folded([("a" * 20, "b" * 20, "c" * 20)]) == [
        f"{'a' * 20}  {'b' * 20}", "", f"{'a' * 20}  {'c' * 20}",
    ]  # fmt: skip


def test_a_table_that_has_room_is_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    assert len(folded(ROWS)) == len(ROWS)


@pytest.mark.usefixtures("narrow")
def test_words_go_to_the_next_line_and_calls_stay_whole() -> None:
    assert wrapped("SGD(lr=0.1, momentum=0.9), 2 (of 4)", begin="a  ") == [
        "a  SGD(lr=0.1, momentum=0.9),",
        "   2 (of 4)",
    ]
