"""Take an experiment or a run out of nn-tui: as a script, its weights, or its numbers."""

import io
import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from tui_nn.data.changing import with_changes
from tui_nn.data.open import open_experiment
from tui_nn.data.prepare import Prepared
from tui_nn.headless.output import print_bytes, print_text
from tui_nn.headless.show_run import run_of
from tui_nn.headless.waiting import waiting
from tui_nn.runs.folder import Folder, replace_file
from tui_nn.runs.log import read_records
from tui_nn.runs.metrics import evaluations_csv, steps_csv
from tui_nn.spec.errors import InvalidInput, printable
from tui_nn.spec.protocol import Changed

SUFFIXES = {"safetensors": ".safetensors", "pt2": ".pt2", "onnx": ".onnx"}


@dataclass(frozen=True)
class Wanted:
    """What is to be written, and where."""

    to: str
    form: str | None = None
    over: str | None = None
    out: str | None = None
    force: bool = False


@dataclass(frozen=True)
class Source:
    """What is taken along."""

    prepared: Prepared
    """With what was changed before the first step."""
    name: str
    run: Folder | None = None
    steps: int | None = None
    """How many a run took; None for an experiment, or a run that was never saved."""
    changes: tuple[Changed, ...] = ()
    """What was changed on the way to where the run stands, after its first step."""
    is_begun_from_file: bool = False
    """Whether the run's initial weights are those of its init.safetensors."""


def export(
    word: str, runs: Path, changes: Sequence[str], wanted: Wanted, target: Sequence[str] = ()
) -> None:
    """Write what `wanted` asks for of a run or an experiment, and say where it is.

    Raises InvalidInput for what isn't there, doesn't fit, or would be written over.
    """
    for option, given, kind in (("--form", wanted.form, "python"), ("--over", wanted.over, "csv")):
        if given and wanted.to != kind:
            raise InvalidInput(
                f"goes with --to {kind}, not {wanted.to}", where=option, hint="take it out"
            )
    run = run_of(word, runs)
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
        if run is None:
            prepared = open_experiment(word, changes, target, tell).prepared
            source = Source(prepared, prepared.plan.experiment.name)
        else:
            source = _of_run(run, open_experiment(str(run.experiment), tell=tell).prepared)
    if wanted.to == "python":
        _export_script(source, wanted)
    else:
        _export_network(source, wanted)


def _of_run(run: Folder, root: Prepared) -> Source:
    """A run up to its last checkpoint."""
    steps: int | None = None
    changes: list[Changed] = []
    if run.last.exists():
        from tui_nn.engine.keeping import read_last

        saving, lineage = read_last(run, root)
        moment = saving.moment
        steps, changes = moment.step, lineage.all_changes(moment.branch)[: moment.changes]
    first = [change for change in changes if change.step == 0]
    prepared = with_changes(root, first)
    experiment = replace(prepared.plan.experiment, name=run.name)
    return Source(
        replace(prepared, plan=replace(prepared.plan, experiment=experiment)),
        run.name,
        run,
        steps,
        tuple(changes[len(first) :]),
        run.init.exists() and not any(c.key == "train.seed" and c.new != c.old for c in first),
    )


def _export_script(source: Source, wanted: Wanted) -> None:
    from tui_nn.engine.export.script import write_script
    from tui_nn.engine.weights import first_weights

    out = Path(wanted.out or f"{source.name}-python")
    is_file = out.suffix == ".py"
    folder, script_name = (out.parent, out.name) if is_file else (out, "train.py")
    initial = None
    if source.run is not None and source.is_begun_from_file:
        weights = first_weights(source.prepared.plan, source.run.init)
        initial = {name: tensor.numpy() for name, tensor in weights.items()}
    script = write_script(
        source.prepared,
        wanted.form or "sequential",
        steps=source.steps,
        changes=source.changes,
        initial=initial,
    )
    files = {script_name: script.text.encode()}
    for file, arrays in script.files.items():
        packed = io.BytesIO()
        np.savez_compressed(packed, **arrays)  # type: ignore[arg-type]
        files[file] = packed.getvalue()
    for file in files:
        _refuse_to_overwrite(folder / file, wanted.force)
    for file, data in files.items():
        _save(folder / file, data)
    path = folder / script_name
    beside = f", {' and '.join(list(files)[1:])} beside it" if len(files) > 1 else ""
    print_text(f"wrote {path}{beside}: python {path} trains it")


def _export_network(source: Source, wanted: Wanted) -> None:
    from tui_nn.engine.export import files
    from tui_nn.engine.export.usage import usage

    out = Path(wanted.out or f"{source.name}{SUFFIXES[wanted.to]}")
    _refuse_to_overwrite(out, wanted.force)
    prepared, run = source.prepared, source.run
    network = files.network_of(prepared, _weights_of(run, prepared) if run else None)
    match wanted.to:
        case "safetensors":
            data = files.safetensors_bytes(prepared, network)
        case "pt2":
            data = files.pt2_bytes(prepared, network)
        case _:
            data = files.onnx_bytes(prepared, network)
    _save(out, data)
    which = "trained" if run else "initial"
    print_text(f"wrote {out}: the {which} weights, {len(data):,} bytes")
    print_text("\n".join(map(printable, usage(prepared))))


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
            f"{word} is no run, and only a run has numbers",
            where="--to csv",
            hint="`nn-tui runs` lists the runs",
        )
    table = steps_csv if wanted.over == "step" else evaluations_csv
    path = None if wanted.out in (None, "-") else Path(wanted.out or "")
    if path is None:
        for line in table(read_records(run.events)):
            print_bytes(line.encode())
        return
    _refuse_to_overwrite(path, wanted.force)
    _save(path, "".join(table(read_records(run.events))).encode())
    sys.stderr.write(f"wrote {path}\n")


def _refuse_to_overwrite(path: Path, force: bool) -> None:
    """InvalidInput where a file can't or mustn't be written."""
    if os.path.isdir(path):
        raise InvalidInput("is a folder", where=str(path), hint="name a file with -o")
    if not force and os.path.exists(path):
        raise InvalidInput(
            "is there already", where=str(path), hint="--force writes over it, -o elsewhere"
        )


def _save(path: Path, data: bytes) -> None:
    """Write a file, its folder too."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        replace_file(path, data)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise InvalidInput(
            f"can't be written ({reason})", where=str(path), hint="-o writes elsewhere"
        ) from None
