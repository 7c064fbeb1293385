"""Help while a call is typed; `|` is the cursor."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui_nn.spec.assist import (
    argument_at,
    completions,
    matching,
    next_value,
    nudged,
    value_completions,
)
from tui_nn.spec.catalog import CATALOG, entries
from tui_nn.spec.keys import TRAIN


def at(marked: str) -> tuple[str, int]:
    return marked.replace("|", ""), marked.index("|")


@pytest.mark.parametrize(
    ("kind", "marked", "name", "value"),
    [
        ("layer", "Linear(|)", "in_features", ""),
        ("layer", "Linear(2, |8)", "out_features", "8"),
        ("layer", "nn.Linear(2, 8, bias=Fa|lse)", "bias", "False"),
        ("optimizer", "Adam(betas=(0.9|, 0.99), lr=1)", "betas", "(0.9, 0.99)"),
        ("layer", "Residual(Linear(2, |2), Tanh())", "out_features", "2"),
        ("layer", "Conv2d(1, 8, 3, padding_mode='ze|ros')", "padding_mode", "'zeros'"),
    ],
)
def test_the_argument_at_the_cursor_is_known(kind: str, marked: str, name: str, value: str) -> None:
    text, cursor = at(marked)
    found = argument_at(kind, text, cursor)
    assert found is not None
    assert found.parameter is not None
    assert (found.parameter.name, text[found.begin : found.end]) == (name, value)


@pytest.mark.parametrize("marked", ["|", "Lin|ear(2, 8)", "Linear(2, 8)|", "Nothing(|)"])
def test_outside_of_a_known_call_there_is_no_argument(marked: str) -> None:
    assert argument_at("layer", *at(marked)) is None


def test_a_name_is_completed_by_those_that_begin_with_it_first() -> None:
    names = [one.shown for one in completions("layer", "conv", 4)]
    assert names[:3] == ["Conv2d", "Conv1d", "ConvTranspose2d"]
    assert "LazyConv2d" in names


def test_a_name_is_found_by_what_it_does() -> None:
    names = [entry.name for entry in matching(CATALOG["layer"].values(), "average")]
    assert {"AvgPool2d", "AdaptiveAvgPool2d"} <= set(names)


def test_a_completed_name_has_the_cursor_where_values_go() -> None:
    one = completions("optimizer", "rmsp", 4)[0]
    assert (one.text, one.cursor) == ("RMSprop()", len("RMSprop("))


def test_keywords_that_are_not_written_yet_are_offered() -> None:
    shown = [one.shown for one in completions("optimizer", *at("SGD(lr=0.1, |)"))]
    assert "momentum=0" in shown
    assert not any(word.startswith("lr") for word in shown)


def test_values_of_a_choice_are_offered() -> None:
    found = completions("layer", *at("Conv2d(1, 8, 3, padding_mode=|)"))
    assert [one.shown for one in found] == ["'zeros'", "'reflect'", "'replicate'", "'circular'"]
    assert found[1].text == "Conv2d(1, 8, 3, padding_mode='reflect')"


def test_behind_a_whole_call_nothing_is_offered() -> None:
    assert completions("layer", *at("Linear(2, 8)|")) == []


@pytest.mark.parametrize(
    ("kind", "marked", "way", "new"),
    [
        ("optimizer", "SGD(lr=0.1|)", 1, "SGD(lr=0.3)"),
        ("optimizer", "SGD(lr=0.1|)", -1, "SGD(lr=0.03)"),
        ("optimizer", "SGD(lr=0.1, nesterov=False|)", 1, "SGD(lr=0.1, nesterov=True)"),
        ("layer", "Linear(2, 8|)", 1, "Linear(2, 9)"),
        ("layer", "Linear(2, 1|)", -1, None),
        ("layer", "Conv2d(1, 8, 3, padding_mode='zeros'|)", 1,
         "Conv2d(1, 8, 3, padding_mode='reflect')"),
    ],
)  # fmt: skip
def test_a_value_goes_to_the_next_in_its_range(
    kind: str, marked: str, way: int, new: str | None
) -> None:
    found = nudged(kind, *at(marked), way)
    assert (found and found[0]) == new


def test_a_flag_of_a_file_is_completed_as_toml_spells_it() -> None:
    shuffle = next(p for p in TRAIN if p.name == "shuffle")
    assert [one.text for one in value_completions(shuffle, "")] == ["true", "false"]


@pytest.mark.parametrize("entry", list(entries()), ids=lambda e: f"{e.kind} {e.name}")
def test_every_next_value_is_one_that_the_parameter_takes(entry: object) -> None:
    for parameter in entry.parameters:  # type: ignore[attr-defined]
        for way in (1, -1):
            found = next_value(parameter, parameter.default, way)
            if found is not None:
                parameter.rule.check(found)


@given(st.text(alphabet="Linear(2, 8)=[]'\"\\.|x", max_size=40), st.data())
def test_whatever_is_typed_is_answered(text: str, data: st.DataObject) -> None:
    cursor = data.draw(st.integers(0, len(text)))
    argument_at("layer", text, cursor)
    nudged("layer", text, cursor, 1)
    for one in completions("layer", text, cursor):
        assert 0 <= one.cursor <= len(one.text)


@pytest.mark.parametrize("marked", ["edited(spi|)", "edited(data=spi|)"])
def test_where_a_dataset_is_wanted_datasets_are_offered_files_apart(marked: str) -> None:
    text, cursor = at(marked)
    first = completions("dataset", text, cursor)[0]
    assert (first.shown, first.text) == ("spiral", text.replace("spi", "spiral()"))
    assert not completions("dataset", "edited(csv)", len("edited(csv"))
