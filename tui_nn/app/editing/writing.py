"""An experiment as it is now, written to a file; comments of the one it came from stay."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from tui_nn.spec.changes import Difference, with_values
from tui_nn.spec.errors import InvalidInput
from tui_nn.spec.files import load_experiment, write_toml
from tui_nn.spec.finding import find_experiment, read_text
from tui_nn.spec.trial import experiment_of_settings


def write_experiment(settings: Mapping[str, Any], opened: str, path: Path) -> str:
    """Write it whole or not at all; what was done, in words. InvalidInput where it can't be."""
    experiment, original = experiment_of_settings(settings), ""
    try:
        source = find_experiment(opened)
        if source.is_file() and source.suffix == ".toml":
            original, experiment = read_text(source), replace(experiment, folder=source.parent)
    except InvalidInput:
        pass  # a run, or a pasted text
    replace_text(path, write_toml(experiment, original, anywhere=True))
    return f"saved as {path}"


def write_changes(changes: Sequence[Difference], path: Path) -> str:
    """Write what was changed into its file, whole or not at all, all else as it stands there; the
    new text. InvalidInput where it can't be.
    """
    original = read_text(path)
    experiment = with_values(load_experiment(str(path)), ((one.key, one.new) for one in changes))
    # Paths as they were written: they start where the file lies.
    text = write_toml(replace(experiment, folder=Path()), original)
    replace_text(path, text)
    return text


def replace_text(path: Path, text: str) -> None:
    """Write a file whole or not at all; InvalidInput where it can't be."""
    beside = path.with_name(f".{path.name}.{os.urandom(4).hex()}")
    try:
        beside.write_text(text, encoding="utf-8")
        beside.replace(path)
    except OSError as error:
        beside.unlink(missing_ok=True)
        raise InvalidInput(f"{path} can't be written ({error.strerror})") from None
