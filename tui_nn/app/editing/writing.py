"""An experiment as it is now, written to a file; comments of the one it came from stay."""

import os
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from tui_nn.spec.errors import InvalidInput
from tui_nn.spec.files import write_toml
from tui_nn.spec.finding import find_experiment, read_text
from tui_nn.spec.trial import experiment_of_settings


def write_experiment(settings: Mapping[str, Any], opened: str, path: Path) -> str:
    """Write it whole or not at all; what was done, in words."""
    experiment, original = experiment_of_settings(settings), ""
    try:
        source = find_experiment(opened)
        if source.is_file() and source.suffix == ".toml":
            original, experiment = read_text(source), replace(experiment, folder=source.parent)
    except InvalidInput:
        pass  # a run, or a pasted text
    text = write_toml(experiment, original, anywhere=True)
    beside = path.with_name(f".{path.name}.{os.urandom(4).hex()}")
    try:
        beside.write_text(text, encoding="utf-8")
        beside.replace(path)
    except OSError as error:
        beside.unlink(missing_ok=True)
        return f"not saved: {path} can't be written ({error.strerror})"
    return f"saved as {path}"
