"""The house keeps its form: short files and functions, every key told, a wheel that works."""

import ast
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tui_nn.spec.checks import CONDITIONS
from tui_nn.spec.keys import SECTIONS, TOP
from tui_nn.spec.lesson import GUESS, SLIDE

ROOT = Path(__file__).parents[1]
SOURCES = sorted((ROOT / "tui_nn").rglob("*.py"))


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_files_and_functions_stay_short(path: Path) -> None:
    text = path.read_text()
    assert text.count("\n") <= 400
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            assert (node.end_lineno or 0) - node.lineno < 60, node.name


def test_contributing_lists_every_key_of_an_experiment() -> None:
    text = (ROOT / "CONTRIBUTING.md").read_text()
    keys = [key.name for key in TOP]
    keys += [f"{section}.{key.name}" for section, table in SECTIONS.items() for key in table]
    assert [key for key in keys if f"`{key}`" not in text] == []


def test_contributing_lists_every_key_of_a_lesson() -> None:
    text = (ROOT / "CONTRIBUTING.md").read_text()
    keys = [key.name for key in SLIDE] + [f"guess.{key.name}" for key in GUESS]
    assert [key for key in keys if f"`{key}`" not in text] == []
    assert [kind for kind in CONDITIONS if f"`{{ {kind} = " not in text] == []


@pytest.mark.slow
def test_a_wheel_in_an_empty_directory_finds_its_presets_data_and_words(tmp_path: Path) -> None:
    build = [
        sys.executable,
        "-m",
        "hatchling",
        "build",
        "-t",
        "wheel",
        "-d",
        str(tmp_path / "dist"),
    ]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    [wheel] = (tmp_path / "dist").glob("*.whl")
    installed, empty = tmp_path / "installed", tmp_path / "empty"
    empty.mkdir()
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(installed)
    environment = {**os.environ, "PYTHONPATH": str(installed)}
    for arguments, expected in (
        (["presets"], "and-gate"),
        (["train", "digits-softmax", "--epochs", "1"], "val"),
        (["train", "csv", "--epochs", "1"], "always Adelie"),
        (["explain", "Adam"], "betas"),
        (["explain", "forward"], "With numbers"),
    ):
        command = [sys.executable, "-P", "-m", "tui_nn", *arguments]
        done = subprocess.run(command, cwd=empty, env=environment, capture_output=True, text=True)
        assert expected in done.stdout, done.stderr
    where = "import tui_nn; print(tui_nn.__file__)"
    done = subprocess.run(
        [sys.executable, "-P", "-c", where], cwd=empty, env=environment, capture_output=True,
        text=True, check=True,
    )  # fmt: skip
    assert str(installed) in done.stdout
