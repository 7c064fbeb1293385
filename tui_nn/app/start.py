"""Starts the app, and lets go of the engine when the terminal is the shell's again."""

import os
import sys
from dataclasses import replace

from tui_nn.app.app import Workbench
from tui_nn.app.config import Config, is_first_start, read_config, write_config
from tui_nn.app.handshake import greet
from tui_nn.app.settings import Settings
from tui_nn.app.terminal import tell
from tui_nn.views.ink import PALETTES, ThemeName

FPS, FPS_FAR = 20.0, 10.0
"""Frames a second at most; over ssh."""


def start(settings: Settings, theme: str | None, ascii_only: bool, fps: float | None) -> int:
    """Show the workbench until it is left; the exit code.

    NNError where an engine elsewhere can't be reached; what went wrong in the app itself is raised
    when the engine has been let go.
    """
    elsewhere = settings.command and not settings.attach
    greeted = greet(settings.command) if elsewhere else None
    config = read_config()
    name: ThemeName = theme or config.theme  # type: ignore[assignment]
    palette = replace(
        PALETTES[name],
        colour="NO_COLOR" not in os.environ,
        ascii_only=ascii_only or not _speaks_unicode(),
    )
    far = FPS_FAR if "SSH_CONNECTION" in os.environ else FPS
    app = Workbench(settings, palette, fps or far, config.views, greeted, is_first=is_first_start())
    code = app.run()
    try:
        write_config(Config(app.board.palette.name, app.desk.chosen))
    finally:
        app.let_go()
    if app.last_words:
        tell(app.last_words)
    if app.failure is not None:
        raise app.failure
    return code or 0


def _speaks_unicode() -> bool:
    return (sys.stdout.encoding or "").lower().replace("-", "") in ("utf8", "utf8sig")
