"""`completion`: what a shell reads to complete nn-tui's words."""

import click
from click.shell_completion import (
    BashComplete,
    CompletionItem,
    FishComplete,
    ShellComplete,
    ZshComplete,
    add_completion_class,
)

from tui_nn.cli.group import commands, verbose


class Paths(ShellComplete):
    """Where nothing is known that begins so, the shell completes paths as it always does."""

    def get_completions(self, args: list[str], incomplete: str) -> list[CompletionItem[str]]:
        found = super().get_completions(args, incomplete)
        return found or [CompletionItem(incomplete, type="file")]


@add_completion_class
class Bash(Paths, BashComplete):
    """Puts no space behind `key=`, and takes a word that bash has cut there as one."""

    source_template = BashComplete.source_template.replace(
        "    return 0\n", "    [[ ${COMPREPLY[0]} == *= ]] && compopt -o nospace\n    return 0\n", 1
    )

    def get_completion_args(self) -> tuple[list[str], str]:
        args, incomplete = super().get_completion_args()
        words: list[str] = []
        for word in (*args, incomplete):
            if words and (word == "=" or words[-1].endswith("=")):
                words[-1] += word
            else:
                words.append(word)
        return words[:-1], words[-1]


@add_completion_class
class Zsh(Paths, ZshComplete):
    """Puts no space behind `key=`."""

    source_template = ZshComplete.source_template.replace(
        "        _describe -V unsorted completions_with_descriptions -U\n",
        "        local -a behind\n"
        '        [[ "$completions_with_descriptions[1]" == *=:* ]] && behind=(-S "")\n'
        '        _describe -V unsorted completions_with_descriptions -U "${behind[@]}"\n',
    )


@add_completion_class
class Fish(Paths, FishComplete):
    """As click has it."""


@commands.command()
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
@verbose
def completion(shell: str) -> None:
    """Print what makes a shell complete commands, presets, runs, names and keys.

    \b
    bash   eval "$(nn-tui completion bash)"       in ~/.bashrc
    zsh    eval "$(nn-tui completion zsh)"        in ~/.zshrc, after compinit
    fish   nn-tui completion fish > ~/.config/fish/completions/nn-tui.fish
    """
    from click.shell_completion import get_completion_class

    found = get_completion_class(shell)
    assert found
    click.echo(found(commands, {}, "nn-tui", "_NN_TUI_COMPLETE").source())
