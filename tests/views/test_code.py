"""Code is shown with the layer at the cursor, in whatever room there is."""

from tui_nn.spec.script.lines import Line
from tui_nn.views.canvas import Canvas
from tui_nn.views.code import begun, folded, paint_code
from tui_nn.views.ink import DARK


def painted(lines: list[Line], layer: int, width: int = 40) -> str:
    canvas = Canvas(width, len(lines), DARK)
    paint_code(canvas, lines, layer, canvas.height)
    return canvas.text()


def test_the_lines_of_the_layer_at_the_cursor_are_marked() -> None:
    lines = [Line("import torch"), Line("W1 = 1", 0), Line("W2 = 2", 1), Line("x = x @ W1", 0)]
    assert painted(lines, 0) == "  import torch\n▸ W1 = 1\n  W2 = 2\n▸ x = x @ W1"


def test_comments_are_quiet_and_a_hash_within_the_code_is_none() -> None:
    canvas = Canvas(60, 2, DARK)
    paint_code(canvas, [Line("x = relu(x)  # (N, 8)", 0), Line("# all of it")], 1, 2)
    quiet = [text for row in (0, 1) for text, ink in canvas.row(row) if ink == DARK.quiet]
    assert [text.strip() for text in quiet] == ["# (N, 8)", "# all of it"]


def test_a_long_line_goes_on_below_it_and_further_right() -> None:
    line = Line('    x = torch.einsum("nchwij,ocij->nohw", windows, W1)  # (N, 8, 8, 8)', 3)
    assert folded([line], 60) == [
        Line('    x = torch.einsum("nchwij,ocij->nohw", windows, W1)', 3),
        Line("        # (N, 8, 8, 8)", 3),
    ]
    assert folded([line, Line("")], 100) == [line, Line("")]


def test_what_is_shown_begins_where_it_did_while_the_layer_is_seen() -> None:
    lines = [Line("", layer) for layer in (None, 0, 1, 2, None, 0, 1, 2)]
    assert begun(lines, 0, 0, 3) == 0
    assert begun(lines, 2, 0, 3) == 2
    assert begun(lines, 2, 5, 3) == 5
    assert begun(lines, 1, 9, 3) == 5
    assert begun(lines, 7, 1, 3) == 1
