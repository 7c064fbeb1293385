"""Whatever a person names, ready to train: a preset, an experiment's file, or data of their own."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from shlex import join

from tui_nn.data.files.source import Source, Tell, silent
from tui_nn.data.guess import guess
from tui_nn.data.load import FILES, load
from tui_nn.data.prepare import Prepared, prepare
from tui_nn.spec import catalog
from tui_nn.spec.call import Call, Value, parse
from tui_nn.spec.errors import InvalidInput
from tui_nn.spec.experiment import Experiment
from tui_nn.spec.files import experiment_of, load_experiment
from tui_nn.spec.finding import find_experiment, read_text, shown

TABLES = frozenset({".csv", ".tsv", ".tab", ".txt", ".data", ".dat"})
PICTURES = frozenset({".png", ".jpg", ".jpeg", ".gif", ".bmp", ".webp", ".tif", ".tiff", ".heic"})
EXPERIMENTS = frozenset({".toml", ""})

# Any experiment: changes can be checked against it before a long file is read.
_ANY = 'data = "xor_gate()"\nnetwork = ["Tanh()"]\nloss = "MSELoss()"\noptimizer = "SGD()"\n'


@dataclass(frozen=True)
class Opened:
    """An experiment with its data."""

    prepared: Prepared
    text: str
    """The TOML it comes from, its comments included."""
    guessed: tuple[str, ...] = ()
    """What was guessed beyond what the data's reader tells, a line each."""

    @property
    def to_train(self) -> Prepared:
        """The experiment, the guess among what is told when it is trained."""
        plan = self.prepared.plan
        return replace(self.prepared, plan=replace(plan, notices=(*plan.notices, *self.guessed)))


def open_experiment(
    word: str, changes: Iterable[str] = (), target: Sequence[str] = (), tell: Tell = silent
) -> Opened:
    """Find, read and prepare what `word` names, with `key=value` changes.

    For a data file the experiment is guessed; `target` names the columns to predict.
    Raises InvalidInput.
    """
    path, changes = find_experiment(word), list(changes)
    call = data_call(path)
    if call is not None:
        return _open_data(path, call, changes, target, tell)
    refuse_target(target)
    return Opened(prepare(load_experiment(word, changes), tell), read_text(path))


def refuse_target(target: Sequence[str]) -> None:
    """InvalidInput for a target that is named beside an experiment."""
    if target:
        raise InvalidInput(
            "goes with a data file",
            where="--target",
            hint="write data=\"csv('FILE', target='NAME')\"",
        )


def open_text(text: str, name: str, changes: Iterable[str] = (), tell: Tell = silent) -> Opened:
    """An experiment from its TOML text, with `key=value` changes; InvalidInput places are `name`.

    Relative paths of its data start at the working directory.
    """
    return Opened(prepare(experiment_of(text, name, name, changes), tell), text)


def data_call(path: Path) -> Call | None:
    """The call that reads a file or folder of data; None for an experiment's file."""
    suffix = path.suffix.lower()
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
    elif suffix not in EXPERIMENTS:
        raise InvalidInput(
            f"a {suffix} file can't be read",
            where=shown(path),
            hint="unpack it first" if suffix in (".gz", ".zip") else "save it as .csv or .npz",
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
        raise InvalidInput(
            f"can't be read ({error.strerror})", where=shown(folder), hint="name another folder"
        ) from None


def _open_data(
    path: Path, call: Call, changes: list[str], target: Sequence[str], tell: Tell
) -> Opened:
    named = shown(path)
    place = f"{named}: data"
    others = [change for change in changes if _key(change) != "data"]
    for change in changes:
        if _key(change) == "data":
            place = "command line: data"
            call = parse(change.partition("=")[2], place)
    call = with_target(call, target)
    early = [change for change in others if not _key(change).startswith("network[")]
    wanted = experiment_of(_ANY, named, path.stem, early).train
    try:
        bound = catalog.bind_call("dataset", call)
        dataset = load(bound, Source(tell=tell))
    except InvalidInput as error:
        raise (error if error.where.startswith(named) else error.at(place)) from None
    if bound.entry.name == "csv" and bound["target"] is None:
        call = bound.call_with(target=dataset.target_names[0])
    title = path.resolve().name if bound.entry.target.startswith(FILES) else bound.entry.name
    asked = "train.epochs" in map(_key, others)
    text = guess(dataset, call, title, wanted.epochs if asked else None)
    prepared = prepare(experiment_of(text, named, path.stem, others), tell, dataset)
    command = join(["nn-tui", "show", named, *changes, *_target_options(target), "--toml"])
    return Opened(prepared, text, _told(prepared.plan.experiment, command))


def _key(change: str) -> str:
    return change.partition("=")[0].strip()


def _target_options(target: Sequence[str]) -> list[str]:
    return [part for name in target for part in ("--target", name)]


def with_target(call: Call, target: Sequence[str]) -> Call:
    """The call that predicts these columns; InvalidInput where it reads no table."""
    if not target:
        return call
    if call.name != "csv":
        raise InvalidInput(
            f"names a column, {call.name} has none", where="--target", hint="take it out"
        )
    chosen: Value = target[0] if len(target) == 1 else tuple(target)
    rest = tuple(pair for pair in call.kwargs if pair[0] != "target")
    return Call(call.name, call.args, (*rest, ("target", chosen)))


def _told(experiment: Experiment, command: str) -> tuple[str, ...]:
    layers = " ".join(str(layer.call) for layer in experiment.network)
    train = experiment.train
    epochs = f"{train.epochs} epochs at most" if train.epochs > 1 else "1 epoch"
    return (
        f"a first guess: {layers}",
        f"{experiment.loss.call}, {experiment.optimizers[0].call}, batch {train.batch_size}, "
        f"{epochs}",
        f"`{command} > mine.toml` writes it down, to be changed",
    )
