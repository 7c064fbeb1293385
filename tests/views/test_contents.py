"""What a file holds, painted before it is opened."""

from tui_nn.spec.protocol.disk import Contents, FileColumn
from tui_nn.views.canvas import Canvas
from tui_nn.views.contents import paint_contents
from tui_nn.views.ink import DARK

HOUSES = Contents(
    path="houses.csv", opens="data", reader="csv", samples=40, target=("price",),
    columns=(
        FileColumn(name="rooms", kind="numbers", low=1, high=9, missing=2),
        FileColumn(name="town", kind="texts", different=3, texts=("Aden", "Brno")),
        FileColumn(name="price", kind="numbers", low=2007, high=4100),
    ),
    rows=(("3", "Aden", "2007"), ("4", "Brno", "4100")),
    notices=("texts became columns of 0 and 1: town (3)",),
)  # fmt: skip


def painted(contents: Contents, width: int = 80, height: int = 20) -> str:
    canvas = Canvas(width, height, DARK)
    paint_contents(canvas, contents)
    return canvas.text()


def test_columns_stand_with_kind_range_and_what_is_missing() -> None:
    lines = painted(HOUSES).rstrip().splitlines()
    assert "40 samples   3 columns   predicts price" in lines[0]
    [rooms] = [line for line in lines if line.startswith(" rooms  ") and "numbers" in line]
    assert "1 … 9" in rooms
    assert rooms.endswith("2 missing")
    assert any("3 different: Aden, Brno" in line for line in lines)
    assert any(line.startswith("▸price") and "2007 … 4100" in line for line in lines)
    assert lines[-1].split() == ["4", "Brno", "4100"]


def test_what_keeps_it_from_being_trained_on_comes_first_with_the_way_out() -> None:
    page = painted(Contents(path="x.csv", opens="data", reader="csv", problem="has one column",
                            hint="add a column to predict"))  # fmt: skip
    assert page.index("has one column") < page.index("add a column to predict")


def test_classes_are_counted() -> None:
    page = painted(Contents(path="p", opens="data", reader="images", samples=30,
                            classes=("cat", "dog"), class_counts=(10, 20)))  # fmt: skip
    assert "cat 10   dog 20" in page


def test_of_many_columns_it_is_said_how_many_there_are() -> None:
    columns = tuple(FileColumn(name=f"c{index}", kind="numbers") for index in range(50))
    page = painted(Contents(path="x", opens="data", reader="csv", columns=columns), height=12)
    shown = sum(line.startswith(" c") for line in page.splitlines())
    assert 0 < shown < 50
    assert f"… {50 - shown} more" in page


def test_it_fits_any_room() -> None:
    for width, height in ((1, 1), (20, 4), (200, 50)):
        assert len(painted(HOUSES, width, height).splitlines()) <= height
