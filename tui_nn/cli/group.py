"""The group that all commands join, and what they share."""

import sys

import click

from tui_nn import __version__
from tui_nn.spec.errors import InvalidInput

DEFAULT_PRESET = "and-gate"


class Commands(click.Group):
    """`nn-tui WORD`: a command, else a run to follow, a preset or a file to train."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        return super().parse_args(ctx, args or ["open"])

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        word = args[0]
        if word in self.commands:
            return super().resolve_command(ctx, args)
        from tui_nn.runs.folder import find_run, match_run
        from tui_nn.spec.catalog.entry import near
        from tui_nn.spec.files import find_experiment, near_file

        at_the_other_end = any(arg.split("=")[0] == "--engine" for arg in args[1:])
        if not at_the_other_end and find_run(word) is None:
            try:
                find_experiment(word)
            except InvalidInput as error:
                if match_run(word) is None:
                    hint = near(word, self.commands) or near_file(word)
                    lists = "`nn-tui presets` and `nn-tui runs` list them"
                    none = f"there is no command, preset, file or run {word}"
                    raise InvalidInput(
                        error.message if error.where else none,
                        where=error.where,
                        hint=hint or f"{lists}, `nn-tui --help` the commands",
                    ) from None
        return "open", self.commands["open"], args


verbose = click.option(
    "-v", "--verbose", is_flag=True, expose_value=False, help="Show the traceback of an error."
)


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, "-V", "--version", prog_name="nn-tui")
def commands() -> None:
    """A workbench for training neural networks, step by step.

    nn-tui PRESET, FILE or RUN opens it on the screen; without a name, the AND gate.
    """


def say(line: str) -> None:
    """One line on standard error."""
    sys.stderr.write(f"nn-tui: {line}\n")
