"""The command line: inside the test's process, or in one of its own."""

import contextlib
import io
import os
import sys
from dataclasses import dataclass
from pathlib import Path
from unittest import mock

from tui_nn.cli import main

ENVIRONMENT = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
"""Of a process that finds this nn-tui whatever folder it runs in."""


@dataclass(frozen=True)
class Answer:
    """What a command printed and answered."""

    code: int
    out: str
    err: str


def nn_tui(*arguments: str) -> Answer:
    """`nn-tui ARGUMENTS`, with both outputs piped."""
    out, err = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8") for _ in range(2))
    code: int | str | None = 0
    with (
        mock.patch.object(sys, "argv", ["nn-tui", *arguments]),
        contextlib.redirect_stdout(out),
        contextlib.redirect_stderr(err),
    ):
        try:
            main()
        except SystemExit as end:
            code = end.code
    texts = []
    for stream in (out, err):
        stream.seek(0)
        texts.append(stream.read())
    assert isinstance(code, int)
    return Answer(code, *texts)
