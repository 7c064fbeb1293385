"""The entry point: runs a command and answers every mistake in one line."""

import io
import os
import sys
import traceback
from typing import NoReturn

import click

from tui_nn.cli import (  # noqa: F401
    ask,
    browser,
    completion,
    doctor,
    export,
    lesson,
    look,
    runs,
    screen,
    serve,
    step,
    train,
)
from tui_nn.cli.group import commands, say
from tui_nn.spec.errors import InvalidInput, NNError
from tui_nn.spec.exits import Exit


def main() -> NoReturn:
    """Run the command line; every mistake is one line on standard error."""
    # A daemon may start us with its outputs closed.
    sys.stdout = sys.stdout or open(os.devnull, "w")  # noqa: SIM115
    sys.stderr = sys.stderr or open(os.devnull, "w")  # noqa: SIM115
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # a terminal without ≥ gets a ?, not an error
    arguments = sys.argv[1:]
    wants_traceback = any(argument in ("-v", "--verbose") for argument in arguments)
    try:
        result = commands.main(arguments, prog_name="nn-tui", standalone_mode=False)
        sys.stdout.flush()
        code = result if isinstance(result, int) else Exit.DONE
    except click.UsageError as error:
        path = error.ctx.command_path if error.ctx else "nn-tui"
        say(f"{' '.join(error.format_message().split()).rstrip('.')}: see {path} --help")
        code = Exit.BAD_INPUT
    except (click.Abort, KeyboardInterrupt):
        code = Exit.INTERRUPTED
    except BrokenPipeError:
        # Whoever read standard output is gone; what is still buffered for them goes nowhere.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = Exit.FAILED
    except Exception as error:  # noqa: BLE001
        code = _report(error, wants_traceback)
    sys.exit(code)


def _report(error: Exception, wants_traceback: bool) -> Exit:
    if wants_traceback:
        traceback.print_exception(error)
    if isinstance(error, InvalidInput):
        say(str(error))
        return Exit.BAD_INPUT
    if isinstance(error, NNError):
        say(str(error))
        return Exit.FAILED
    lines = str(error).strip().splitlines() or [""]
    say(f"failed: {type(error).__name__}: {lines[0]}: -v shows where")
    return Exit.FAILED
