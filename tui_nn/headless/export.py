"""Take an experiment or a run out of nn-tui: as a script, its weights, or its numbers."""

import io
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from tui_nn.data.open import open_experiment
from tui_nn.data.prepare import Prepared, prepare
from tui_nn.headless.output import print_bytes, print_text
from tui_nn.headless.waiting import waiting
from tui_nn.runs.folder import Folder, find_run, replace_file
from tui_nn.runs.metrics import metrics_csv
from tui_nn.spec.errors import InvalidInput
from tui_nn.spec.files import shown
from tui_nn.spec.protocol import Changed, Ended, Record, Stepped, decode

SUFFIXES = {"safetensors": ".safetensors", "pt2": ".pt2", "onnx": ".onnx", "csv": ".csv"}


@dataclass(frozen=True)
class Wanted:
    """What is to be written, and where."""

    to: str
    form: str | None = None
    out: str | None = None
    force: bool = False


def export(word: str, changes: Sequence[str], wanted: Wanted, target: Sequence[str] = ()) -> None:
    """Write what `wanted` asks for of a run or an experiment, and say where it is.

    Raises InvalidInput for what isn't there, doesn't fit, or would be written over.
    """
    if wanted.form and wanted.to != "python":
        raise InvalidInput(
            f"goes with --to python, not {wanted.to}", where="--form", hint="take it out"
        )
    run = find_run(word)
    if run is not None and (changes or target):
        raise InvalidInput(
            "a run stays as it was trained",
            where=changes[0] if changes else "--target",
            hint=f"write nn-tui export {run.experiment} … for its experiment with changes",
        )
    if wanted.to == "csv":
        _export_metrics(word, run, wanted)
        return
    if wanted.to == "onnx":
        from tui_nn.engine.export.files import need_onnx

        need_onnx()
    with waiting() as tell:
        prepared = (
            open_experiment(word, changes, target, tell).prepared if run is None else _of_run(run)
        )
    name = prepared.plan.experiment.name if run is None else run.name
    if wanted.to == "python":
        _export_script(prepared, run, name, wanted)
    else:
        _export_network(prepared, run, name, wanted)


def records_of(path: Path) -> list[Record]:
    """The records of a log; a last line that was cut off is left out."""
    lines = path.read_bytes().split(b"\n")
    records: list[Record] = []
    for number, line in enumerate(lines[:-1], 1):
        try:
            records.append(decode(line))
        except InvalidInput as error:
            raise error.at(f"{shown(path)}: line {number}") from None
    return records


def _of_run(run: Folder) -> Prepared:
    """What the run was trained on, with what was changed before its first step."""
    prepared = open_experiment(str(run.experiment)).prepared
    experiment = replace(prepared.plan.experiment, name=run.name)
    first = [(change.key, change.new) for change in _changes(run) if change.step == 0]
    if not first:
        return replace(prepared, plan=replace(prepared.plan, experiment=experiment))
    from tui_nn.engine.export.segments import with_values

    return prepare(with_values(experiment, first))


def _changes(run: Folder) -> list[Changed]:
    """What was changed on the way to where the run stands, in order."""
    if not run.changes.is_file():
        return []
    found = [record for record in records_of(run.changes) if isinstance(record, Changed)]
    branch, _ = _present(run)
    return _on_the_way(found, branch)


def _on_the_way(changes: Sequence[Changed], branch: int) -> list[Changed]:
    """The changes of a branch, behind those of its parents up to where it leaves them."""
    own = [change for change in changes if change.branch == branch]
    leaves = [change for change in own if change.parent is not None]
    if not leaves or leaves[0].parent == branch:
        return own
    parent, step = leaves[0].parent, leaves[0].step
    assert parent is not None
    rest = [change for change in changes if change.branch != branch]
    return [change for change in _on_the_way(rest, parent) if change.step <= step] + own


def _present(run: Folder) -> tuple[int, int]:
    """The branch and the step at which the run stands."""
    told = [r for r in records_of(run.events) if isinstance(r, Stepped | Ended)]
    return (told[-1].branch, told[-1].step) if told else (0, 0)


def _export_script(prepared: Prepared, run: Folder | None, name: str, wanted: Wanted) -> None:
    from tui_nn.engine.export.script import write_script
    from tui_nn.engine.weights import read_weights

    out = Path(wanted.out or f"{name}-python")
    is_file = out.suffix == ".py"
    folder, script_name = (out.parent, out.name) if is_file else (out, "train.py")
    initial = None
    if run is not None and run.init.is_file():
        initial = {key: tensor.numpy() for key, tensor in read_weights(run.init).items()}
    script = write_script(
        prepared,
        wanted.form or "sequential",
        steps=_present(run)[1] if run else None,
        changes=[change for change in _changes(run) if change.step] if run else (),
        initial=initial,
    )
    files = {script_name: script.text.encode()}
    for file, arrays in script.files.items():
        packed = io.BytesIO()
        np.savez_compressed(packed, **arrays)  # type: ignore[arg-type]
        files[file] = packed.getvalue()
    paths = [_save(folder / file, data, wanted.force, dry=True) for file, data in files.items()]
    for path, data in zip(paths, files.values(), strict=True):
        _save(path, data, force=True)
    beside = f" with {', '.join(list(files)[1:])} beside it" if len(files) > 1 else ""
    print_text(f"wrote {paths[0]}{beside}: python {paths[0]} runs it")


def _export_network(prepared: Prepared, run: Folder | None, name: str, wanted: Wanted) -> None:
    from tui_nn.engine.export import files

    out = Path(wanted.out or f"{name}{SUFFIXES[wanted.to]}")
    _save(out, b"", wanted.force, dry=True)
    network = files.network_of(prepared, _weights_of(run, prepared) if run else None)
    match wanted.to:
        case "safetensors":
            data = files.safetensors_bytes(network)
        case "pt2":
            data = files.pt2_bytes(prepared, network)
        case _:
            data = files.onnx_bytes(prepared, network)
    _save(out, data, force=True)
    which = "its weights" if run else "its initial weights"
    print_text(f"wrote {out}: {which}, {len(data):,} bytes")


def _weights_of(run: Folder, prepared: Prepared) -> Path:
    """The weights that a run leaves: with patience those of its best evaluation."""
    keeps_best = prepared.plan.experiment.train.patience is not None
    for path in (run.best, run.last) if keeps_best else (run.last, run.best):
        if path.is_file():
            return path
    raise InvalidInput(
        "has no saved weights",
        where=str(run.path),
        hint=f"train it further: nn-tui train --resume {run.name}",
    )


def _export_metrics(word: str, run: Folder | None, wanted: Wanted) -> None:
    if run is None:
        raise InvalidInput(
            "needs a run, whose evaluations it writes",
            where="--to csv",
            hint=f"`nn-tui runs` lists them; there is none named {word}",
        )
    data = metrics_csv(records_of(run.events)).encode()
    if wanted.out in (None, "-"):
        print_bytes(data)
        return
    assert wanted.out is not None
    path = _save(Path(wanted.out), data, wanted.force)
    sys.stderr.write(f"wrote {path}\n")


def _save(path: Path, data: bytes, force: bool, dry: bool = False) -> Path:
    """Write a file, its folder too; `dry` only asks whether it may be written."""
    if path.is_dir():
        raise InvalidInput("is a folder", where=str(path), hint="name a file with -o")
    if not force and path.exists():
        raise InvalidInput(
            "is there already", where=str(path), hint="--force writes over it, -o elsewhere"
        )
    if dry:
        return path
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        replace_file(path, data)
    except OSError as error:
        raise InvalidInput(
            f"can't be written ({error.strerror})", where=str(path), hint="-o writes elsewhere"
        ) from None
    return path
