"""What a shell offers for the word that is being typed."""

import shutil
import subprocess
import sys
from pathlib import Path

import pexpect
import pytest

from tests.cli.support import ENVIRONMENT, nn_tui
from tests.support import GATE
from tui_nn.runs.folder import create


@pytest.fixture
def offered(monkeypatch: pytest.MonkeyPatch) -> "Offered":
    return Offered(monkeypatch)


class Offered:
    """Asks as click's scripts do; the last word is the one that is being typed."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self._set = monkeypatch.setenv

    def __call__(self, *words: str) -> list[str]:
        """As fish is answered: without what helps."""
        return [line.partition("\t")[0] for line in self.lines(*words)]

    def lines(self, *words: str, shell: str = "fish") -> list[str]:
        typed = words[-1] if shell == "fish" else str(len(words))
        self._set("COMP_WORDS", "\n".join(["nn-tui", *words]).rstrip("\n"))
        self._set("COMP_CWORD", typed)
        self._set("_NN_TUI_COMPLETE", f"{shell}_complete")
        answer = nn_tui()
        assert (answer.code, answer.err) == (0, "")
        return [line for line in answer.out.splitlines() if line]


@pytest.fixture
def runs() -> list[str]:
    """The names of two runs, the older one first."""
    return [create(Path("runs"), name, GATE).name for name in ("a-one", "b-two")]


def test_the_first_word_is_a_command_a_preset_or_a_run(offered: Offered, runs: list[str]) -> None:
    found = offered("")
    assert {"plain,train", "plain,xor-mlp", "plain,latest"} <= {*found}
    assert [f"plain,{name}" for name in runs[::-1]] == found[-2:]
    assert offered("xor-m") == ["plain,xor-mlp"]
    assert offered("compl") == ["plain,completion"]


def test_a_preset_is_told_by_its_title(offered: Offered) -> None:
    assert offered.lines("train", "and-g") == ["plain,and-gate\tAND gate"]


def test_files_of_the_working_directory_are_experiments_too(offered: Offered) -> None:
    for name in ("mine.toml", "mine.csv", "mine.txt", "mine and yours.csv"):
        Path(name).write_text("")
    assert offered("show", "min") == ["plain,mine.csv", "plain,mine.toml"]


@pytest.mark.parametrize(
    "words",
    [
        ("show", "../x"),
        ("nothing",),
        ("predict", "../x"),
        ("preview", "x"),
        ("show", "--runs", "x"),
    ],
)
def test_a_word_that_begins_nothing_known_is_a_path(
    offered: Offered, words: tuple[str, ...]
) -> None:
    assert offered(*words) == [f"file,{words[-1]}"]


@pytest.mark.parametrize(
    "words", [("predict",), ("compare",), ("follow",), ("runs", "rm"), ("train", "--resume")]
)
def test_runs_are_offered_where_a_run_is_wanted(
    offered: Offered, runs: list[str], words: tuple[str, ...]
) -> None:
    assert offered(*words, "") == [f"plain,{name}" for name in ("latest", *runs[::-1])]


@pytest.mark.parametrize(
    "words", [("show", "--runs", "DIR"), ("runs", "--runs", "DIR", "rm"), ("rm", "--runs", "DIR")]
)
def test_runs_are_looked_for_where_they_are(
    offered: Offered, tmp_path: Path, words: tuple[str, ...]
) -> None:
    name = create(tmp_path / "kept", "elsewhere", GATE).name
    asked = [str(tmp_path / "kept") if word == "DIR" else word for word in words]
    asked = ["runs", *asked] if words[0] == "rm" else asked
    assert offered(*asked, name[:12]) == [f"plain,{name}"]


@pytest.mark.parametrize("words", [("train", "xor-mlp"), ("xor-mlp",), ("train", "--resume", "x")])
def test_behind_an_experiment_come_keys(offered: Offered, words: tuple[str, ...]) -> None:
    assert offered(*words, "train.ep") == ["plain,train.epochs="]
    assert offered(*words, "opt") == ["plain,optimizer="]


def test_every_name_that_can_be_explained_is_offered(offered: Offered) -> None:
    assert offered("explain", "adamw") == ["plain,AdamW"]
    assert offered("explain", "accur") == ["plain,accuracy"]
    assert offered("explain", "forw") == ["plain,forward"]
    found = offered("explain", "")
    assert {"plain,Conv2d", "plain,spiral", "plain,train.patience"} <= {*found}
    for line in found[::20]:
        assert nn_tui_explains(line.removeprefix("plain,"))


def test_lessons_are_offered_where_one_is_wanted(offered: Offered) -> None:
    Path("mine.lesson.toml").write_text("")
    Path("mine.toml").write_text("")
    assert offered("check", "and-g") == ["plain,and-gate"]
    assert offered("check", "mi") == ["plain,mine.lesson.toml"]


def nn_tui_explains(name: str) -> bool:
    from tui_nn.reference import entry_page

    return bool(entry_page(name))


def test_bash_cuts_words_at_an_equals_sign_and_is_understood(offered: Offered) -> None:
    assert offered.lines("open", "xor-mlp", "--theme", "=", "l", shell="bash") == ["plain,light"]
    assert offered.lines("train", "xor-mlp", "lr", "=", shell="bash") == ["file,lr="]
    assert offered.lines("train", "xor-mlp", "lr", "=", "1", "op", shell="bash") == [
        "plain,optimizer="
    ]


def test_a_key_is_completed_in_bash_up_to_its_value(tmp_path: Path) -> None:
    bash = shutil.which("bash")
    version = "" if bash is None else bash_version(bash)
    if version < "4.4":
        pytest.skip("click completes in bash from 4.4 on")
    stub = tmp_path / "nn-tui"
    stub.write_text(
        f'#!/bin/sh\n[ -n "$_NN_TUI_COMPLETE" ] && exec {sys.executable} -m tui_nn\n'
        'echo "given: $*"\n'
    )
    stub.chmod(0o755)
    environment = ENVIRONMENT | {"PATH": f"{tmp_path}:{ENVIRONMENT['PATH']}", "PS1": "$ "}
    shell = pexpect.spawn(
        "bash --norc --noprofile", env=environment, encoding="utf-8", timeout=30, echo=False
    )
    shell.sendline(f"eval \"$({sys.executable} -m tui_nn completion bash)\"; echo rea'dy'")
    shell.expect("ready")
    shell.send("nn-tui train xor-ml\ttrain.ep\t7\n")
    shell.expect("given: ([^\r\n]*)")
    assert shell.match[1] == "train xor-mlp train.epochs=7"
    shell.close()


def bash_version(bash: str) -> str:
    done = subprocess.run([bash, "-c", "echo $BASH_VERSION"], capture_output=True, text=True)
    return done.stdout


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_a_shell_gets_its_script(shell: str) -> None:
    answer = nn_tui("completion", shell)
    assert (answer.code, answer.err) == (0, "")
    assert f"_NN_TUI_COMPLETE={shell}_complete" in answer.out


def test_another_shell_is_answered_in_a_line() -> None:
    answer = nn_tui("completion", "tcsh")
    assert (answer.code, answer.err.count("\n")) == (2, 1)


def test_completing_loads_neither_torch_nor_numpy() -> None:
    script = (
        "import sys; from tui_nn.cli import main\n"
        "try: main()\n"
        "except SystemExit as end: assert not end.code, end.code\n"
        "loaded = {'torch', 'textual', 'numpy'} & set(sys.modules)\n"
        "assert not loaded, loaded"
    )
    for words in ("nn-tui ", "nn-tui explain A"):
        asked = {"COMP_WORDS": words, "COMP_CWORD": "1", "_NN_TUI_COMPLETE": "zsh_complete"}
        subprocess.run(
            [sys.executable, "-c", script], env=ENVIRONMENT | asked, check=True, timeout=60,
            capture_output=True,
        )  # fmt: skip
