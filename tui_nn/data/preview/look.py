"""What a file or folder holds, whatever it is."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tui_nn.data.open import data_call, refuse_target, with_target
from tui_nn.data.preview.arrays import preview_idx, preview_images, preview_npz
from tui_nn.data.preview.folder import folder_reader
from tui_nn.data.preview.table import preview_table
from tui_nn.spec.call import Call
from tui_nn.spec.files import load_experiment
from tui_nn.spec.finding import find_experiment
from tui_nn.spec.protocol.disk import Contents


def look_into(word: str, target: Sequence[str] = (), limit: int = 20) -> Contents:
    """A preset, an experiment's file or data, as much as can be told in about a second.

    `target`: columns of a table to predict; `limit`: rows or pictures at most. Nothing in a file
    is ever run. Raises InvalidInput for what can't be opened at all.
    """
    path = find_experiment(str(Path(word).expanduser()) if word.startswith("~") else word)
    # Of a folder only a little is looked at to see what it is.
    call = Call(folder_reader(path), (word,)) if path.is_dir() else data_call(path)
    if call is None:
        refuse_target(target)
        return preview_experiment(str(path), word)
    with_target(call, target)  # refuses one for what has no columns
    match call.name:
        case "csv":
            return preview_table(path, word, target, limit)
        case "npz":
            return preview_npz(path, word, limit)
        case "idx":
            return preview_idx(path, word, limit)
    return preview_images(path, word, limit)


def preview_experiment(file: str, word: str) -> Contents:
    """What an experiment's file says; InvalidInput names what is wrong in it."""
    experiment = load_experiment(file)
    return Contents(
        path=word,
        opens="experiment",
        reader="experiment",
        call=str(experiment.data.call),
        experiment=_plain(experiment.table),
    )


def _plain(value: Any) -> Any:
    """As JSON gives it back: lists, not tuples."""
    if isinstance(value, dict):
        return {key: _plain(part) for key, part in value.items()}
    return [_plain(part) for part in value] if isinstance(value, tuple) else value
