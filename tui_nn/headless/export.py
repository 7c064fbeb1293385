"""Take an experiment or a run out of nn-tui: as a script, its weights, or its numbers."""

import io
import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from tui_nn.data.changing import with_changes
from tui_nn.data.files.source import Tell
from tui_nn.data.open import open_experiment
from tui_nn.data.prepare import Prepared, prepare
from tui_nn.data.recipe import recipe_of, to_bytes
from tui_nn.headless.output import print_bytes, print_text
from tui_nn.headless.show_run import run_of
from tui_nn.headless.trained import open_trained
from tui_nn.headless.waiting import waiting
from tui_nn.runs.folder import Folder, replace_file
from tui_nn.runs.log import read_records
from tui_nn.runs.metrics import metrics_csv, steps_csv
from tui_nn.spec.changes import starts_alike
from tui_nn.spec.errors import InvalidInput, printable

if TYPE_CHECKING:
    from tui_nn.engine.export.script import Script

SUFFIXES = {"safetensors": ".safetensors", "pt2": ".pt2", "onnx": ".onnx"}
STDOUT = "-"


@dataclass(frozen=True)
class Wanted:
    """What is to be written, and where."""

    to: str
    form: str | None = None
    over: str | None = None
    out: str | None = None
    force: bool = False


def export(
    word: str,
    changes: Sequence[str],
    wanted: Wanted,
    target: Sequence[str] = (),
    runs: Path = Path("runs"),
) -> None:
    """Write what `wanted` asks for of a run or an experiment, and say where it is.

    Raises InvalidInput for what isn't there, doesn't fit, or would be written over.
    """
    for option, given, kind in (("--form", wanted.form, "python"), ("--over", wanted.over, "csv")):
        if given and wanted.to != kind:
            raise InvalidInput(
                f"goes with --to {kind}, not {wanted.to}", where=option, hint="leave it out"
            )
    run = run_of(word, runs)
    if run is not None and (changes or target):
        raise InvalidInput(
            "a run stays as it was trained",
            where=changes[0] if changes else "--target",
            hint=f"write nn-tui export {run.experiment} … for its experiment with changes",
        )
    if wanted.to == "csv":
        _export_metrics(run, wanted)
    elif wanted.to == "python":
        with waiting() as tell:
            name, script = (
                _script_of_run(run, wanted.form, tell)
                if run
                else _script_of(open_experiment(word, changes, target, tell).prepared, wanted.form)
            )
        _write_script(script, name, wanted)
    else:
        _export_network(word, changes, target, run, wanted)


def _script_of(prepared: Prepared, form: str | None) -> "tuple[str, Script]":
    from tui_nn.engine.export.script import write_script

    return prepared.plan.experiment.name, write_script(prepared, form or "sequential")


def _script_of_run(run: Folder, form: str | None, tell: Tell) -> "tuple[str, Script]":
    """The script of a run up to where it was last saved."""
    from tui_nn.engine.export.script import write_script
    from tui_nn.engine.keeping import course_of
    from tui_nn.engine.weights import initial_weights

    course = course_of(run)
    if not run.last.is_file():
        raise InvalidInput(
            "the run was never saved",
            where=str(run.path),
            hint=f"nn-tui export {run.experiment} … writes its experiment",
        )
    root = prepare(replace(course.before, name=run.name), tell)
    first = [change for change in course.changes if not change.step]
    begun, initial = with_changes(root, first), None
    if run.init.is_file() and starts_alike(begun.plan.experiment, root.plan.experiment):
        state = initial_weights(root.plan, run.init)
        initial = {name: tensor.numpy() for name, tensor in state.items()}
    return run.name, write_script(
        begun,
        form or "sequential",
        steps=course.steps,
        changes=course.changes[len(first) :],
        initial=initial,
    )


def _write_script(script: "Script", name: str, wanted: Wanted) -> None:
    if wanted.out == STDOUT:
        if script.files:
            raise InvalidInput(
                f"the script needs {' and '.join(script.files)} beside it",
                where="-o -",
                hint="name a folder",
            )
        print_bytes(script.text.encode())
        return
    out = Path(wanted.out or f"{name}-python")
    folder, script_name = (out.parent, out.name) if out.suffix == ".py" else (out, "train.py")
    files = {folder / script_name: script.text.encode()}
    for file, arrays in script.files.items():
        packed = io.BytesIO()
        np.savez_compressed(packed, **arrays)  # type: ignore[arg-type]
        files[folder / file] = packed.getvalue()
    for path in files:
        _refuse_to_replace(path, wanted.force)
    for path, data in files.items():
        _save(path, data)
    path = folder / script_name
    beside = f" with {' and '.join(script.files)} beside it" if script.files else ""
    print_text(f"wrote {path}{beside}: python {path} runs it")


def _export_network(
    word: str, changes: Sequence[str], target: Sequence[str], run: Folder | None, wanted: Wanted
) -> None:
    """The network with its initial weights, or those that a run left."""
    from tui_nn.engine.export import files
    from tui_nn.engine.export.usage import usage

    if wanted.to == "onnx":
        files.need_onnx()
    with waiting() as tell:
        if run is None:
            prepared = open_experiment(word, changes, target, tell).prepared
            plan, recipe = prepared.plan, recipe_of(prepared)
            name, weights, which = plan.experiment.name, None, "initial weights"
        else:
            trained = open_trained(str(run.path), Path(), None, tell)
            plan, recipe = trained.plan, trained.recipe
            name, weights = run.name, trained.weights
            which = f"weights of {weights.name}"
    out = Path(wanted.out or f"{name}{SUFFIXES[wanted.to]}")
    if wanted.out != STDOUT:
        _refuse_to_replace(out, wanted.force)
    network = files.network_of(plan, weights)
    told = "\n".join(usage(plan, recipe))
    match wanted.to:
        case "safetensors":
            data = files.safetensors_bytes(network, told)
        case "pt2":
            data = files.pt2_bytes(plan, network, told, to_bytes(recipe))
        case _:
            data = files.onnx_bytes(plan, network, told)
    if wanted.out == STDOUT:
        print_bytes(data)
        return
    _save(out, data)
    print_text(f"wrote {out}: {which}, {len(data):,} bytes")
    print_text("\n".join(map(printable, told.splitlines())))


def _export_metrics(run: Folder | None, wanted: Wanted) -> None:
    if run is None:
        raise InvalidInput(
            "writes the evaluations of a run, and this is an experiment",
            where="--to csv",
            hint="name a run: `nn-tui runs` lists them",
        )
    table = steps_csv if wanted.over == "step" else metrics_csv
    data = table(read_records(run.events)).encode()
    if wanted.out in (None, STDOUT):
        print_bytes(data)
        return
    assert wanted.out is not None
    path = Path(wanted.out)
    _refuse_to_replace(path, wanted.force)
    _save(path, data)
    sys.stderr.write(f"wrote {path}\n")


def _refuse_to_replace(path: Path, force: bool) -> None:
    """InvalidInput where something is that should stay."""
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
