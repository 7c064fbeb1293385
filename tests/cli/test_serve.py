"""`nn-tui serve`: what is said before there is a server."""

from typing import Any

import pytest

from tests.cli.support import nn_tui
from tui_nn.cli import browser
from tui_nn.cli.screen import open_workbench


def test_without_textual_serve_one_line_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(browser, "find_spec", lambda name: None)
    answer = nn_tui("serve")
    assert (answer.code, answer.out) == (2, "")
    assert answer.err == "nn-tui: a browser needs textual-serve: pip install 'nn-tui[serve]'\n"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["xor-mpl"], "did you mean xor-mlp?"),
        (["xor-mlp", "--theme=pink"], "pink"),
        (["xor-mlp", "--port=70000"], "70000"),
    ],
)
def test_a_mistake_is_said_before_anything_is_served(words: list[str], said: str) -> None:
    answer = nn_tui("serve", *words)
    assert (answer.code, answer.err.count("\n")) == (2, 1)
    assert said in answer.err


@pytest.mark.parametrize(
    "words",
    [
        [],
        ["xor-mlp", "train.epochs=5", "optimizer=SGD(lr=0.1, momentum=0.9)"],
        ["a.csv", "--target", "x", "--target", "y y", "--no-save", "--pace", "2.5"],
        ["xor-mlp", "--engine", "ssh box 'nn-tui engine'", "--ascii", "--theme", "light"],
    ],
)
def test_every_window_opens_what_open_would(words: list[str]) -> None:
    def told(words: list[str]) -> dict[str, Any]:
        return open_workbench.make_context("open", list(words)).params

    assert told(browser.words_of(told(words))) == told(words)
