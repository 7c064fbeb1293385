"""Take an experiment or a run out of nn-tui: as a script, its weights, or its numbers."""

import io
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
from tui_nn.headless.output import print_bytes, print_text
from tui_nn.headless.show_run import run_of
from tui_nn.headless.trained import open_trained
from tui_nn.headless.waiting import waiting
from tui_nn.runs.folder import Folder, replace_file
from tui_nn.runs.log import read_records
from tui_nn.runs.metrics import metrics_csv
from tui_nn.spec.changes import starts_alike
from tui_nn.spec.errors import InvalidInput
from tui_nn.spec.resolve import Plan
from tui_nn.spec.shapes import show

if TYPE_CHECKING:
    from tui_nn.engine.export.script import Script

SUFFIXES = {"safetensors": ".safetensors", "pt2": ".pt2", "onnx": ".onnx"}
STDOUT = "-"


@dataclass(frozen=True)
class Wanted:
    """What is to be written, and where."""

    to: str
    form: str | None = None
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
    if wanted.form and wanted.to != "python":
        raise InvalidInput(
            f"goes with --to python, not {wanted.to}", where="--form", hint="leave it out"
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

    if wanted.to == "onnx":
        files.need_onnx()
    with waiting() as tell:
        if run is None:
            plan = open_experiment(word, changes, target, tell).prepared.plan
            name, weights, which = plan.experiment.name, None, "initial weights"
        else:
            trained = open_trained(str(run.path), Path(), None, tell)
            plan, name, weights = trained.plan, run.name, trained.weights
            which = f"weights of {weights.name}"
    out = Path(wanted.out or f"{name}{SUFFIXES[wanted.to]}")
    if wanted.out != STDOUT:
        _refuse_to_replace(out, wanted.force)
    network = files.network_of(plan, weights)
    match wanted.to:
        case "safetensors":
            data = files.safetensors_bytes(network)
        case "pt2":
            data = files.pt2_bytes(plan, network)
        case _:
            data = files.onnx_bytes(plan, network)
    if wanted.out == STDOUT:
        print_bytes(data)
        return
    _save(out, data)
    takes = "" if wanted.to == "safetensors" else f"; takes {_input_of(plan)}"
    print_text(f"wrote {out}: {which}, {len(data):,} bytes{takes}")


def _input_of(plan: Plan) -> str:
    """`n×2 float32`: what a network takes."""
    kind = "int64" if plan.facts.tokens else plan.experiment.train.dtype
    return f"n×{show(plan.facts.input_shape)} {kind}"


def _export_metrics(run: Folder | None, wanted: Wanted) -> None:
    if run is None:
        raise InvalidInput(
            "writes the evaluations of a run, and this is an experiment",
            where="--to csv",
            hint="name a run: `nn-tui runs` lists them",
        )
    data = metrics_csv(read_records(run.events)).encode()
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
    if path.is_dir():
        raise InvalidInput("is a folder", where=str(path), hint="name a file with -o")
    if not force and path.exists():
        raise InvalidInput(
            "is there already", where=str(path), hint="--force writes over it, -o elsewhere"
        )


def _save(path: Path, data: bytes) -> None:
    """Write a file, its folder too."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        replace_file(path, data)
    except OSError as error:
        raise InvalidInput(
            f"can't be written ({error.strerror})", where=str(path), hint="-o writes elsewhere"
        ) from None
