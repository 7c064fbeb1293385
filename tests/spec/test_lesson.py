"""A lesson's file: read, written, and every mistake named with place, reason and way out."""

from pathlib import Path
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui_nn.spec.catalog.metrics import METRICS
from tui_nn.spec.checks import (
    INSIDE,
    SETTINGS,
    InPhase,
    InState,
    Number,
    Reached,
    Setting,
    WentBack,
)
from tui_nn.spec.deeds import FORMS
from tui_nn.spec.errors import InvalidInput
from tui_nn.spec.files import load_experiment
from tui_nn.spec.finding import presets_folder
from tui_nn.spec.lesson import (
    Guess,
    Lesson,
    Slide,
    find_lesson,
    lesson_of,
    load_lesson,
    write_lesson,
)
from tui_nn.spec.protocol import State

WORD = st.text(st.characters(codec="utf-8", exclude_categories=("C", "Z")), min_size=1, max_size=12)
LINE = st.lists(WORD, min_size=1, max_size=5).map(" ".join)
NUMBER = st.floats(-1e9, 1e9) | st.integers(-1000, 1000).map(float)
LIMITS = st.tuples(st.none() | NUMBER, st.none() | NUMBER)
METRIC = st.sampled_from([*(metric.name for metric in METRICS), "lr"])
CONDITION = st.one_of(
    st.builds(Reached, st.sampled_from(["step", "epoch"]), st.integers(0, 10**9)),
    st.builds(InPhase, st.sampled_from(INSIDE)),
    st.builds(InState, st.sampled_from(get_args(State))),
    st.just(WentBack()),
    st.builds(
        lambda name, part, limits: Number(name, part, *limits),
        METRIC, st.sampled_from([None, "train", "val"]), LIMITS.filter(any),
    ).filter(lambda found: found.at_least is not None or found.at_most is not None),
    st.builds(
        lambda key, value, call, limits: Setting(key, value, call, *limits),
        st.sampled_from(SETTINGS),
        st.none() | LINE | st.booleans() | NUMBER | st.lists(LINE, min_size=1).map(tuple),
        st.none() | WORD,
        LIMITS,
    ),
)  # fmt: skip


@st.composite
def guesses(draw: st.DrawFn) -> Guess:
    choices = draw(st.lists(LINE, min_size=2, max_size=4, unique=True))
    return Guess(
        draw(LINE), tuple(choices), draw(st.sampled_from(choices)), draw(st.just("") | LINE)
    )


@st.composite
def slides(draw: st.DrawFn) -> Slide:
    panel = draw(st.none() | st.integers(1, 8))
    return Slide(
        text=draw(LINE),
        table=tuple(draw(st.lists(LINE, max_size=3))),
        step=draw(st.none() | st.integers(0, 10**9)),
        phase=draw(st.none() | st.sampled_from(INSIDE[:3])),
        panel=panel,
        view=None if panel is None else draw(st.none() | LINE),
        full=panel is not None and draw(st.booleans()),
        press=tuple(draw(st.lists(WORD, max_size=3))),
        guess=draw(st.none() | guesses()),
        check=tuple(draw(st.lists(CONDITION, max_size=3))),
        do=tuple(draw(st.lists(st.sampled_from(FORMS.split(", ")), max_size=3))),
    )


LESSONS = st.builds(
    Lesson, st.lists(slides(), min_size=1, max_size=4).map(tuple), st.just("") | LINE
)


@given(LESSONS)
def test_what_is_written_is_read_as_it_was(lesson: Lesson) -> None:
    assert lesson_of(write_lesson(lesson), "x") == lesson


def refusal(text: str) -> str:
    with pytest.raises(InvalidInput) as refused:
        lesson_of(text, "x.lesson.toml")
    return str(refused.value)


SLIDE = '[[slide]]\ntext = "Look."\n'


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "x.lesson.toml: has no slide: write [[slide]] and its text below"),
        ("slide = 3", "x.lesson.toml: has no slide"),
        ("slide = [3]", "x.lesson.toml: slide[0]: is 3, not a table: [[slide]]"),
        ("titel = 'A'\n" + SLIDE, "titel: there is no such key: did you mean title?"),
        ("[[slide]]\n", "slide[0].text: is missing: what it says, in a few sentences"),
        (SLIDE + "chek = 1", "slide[0].chek: there is no such key: did you mean check?"),
        (SLIDE + "step = -1", "slide[0].step: is -1"),
        (SLIDE + "panel = 9", "slide[0].panel: is 9"),
        (SLIDE + "phase = 'loss'", "slide[0].phase: is 'loss', not"),
        (SLIDE + "view = 'curves'", "slide[0].panel: is missing: of which panel?"),
        (SLIDE + "full = true", "slide[0].panel: is missing: of which panel?"),
        (SLIDE + "check = 3", "slide[0].check: is 3, not a table: { step = 4 }"),
        (SLIDE + "check = { stepp = 3 }", "slide[0].check: says nothing that can be checked: "
         "did you mean step or state?"),
        (SLIDE + "check = [{ step = 3 }, { step = 1, epoch = 1 }]",
         "slide[0].check[1]: has step and epoch: write one table for each"),
        (SLIDE + "check = { step = 3, at_least = 2 }",
         "slide[0].check.at_least: there is no such key"),
        (SLIDE + "check = { number = 'loss' }",
         "slide[0].check: has no limit: add at_least or at_most"),
        (SLIDE + "check = { number = 'accuracy', atleast = 1 }",
         "slide[0].check.atleast: there is no such key: did you mean at_least?"),
        (SLIDE + "check = { state = 'won' }", "slide[0].check.state: is 'won', not"),
        (SLIDE + "check = { back = false }", "slide[0].check.back: is false: leave it out"),
        (SLIDE + "check = { setting = 'optimiser' }",
         "slide[0].check.setting: there is no such key: did you mean optimizer?"),
        (SLIDE + "do = ['jump']", f"slide[0].do[0]: 'jump' can't be done: e.g. {FORMS}"),
        (SLIDE + "do = ['set lr']", "slide[0].do[0]: 'set lr' can't be done"),
        (SLIDE + "guess = 1", "slide[0].guess: is 1, not a table: [slide.guess]"),
        (SLIDE + "guess = { question = 'Which?', choices = ['a', 'b'], answer = 'c' }",
         "slide[0].guess.answer: 'c' is none of the choices: write 'a'"),
        (SLIDE + "guess = { question = 'Which?', choices = ['a'], answer = 'a' }",
         "slide[0].guess.choices: offers no choice: write two different ones"),
        (SLIDE + "guess = { question = 'Which?', choices = ['a', 'b'], anser = 'a' }",
         "slide[0].guess.anser: there is no such key: did you mean answer?"),
    ],
)  # fmt: skip
def test_a_mistake_is_told_with_place_reason_and_way_out(text: str, said: str) -> None:
    assert said in refusal(text)


def test_a_text_is_one_line_that_a_terminal_can_show() -> None:
    [slide] = lesson_of('[[slide]]\ntext = """\nOne\n two\\u001b[31m."""', "x").slides
    assert slide.text == "One two\\x1b[31m."


def test_the_lesson_of_an_experiment_lies_beside_it(tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text("")
    (tmp_path / "mine.lesson.toml").write_text(SLIDE)
    assert find_lesson(str(tmp_path / "mine.toml")) == tmp_path / "mine.lesson.toml"
    assert find_lesson(str(tmp_path / "mine.lesson.toml")) == tmp_path / "mine.lesson.toml"
    assert find_lesson("and-gate").name == "and-gate.lesson.toml"


def test_a_preset_without_a_lesson_says_which_have_one() -> None:
    with pytest.raises(InvalidInput, match=r"^circle: has no lesson: .*and-gate"):
        find_lesson("circle")


@pytest.mark.parametrize("word", [".", "/", "..", ""])
def test_a_folder_has_no_lesson(word: str) -> None:
    with pytest.raises(InvalidInput):
        find_lesson(word)


def test_a_lesson_is_no_experiment() -> None:
    path = str(presets_folder() / "and-gate.lesson.toml")
    with pytest.raises(InvalidInput, match=r"is a lesson: open presets/and-gate\.toml"):
        load_experiment(path)


def test_a_file_of_more_than_1_mb_is_no_lesson(tmp_path: Path) -> None:
    path = tmp_path / "x.lesson.toml"
    path.write_bytes(b"#" * 1_000_001)
    with pytest.raises(InvalidInput, match=r"has 1\.0 MB: a lesson has at most 1 MB"):
        load_lesson(path)
