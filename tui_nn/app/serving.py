"""The app in a browser: textual-serve starts one for every window."""

import errno
import ipaddress
import logging
import os
import re
import shlex
import socket
from collections.abc import Callable, Sequence
from typing import Any
from urllib.parse import urlsplit

from aiohttp import web
from textual_serve.server import Server

from tui_nn.client.child import environment
from tui_nn.spec.errors import InvalidInput

ENDING_S = 1.0
"""How long a window has to go by itself when the server ends, before its app is asked to."""
HEAD = """<style>
@font-face { font-family: "Roboto Mono"; font-weight: 100 700;
             src: url("/static/fonts/RobotoMono-VariableFont_wght.ttf"); }
</style>
<script>
addEventListener("load", () => setTimeout(() => document.querySelector("textarea")?.focus()));
</script>"""
"""In place of a font from elsewhere: the one that is served with the page; keys go to the app."""


def serve(command: Sequence[str], host: str, port: int, say: Callable[[str], None]) -> None:
    """Serve what `command` shows until a signal comes; InvalidInput where that can't be."""
    sockets = _listen(host, port)
    local = all(_is_loopback(each.getsockname()[0]) for each in sockets)
    port = sockets[0].getsockname()[1]
    if not local:
        say(f"whoever reaches {host} drives the app and, with it, your files: no password is asked")
    name = socket.gethostname() if host in ("0.0.0.0", "::") else host
    say(f"http://{f'[{name}]' if ':' in name else name}:{port} is the app, for "
        f"{'this machine alone' if local else 'all who reach it'}: open it in a browser; ctrl+c "
        "ends it")  # fmt: skip
    os.environ.update(environment() or {})
    os.environ["PYTHONIOENCODING"] = "utf-8"  # a browser shows every character
    AppServer(f"exec {shlex.join(command)}", host, port, local=local).listen(sockets)


def _listen(host: str, port: int) -> list[socket.socket]:
    """A socket for each address of the host, all with one port; 0: any that is free."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except (socket.gaierror, UnicodeError):
        raise InvalidInput(
            f"there is no address {host}",
            where="--host",
            hint="leave it out for this machine alone",
        ) from None
    sockets = []
    for family, *_, place in dict.fromkeys(found):
        try:
            sockets.append(socket.create_server((str(place[0]), port), family=family))
        except OSError as error:
            taken = error.errno == errno.EADDRINUSE
            raise InvalidInput(
                f"{port} is taken" if taken else f"{host}:{port} can't be had ({error.strerror})",
                where="--port" if taken else "--host",
                hint="0 takes any that is free" if taken else "leave it out for this machine alone",
            ) from None
        port = sockets[0].getsockname()[1]
    return sockets


def _is_loopback(address: str) -> bool:
    try:
        return ipaddress.ip_address(address.partition("%")[0]).is_loopback
    except ValueError:
        return address == "localhost"


def is_refused(asked: str, origin: str | None, *, local: bool) -> bool:
    """Whether a request may come from a page of elsewhere, which a browser here has open.

    `asked` is the host that was asked for: where the app is for this machine alone, another name
    than this machine's own may be one that such a page has turned to it.
    """
    if local and not _is_loopback(urlsplit(f"//{asked}").hostname or ""):
        return True
    return origin is not None and urlsplit(origin).netloc != asked


class AppServer(Server):  # type: ignore[misc]
    """textual-serve, silent, with nothing loaded from elsewhere, for its own pages alone."""

    def __init__(self, command: str, host: str, port: int, *, local: bool) -> None:
        super().__init__(command, host, port, title="nn-tui")
        self._local = local

    def listen(self, sockets: list[socket.socket]) -> None:
        """Serve at those until SIGINT or SIGTERM."""
        logging.basicConfig(level=logging.ERROR, format="nn-tui: %(message)s")
        web.run_app(self._make_app(), sock=sockets, print=None, shutdown_timeout=ENDING_S)

    async def on_startup(self, app: Any) -> None:
        """Where it is has been said."""

    async def handle_index(self, request: Any) -> Any:
        self._check(request)
        self.public_url = f"{request.scheme}://{request.host}"  # as whoever asks knows it
        page = await super().handle_index(request)
        page.text = re.sub(r"<link[^>]*fonts\.googleapis[^>]*>", HEAD, page.text)
        return page

    async def handle_websocket(self, request: Any) -> Any:
        self._check(request)
        return await super().handle_websocket(request)

    async def handle_download(self, request: Any) -> Any:
        self._check(request)
        return await super().handle_download(request)

    def _check(self, request: Any) -> None:
        if is_refused(request.host, request.headers.get("Origin"), local=self._local):
            raise web.HTTPForbidden(text="nn-tui: asked by a page of elsewhere")
