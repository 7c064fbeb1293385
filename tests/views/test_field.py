"""What stands under a field, and the lists of layers and settings."""

import pytest

from tui_nn.spec.errors import InvalidInput
from tui_nn.spec.keys import TRAIN
from tui_nn.spec.resolve import DataFacts
from tui_nn.spec.targets import Classes
from tui_nn.spec.trial import Stream
from tui_nn.views.canvas import Canvas
from tui_nn.views.field import Subject, Typed, offers, paint_field, remedy, stepped_value
from tui_nn.views.ink import DARK
from tui_nn.views.network_form import Draft, Ends, draft_of, paint_network_form
from tui_nn.views.settings_form import paint_settings, settings_of

ENDS = Ends(DataFacts((2,), Classes(2), 4, 0), "BCEWithLogitsLoss()")
EPOCHS = next(p for p in TRAIN if p.name == "epochs")


def check_layer(text: str) -> str:
    Stream((2,)).behind([text])
    return "fits"


LAYER = Subject("layer", check_layer, "layer")
VALUE = Subject("train.epochs", lambda text: "as long", parameter=EPOCHS)


def painted(subject: Subject, text: str, cursor: int | None = None, selected: int = 0) -> str:
    canvas = Canvas(80, 16, DARK)
    paint_field(canvas, subject, Typed(text, len(text) if cursor is None else cursor), selected)
    return canvas.text()


def test_what_is_wrong_stands_there_with_the_way_out() -> None:
    lines = painted(LAYER, "Linear(10, 4)").splitlines()
    assert "expects 10, gets 2" in lines[0]
    assert "tab writes Linear(2, 4)" in lines[1]


def test_the_parameter_at_the_cursor_is_explained_with_its_range() -> None:
    page = painted(LAYER, "Linear(2, 4)", cursor=len("Linear(2, 4"))
    assert "out_features  a whole number ≥ 1" in page


def test_while_a_name_is_typed_there_is_a_list_and_no_reproach() -> None:
    page = painted(LAYER, "Tan")
    assert "one of these:" in page
    assert "▸Tanh" in page
    assert "not a call" not in page


def test_a_whole_call_shows_all_that_it_can_be_told() -> None:
    page = painted(Subject("optimizer", lambda text: "", "optimizer"), "SGD(lr=0.1)")
    assert "weight_decay" in page
    assert "0.1" in page


def test_a_text_that_has_no_room_ends_with_its_mark() -> None:
    lines = painted(LAYER, "L").splitlines()
    assert any(line.endswith("…") for line in lines)
    assert all(len(line) <= 80 for line in lines)


def test_a_plain_value_goes_up_and_down() -> None:
    assert stepped_value(VALUE, Typed("100", 3), 1) == Typed("101", 3)
    assert stepped_value(VALUE, Typed("1", 1), -1) is None


def test_what_fits_is_what_is_offered() -> None:
    subject = Subject("layer", check_layer, "layer", fill=lambda e: "Linear(2, 8)"
                      if e.name == "Linear" else "")  # fmt: skip
    assert [one.text for one in offers(subject, Typed("", 0))] == ["Linear(2, 8)"]


def test_a_remedy_is_the_calls_that_the_error_names() -> None:
    with pytest.raises(InvalidInput) as refused:
        Stream((1, 8, 8)).behind(["Linear(64, 10)"])
    assert remedy(refused.value, "layer") == "Flatten(), Linear(64, 10)"
    assert remedy(InvalidInput("wrong", hint="keep one"), "layer") == ""


def test_a_draft_is_put_together_layer_by_layer() -> None:
    draft = draft_of(["Linear(2, 8)"]).with_new(1, ["Tanh()", "Linear(8, 1)"])
    assert (draft.calls, draft.cursor) == (("Linear(2, 8)", "Tanh()", "Linear(8, 1)"), 2)
    assert draft.at(1).moved(-1).calls[0] == "Tanh()"
    assert draft.moved(1) == draft
    assert draft.without().cursor == 1
    assert draft_of(["Tanh()"]).without() == Draft(())


def test_layers_are_shown_with_shapes_up_to_the_one_that_is_wrong() -> None:
    canvas = Canvas(78, 10, DARK)
    draft = draft_of(["Linear(2, 8)", "Linear(9, 1)"], frozen=[0])
    paint_network_form(canvas, draft, ENDS, "")
    lines = canvas.text().splitlines()
    assert lines[1].split()[-3:] == ["8", "24", "frozen"]
    assert lines[2].split() == ["1", "Linear(9,", "1)"]
    assert "expects 9, gets 8" in lines[4]
    assert "tab writes Linear(8, 1)" in lines[5]


def test_what_is_frozen_stays_so_where_it_goes() -> None:
    draft = draft_of(["Linear(2, 8)", "Tanh()", "Linear(8, 1)"], frozen=[2])
    assert draft.with_new(0, ["Flatten()"]).frozen == (3,)
    assert draft.at(2).moved(-1).frozen == (1,)
    assert draft.at(2).turned().frozen == ()
    assert draft.put(2, ["Linear(8, 4)", "Linear(4, 1)"]).frozen == (3,)


def test_what_reaches_a_layer_is_known_where_those_before_it_fit() -> None:
    assert ENDS.before((), 0) == Stream((2,))
    assert ENDS.before(("Linear(2, 4)",), 1) == Stream((4,))
    assert ENDS.before(("Linear(3, 1)",), 1) is None


def test_settings_of_a_panel_are_listed_with_their_values() -> None:
    experiment = {"optimizer": ["Muon(lr=0.02)", "AdamW()"], "train": {"epochs": 7}}
    found = settings_of(experiment, 4)
    values = {one.key: one.text for one in found}
    assert values["optimizer[1]"] == "AdamW()"
    assert values["train.epochs"] == "7"
    assert values["schedule"] == ""
    canvas = Canvas(80, 12, DARK)
    paint_settings(canvas, found, 2, "")
    assert "how the learning rate changes" in canvas.text()


def test_every_key_but_the_network_is_a_setting() -> None:
    keys = {one.key for one in settings_of({}, None)}
    assert {"data", "loss", "init", "train.dtype", "goal.accuracy"} <= keys
    assert "network" not in keys
