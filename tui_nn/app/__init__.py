"""The Textual front end: wires panels to an engine; its process never imports torch."""

from tui_nn.spec.lean import without

with without("ssl"):  # the app opens no such connection
    import asyncio  # noqa: F401
