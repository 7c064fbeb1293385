"""The group that all commands join, and what they share."""

import os
import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING

import click

from tui_nn import __version__
from tui_nn.spec.errors import InvalidInput

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

DEFAULT_PRESET = "and-gate"


class Commands(click.Group):
    """`nn-tui WORD`: a command, else a run to follow, a preset or a file to train."""

    def shell_complete(self, ctx: click.Context, incomplete: str) -> "list[CompletionItem]":
        from tui_nn.cli.completing import experiments_and_runs

        found = super().shell_complete(ctx, incomplete)
        others = [] if incomplete.startswith("-") else experiments_and_runs(ctx, None, incomplete)
        return [*found, *others]

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        if ctx.resilient_parsing:  # a shell completes words: none is put in place of what lacks
            return super().parse_args(ctx, args)
        own = {name for parameter in self.get_params(ctx) for name in parameter.opts}
        if not args or (args[0].startswith("-") and args[0].split("=")[0] not in own):
            args = _without_command([DEFAULT_PRESET, *args], is_run=False)
        return super().parse_args(ctx, args)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        word = args[0]
        if word in self.commands:
            return super().resolve_command(ctx, args)
        if ctx.resilient_parsing:
            return super().resolve_command(ctx, ["open", *args])
        at_the_other_end = any(arg.split("=")[0] == "--engine" for arg in args[1:])
        is_run = not at_the_other_end and self._is_run(word)
        return super().resolve_command(ctx, _without_command(args, is_run=is_run))

    def _is_run(self, word: str) -> bool:
        """Whether it names a run; InvalidInput where it is no preset and no file either."""
        from tui_nn.runs.folder import find_run, match_run
        from tui_nn.spec.finding import find_experiment, near_file
        from tui_nn.spec.words import near

        if find_run(word, whole=False) is not None:
            return True
        try:
            find_experiment(word)
        except InvalidInput as error:
            if match_run(word) is not None:
                return True
            hint = near(word, self.commands) or near_file(word)
            lists = "`nn-tui presets` and `nn-tui runs` list them, `nn-tui --help` the commands"
            none = f"there is no command, preset, file or run {word}"
            raise InvalidInput(
                error.message if error.where else none, where=error.where, hint=hint or lists
            ) from None
        return False


def _without_command(args: list[str], *, is_run: bool) -> list[str]:
    """What is done with a name alone: it is opened, where there is a screen to open it on."""
    reason = no_screen()
    if not reason:
        return ["open", *args]
    if is_run:
        return ["follow", *args]
    if not {"-q", "--quiet"} & set(args):
        say(f"{reason}: training {args[0]} headlessly, as `nn-tui train` does")
    return ["train", *args]


def no_screen() -> str:
    """Why nothing can be painted; empty where it can."""
    if "TEXTUAL_DRIVER" in os.environ:  # a browser's window is painted
        return ""
    if not all(end.isatty() for end in (sys.stdin, sys.stdout, sys.stderr)):  # errors: painted on
        return "no terminal"
    if os.environ.get("TERM", "dumb") == "dumb":
        return "this terminal shows lines alone (TERM=dumb)"
    return ""


verbose = click.option(
    "-v", "--verbose", is_flag=True, expose_value=False, help="Show the traceback of an error."
)

narrated = click.option(
    "--narrate", is_flag=True, help="Tell all in plain sentences, for a screen reader."
)


def refuse_beside_narrate(narrate: bool, others: Mapping[str, object]) -> None:
    """InvalidInput where another way of telling is asked for too."""
    for option, value in others.items():
        if narrate and value:
            raise InvalidInput(f"goes without {option}", where="--narrate", hint="leave one out")


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, "-V", "--version", prog_name="nn-tui")
def commands() -> None:
    """A workbench for training neural networks, step by step.

    nn-tui PRESET, FILE or RUN opens it on the screen; without a name, the AND gate.
    """


def say(line: str) -> None:
    """One line on standard error."""
    sys.stderr.write(f"nn-tui: {line}\n")
