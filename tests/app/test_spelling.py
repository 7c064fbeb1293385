"""`v` shows the network that is edited as code, `y` copies what is shown."""

from pathlib import Path

import pytest
from textual.events import Paste
from textual.pilot import Pilot

from tests.app.support import Sent
from tests.app.test_editing import editing, page
from tui_nn.app.app import Workbench
from tui_nn.app.editing.editor import Editor
from tui_nn.spec.protocol.commands import Change


@pytest.fixture(autouse=True)
def kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The file in which what was copied last is kept."""
    monkeypatch.setattr("tui_nn.app.copying.user_cache_path", lambda name: tmp_path / "cache")
    return tmp_path / "cache" / "network.py"


@pytest.fixture
def given(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What a terminal's clipboard was given."""
    texts: list[str] = []
    monkeypatch.setattr(Workbench, "copy_to_clipboard", lambda app, text: texts.append(text))
    return texts


async def spelled(pilot: Pilot[int], editor: Editor, *keys: str) -> None:
    editor.open(1)
    await pilot.press(*keys)
    await pilot.pause()


def test_v_goes_through_the_spellings_and_back(tmp_path: Path) -> None:
    async def use(app: Workbench, pilot: Pilot[int], editor: Editor, sent: Sent) -> None:
        await spelled(pilot, editor)
        for words in (
            "network = nn.Sequential(", "class Network(nn.Module):",
            "W1 = torch.empty(8, 2).uniform_(-1, 1)", "input",
        ):  # fmt: skip
            assert words not in page(app)
            await pilot.press("v")
            await pilot.pause()
            assert words in page(app)
        await pilot.press("V")
        await pilot.pause()
        assert "bare matrices" in page(app)

    editing(tmp_path, use, (120, 50))


def test_the_code_is_of_the_draft_at_each_key(tmp_path: Path) -> None:
    async def use(app: Workbench, pilot: Pilot[int], editor: Editor, sent: Sent) -> None:
        await spelled(pilot, editor, "v", "down", "d")
        assert page(app).count("nn.Tanh(),  # (N, 8)") == 2
        assert "▸     nn.Tanh()" in page(app)
        await pilot.press("x", "z")
        await pilot.pause()
        assert page(app).count("nn.Tanh()") == 1
        assert "network[2].requires_grad_(False)  # frozen" in page(app)
        await pilot.press("u", "u", "u", "q")
        assert sent.commands == []

    editing(tmp_path, use, (120, 50))


def test_why_there_are_no_matrices_stands_in_their_place(tmp_path: Path) -> None:
    async def use(app: Workbench, pilot: Pilot[int], editor: Editor, sent: Sent) -> None:
        await spelled(pilot, editor, "x", "V")
        assert "matrices need sizes that fit: Linear expects 8, gets 2" in page(app)

    editing(tmp_path, use)


def test_what_is_shown_is_copied_and_kept_in_a_file(
    tmp_path: Path, kept: Path, given: list[str]
) -> None:
    async def use(app: Workbench, pilot: Pilot[int], editor: Editor, sent: Sent) -> None:
        await spelled(pilot, editor, "y", "v", "y")
        assert "copied 7 lines, also to" in page(app)
        assert given[0] == "Linear(2, 8),\nTanh(),\nLinear(8, 1)\n"
        assert given[1].startswith("from torch import nn\n\nnetwork = nn.Sequential(")
        assert kept.read_text() == given[1]
        await pilot.press("down")
        await pilot.pause()
        assert "copied" not in page(app)

    editing(tmp_path, use)


@pytest.mark.parametrize("keys", [("y",), ("v", "y")])
def test_what_was_copied_is_pasted_as_the_same_network(
    tmp_path: Path, keys: tuple[str, ...], given: list[str]
) -> None:
    async def use(app: Workbench, pilot: Pilot[int], editor: Editor, sent: Sent) -> None:
        await spelled(pilot, editor, *keys, "x", "x")
        app.screen.post_message(Paste(given[0]))
        await pilot.pause()
        await pilot.press("q")
        await pilot.pause()
        assert sent.commands == []

    editing(tmp_path, use)


def test_a_long_code_is_turned_by_pages_and_follows_the_cursor(tmp_path: Path) -> None:
    async def use(app: Workbench, pilot: Pilot[int], editor: Editor, sent: Sent) -> None:
        await spelled(pilot, editor, "V")
        assert "return x" not in page(app)
        await pilot.press(*["pagedown"] * 3)
        await pilot.pause()
        assert "return x" in page(app)
        await pilot.press("down")
        await pilot.pause()
        assert "▸     # Tanh()" in page(app)
        await pilot.press("q")
        assert Change not in map(type, sent.commands)

    editing(tmp_path, use, (80, 14))
