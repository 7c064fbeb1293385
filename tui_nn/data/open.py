"""Whatever a person names, ready to train: a preset, an experiment's file, or data of their own."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from shlex import join

from tui_nn.data.files.source import Source, Tell, silent
from tui_nn.data.guess import guess
from tui_nn.data.load import load
from tui_nn.data.prepare import Prepared, prepare
from tui_nn.spec import catalog
from tui_nn.spec.call import Call, Value, parse
from tui_nn.spec.errors import InvalidInput
from tui_nn.spec.experiment import Experiment
from tui_nn.spec.files import experiment_of, find_experiment, load_experiment, read_text, shown

TABLES = frozenset({".csv", ".tsv", ".tab", ".txt"})
PICTURES = frozenset({".png", ".jpg", ".jpeg", ".gif", ".bmp", ".webp", ".tif", ".tiff"})
OTHERS = frozenset(
    {".xlsx", ".xls", ".ods", ".parquet", ".feather", ".json", ".jsonl", ".mat", ".h5", ".hdf5",
     ".pkl", ".pickle", ".pt", ".pth", ".npy", ".zip", ".tar", ".arff", ".db", ".sqlite"}
)  # fmt: skip


@dataclass(frozen=True)
class Opened:
    """An experiment with its data."""

    prepared: Prepared
    text: str
    """The TOML it comes from, its comments included."""


def open_experiment(
    word: str, changes: Iterable[str] = (), target: Sequence[str] = (), tell: Tell = silent
) -> Opened:
    """Find, read and prepare what `word` names, with `key=value` changes.

    For a data file the experiment is guessed; `target` names the columns to predict.
    Raises InvalidInput.
    """
    path = find_experiment(word)
    call = data_call(path)
    if call is None:
        if target:
            raise InvalidInput(
                "goes with a data file",
                where="--target",
                hint="write data=\"csv('FILE', target='NAME')\"",
            )
        return Opened(prepare(load_experiment(word, changes), tell), read_text(path))
    changes = list(changes)
    command = ["nn-tui", "show", word, *(part for name in target for part in ("--target", name))]
    return _open_data(path, _chosen(call, changes, target), changes, tell, join(command))


def data_call(path: Path) -> Call | None:
    """The call that reads a file or folder of data; None for an experiment's file."""
    suffix = "" if path.is_dir() else path.suffix.lower()
    if path.is_dir():
        name = "idx" if _has_idx(path) else "images"
    elif suffix in TABLES:
        name = "csv"
    elif suffix == ".npz":
        name = "npz"
    elif "idx" in path.name.lower() and suffix != ".toml":
        name = "idx"
    elif suffix in PICTURES:
        raise InvalidInput(
            "is a single picture", where=shown(path), hint="name a folder that has one a class"
        )
    elif suffix in OTHERS:
        raise InvalidInput(
            f"a {suffix} file can't be read", where=shown(path), hint="save it as .csv or .npz"
        )
    else:
        return None
    return Call(name, (str(path),))


def _has_idx(folder: Path) -> bool:
    """Whether a folder, or one not far below it, holds files in MNIST's format."""
    try:
        return any(
            "idx" in path.name
            for pattern in ("*-ubyte*", "*/*-ubyte*", "*/*/*-ubyte*")
            for path in folder.glob(pattern)
        )
    except OSError as error:
        raise InvalidInput(f"can't be read ({error.strerror})", where=shown(folder)) from None


def _chosen(call: Call, changes: list[str], target: Sequence[str]) -> Call:
    """The call as `data=` and `--target` change it; `data=` is taken out of the changes."""
    for change in changes.copy():
        key, _, value = change.partition("=")
        if key.strip() == "data":
            call = parse(value, "command line: data")
            changes.remove(change)
    if not target:
        return call
    if call.name != "csv":
        raise InvalidInput(
            f"names a column, {call.name} has none", where="--target", hint="take it out"
        )
    chosen: Value = target[0] if len(target) == 1 else tuple(target)
    return Call(call.name, call.args, (*(k for k in call.kwargs if k[0] != "target"),
                                       ("target", chosen)))  # fmt: skip


def _open_data(path: Path, call: Call, changes: Iterable[str], tell: Tell, command: str) -> Opened:
    bound = catalog.bind_call("dataset", call)
    dataset = load(bound, Source(tell=tell))
    if bound.entry.name == "csv" and bound["target"] is None and dataset.target_names:
        call = bound.call_with(target=dataset.target_names[0])
    text = guess(dataset, call, path.resolve().name)
    experiment = experiment_of(text, shown(path), path.stem, changes)
    prepared = prepare(experiment, tell, dataset)
    plan = prepared.plan
    told = (*dataset.notices, *_guessed(plan.experiment, command))
    rest = plan.notices[len(dataset.notices) :]
    return Opened(replace(prepared, plan=replace(plan, notices=(*told, *rest))), text)


def _guessed(experiment: Experiment, command: str) -> tuple[str, ...]:
    layers = " ".join(str(layer.call) for layer in experiment.network)
    train = experiment.train
    return (
        f"a first guess: {layers}",
        f"{experiment.loss.call}, {experiment.optimizers[0].call}, batch {train.batch_size}, "
        f"{train.epochs} epochs at most",
        f"`{command} --toml > mine.toml` writes it down, to be changed",
    )
