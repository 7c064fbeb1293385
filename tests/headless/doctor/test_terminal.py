import pytest

from tui_nn.headless.doctor.finding import Finding
from tui_nn.headless.doctor.terminal import Terminal, terminal

GOOD = {"TERM": "xterm-256color", "COLORTERM": "truecolor"}


def found(
    environment: dict[str, str], size: tuple[int, int] | None = (120, 36), encoding: str = "UTF-8"
) -> dict[str, Finding]:
    return {f.name: f for f in terminal(Terminal(environment, encoding, size))}


def test_a_good_terminal_has_nothing_to_fix() -> None:
    all_of_it = found(GOOD)
    assert {finding.state for finding in all_of_it.values()} == {"fine"}
    assert all_of_it["size"].value == "120x36"
    assert "16 million" in all_of_it["colours"].value


@pytest.mark.parametrize("environment", [{}, {"TERM": "dumb"}])
def test_a_terminal_that_cannot_be_painted_is_broken(environment: dict[str, str]) -> None:
    term = found(environment)["TERM"]
    assert term.state == "broken"
    assert "xterm-256color" in term.fix


def test_where_there_is_no_terminal_nothing_is_said_of_one() -> None:
    assert list(found({"TERM": "dumb"}, size=None)) == ["terminal"]


@pytest.mark.parametrize(("size", "state"), [((80, 24), "fine"), ((79, 24), "better")])
def test_a_small_window_could_be_larger(size: tuple[int, int], state: str) -> None:
    assert found(GOOD, size)["size"].state == state


@pytest.mark.parametrize(
    ("environment", "count", "fix"),
    [
        ({"TERM": "xterm-256color"}, "256", "COLORTERM=truecolor"),
        ({"TERM": "xterm"}, "16", "COLORTERM=truecolor"),
        ({"TERM": "tmux-256color", "TMUX": "/tmp/x"}, "256", "terminal-features"),
        ({"TERM": "screen.xterm-256color", "STY": "1.x"}, "256", ""),
        ({"TERM": "screen", "STY": "1.x"}, "16", "TERM=screen-256color"),
        ({"TERM": "xterm", "COLORTERM": "24bit"}, "16 million", ""),
        (GOOD | {"NO_COLOR": "1"}, "none: NO_COLOR", ""),
    ],
)
def test_colours_are_counted_and_what_lacks_is_explained(
    environment: dict[str, str], count: str, fix: str
) -> None:
    colours = found(environment)["colours"]
    assert colours.value.startswith(count)
    assert fix in colours.fix
    assert (colours.state == "fine") == (fix == "")


def test_without_utf_8_ascii_is_in_force() -> None:
    characters = found(GOOD, encoding="ANSI_X3.4-1968")["characters"]
    assert "--ascii" in characters.value
    assert "C.UTF-8" in characters.fix


def test_what_lies_between_is_named() -> None:
    between = found(GOOD | {"TMUX": "/tmp/x", "SSH_CONNECTION": "a b c d"})
    assert between["inside"].value == "tmux"
    assert "10 frames" in between["over"].value
