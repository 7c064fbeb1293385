"""`y`: a text given to the terminal's clipboard, and kept where a terminal takes none."""

from pathlib import Path

from platformdirs import user_cache_path
from textual.app import App

from tui_nn.views.numbers import counted


def copy(app: App[int], text: str, name: str) -> str:
    """Copy it; what was done, in words. A terminal doesn't say whether it takes what it is given
    (OSC 52), so that the text also goes to a file.
    """
    app.copy_to_clipboard(text)
    words = f"copied {counted(text.count(chr(10)), 'line')}"
    path = user_cache_path("nn-tui") / name
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    except OSError:
        return words
    return f"{words}, also to {_short(path)}"


def _short(path: Path) -> str:
    home = Path.home()
    return f"~/{path.relative_to(home)}" if path.is_relative_to(home) else str(path)
