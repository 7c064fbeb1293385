"""Everything that can be chosen, measured or stepped through has a text with all its parts."""

import re
from importlib import import_module
from typing import Any

import pytest

from tests.explain.reading import EXPLAINED, FOLDER, examples, parts_of
from tui_nn.reference import entry_page
from tui_nn.spec import catalog
from tui_nn.spec.catalog.phases import PHASES
from tui_nn.spec.protocol import Phase
from tui_nn.views.canvas import in_ascii
from tui_nn.views.panels.registry import NAMES

every_text = pytest.mark.parametrize(("kind", "name"), EXPLAINED, ids=lambda word: word)
MOST_LINES = 30
NOT_OURS = re.compile(
    r"\b(iterations?|schedulers?|backward pass|examples?|records?|score|params"
    r"|(?<!learning )rates?)\b",
    re.IGNORECASE,
)
"""Words for which the screen has others."""


@every_text
def test_a_text_has_every_part(kind: str, name: str) -> None:
    parts = parts_of(kind, name)
    assert all(parts.values())
    numbers = examples(kind, name)
    assert any(case.shown for example in numbers for case in example.cases)


@every_text
def test_a_text_says_what_it_does_in_two_sentences(kind: str, name: str) -> None:
    sentences = " ".join(parts_of(kind, name)["sentences"].split())
    assert sentences.endswith(".")
    assert len(re.split(r"(?<=[.?!]) (?=[A-Z0-9|½])", sentences)) == 2


@every_text
def test_a_text_fits_a_terminal_and_a_plain_one(kind: str, name: str) -> None:
    text = (FOLDER / kind / f"{name}.md").read_text(encoding="utf-8")
    lines = text.splitlines()
    assert max(map(len, lines)) <= 80
    assert len(lines) <= MOST_LINES
    assert in_ascii(text).isascii()


@every_text
def test_a_text_keeps_to_the_words_of_the_screen(kind: str, name: str) -> None:
    text = (FOLDER / kind / f"{name}.md").read_text(encoding="utf-8")
    assert not NOT_OURS.findall(text)


@every_text
def test_an_example_is_of_the_thing_that_is_explained(kind: str, name: str) -> None:
    calls = [example.call for example in examples(kind, name)]
    if kind in catalog.CATALOG:
        for call in calls:
            assert call is not None
            catalog.bind_call(kind, call)
        assert name in {call.name for call in calls if call}
    else:
        assert calls == [None]


def resolve(name: str) -> Any:
    """The object of a dotted name, whether module, class or method."""
    first, *rest = name.split(".")
    found: Any = import_module(first)
    for word in rest:
        found = getattr(found, word)
    return found


@every_text
def test_the_pytorch_name_is_the_target_or_there_is_none(kind: str, name: str) -> None:
    words = parts_of(kind, name)["torch"]
    for dotted in re.findall(r"\btorch(?:\.\w+)+", words):
        assert resolve(dotted)
    target = catalog.CATALOG[kind][name].target if kind in catalog.CATALOG else ""
    if target.startswith("torch."):
        assert words == target
    elif kind != "phase":
        assert words.startswith("none")


def test_no_text_is_about_nothing() -> None:
    texts = {(path.parent.name, path.stem) for path in FOLDER.rglob("*.md")}
    assert texts == set(EXPLAINED)


def test_the_phases_are_those_of_the_flow_and_have_the_names_of_their_panels() -> None:
    assert [phase.name for phase in PHASES] == [phase.value for phase in Phase]
    assert [phase.title for phase in PHASES] == [
        f"{number} {NAMES[number]}" for number in range(1, 9)
    ]


@every_text
def test_whatever_has_a_text_is_explained_by_its_name(kind: str, name: str) -> None:
    page = entry_page(name)
    assert parts_of(kind, name)["numbers"] in page
    assert max(map(len, page.splitlines())) <= 80
