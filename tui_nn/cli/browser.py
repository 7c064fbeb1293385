"""`serve`: the workbench in a browser."""

import sys
from importlib.util import find_spec
from typing import Any

import click

from tui_nn.cli.group import commands, say, verbose
from tui_nn.cli.screen import folder_to_open, open_workbench
from tui_nn.spec.errors import InvalidInput

HOST, PORT = "127.0.0.1", 8000


@commands.command()
@click.option("--host", default=HOST, show_default=True, help="Address; this machine alone.")
@click.option("--port", type=click.IntRange(0, 65535), default=PORT, show_default=True,
              help="Port; 0: any that is free.")  # fmt: skip
@verbose
def serve(host: str, port: int, **opened: Any) -> int:
    """Open a preset, a file or a run in a browser.

    It takes what open takes. Every window is an app of its own; where one is closed, its run is
    saved and ends. Nobody but this machine reaches it, unless --host names another address: then
    whoever reaches that drives the app.
    """
    folder_to_open(opened["experiment"], opened["engine"], opened["runs"])
    if find_spec("textual_serve") is None:
        raise InvalidInput("a browser needs textual-serve", hint="pip install 'nn-tui[serve]'")
    from tui_nn.app.serving import serve as serve_app

    command = [sys.executable, "-P", "-m", "tui_nn", "open", *words_of(opened)]
    serve_app(command, host, port, say)
    return 0


serve.params[:0] = [parameter for parameter in open_workbench.params if parameter.expose_value]


def words_of(opened: dict[str, Any]) -> list[str]:
    """The command line of `open` that has those values."""
    options: list[str] = []
    arguments: list[str] = []
    for parameter in open_workbench.params:
        value = opened.get(parameter.name or "")
        values = value if isinstance(value, tuple) else (value,)
        if isinstance(parameter, click.Argument):
            arguments += values
        elif isinstance(parameter, click.Option) and parameter.is_flag:
            options += [parameter.opts[0]] if value else []
        else:
            options += [f"{parameter.opts[0]}={each}" for each in values if each is not None]
    return [*options, "--", *arguments]
