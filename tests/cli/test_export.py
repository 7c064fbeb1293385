"""`nn-tui export`: what is taken along works without nn-tui, and every mistake is told."""

import csv
import io
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors import safe_open
from safetensors.torch import load_file, save_file

from tests.cli.support import nn_tui
from tests.engine.export.support import assert_same, losses_of
from tests.support import MOONS, RANDOM, advance_to, let_go, opened, trainer
from tests.trained import trained
from tui_nn.data.recipe import from_bytes
from tui_nn.engine.session import Session
from tui_nn.engine.starting import Listener, start
from tui_nn.engine.travel import change, go_to, reset
from tui_nn.runs.folder import Folder
from tui_nn.runs.log import read_records
from tui_nn.spec.protocol import Evaluated, Record, Stepped

FORMS = ("sequential", "module", "matrices")
every_form = pytest.mark.parametrize("form", FORMS)


@pytest.fixture
def here(here: Path) -> Path:
    """The working directory, with an experiment in it."""
    (here / "moons.toml").write_text(MOONS)
    return here


def exported(run: Folder, form: str) -> list[float]:
    """The losses of a run's script."""
    answer = nn_tui("export", run.name, "--to", "python", "--form", form, "-o", f"s-{form}")
    assert (answer.code, answer.err) == (0, "")
    return losses_of(Path(f"s-{form}/train.py"))


def session_in(
    runs: Path, text: str, *changes: str, init_from: Path | None = None
) -> tuple[Session, list[Record]]:
    records: list[Record] = []
    torch.set_num_threads(1)
    session = start(
        opened(text, *changes), Listener(records.append, print), runs=runs, init_from=init_from,
        history_bytes=10**7,
    )  # fmt: skip
    session.begin()
    return session, records


def advance(session: Session, step: int) -> None:
    advance_to(session, step)
    session.tell_steps()


def end(session: Session) -> Folder:
    session.save()
    return let_go(session)


def recorded(session: Session, records: list[Record]) -> list[float]:
    """The losses on the way to where a session stands, as its records tell them."""
    ways = session.lineage.path(session.branch)
    found = {
        stepped.first + index: loss
        for branch in sorted(ways)
        for stepped in records
        if isinstance(stepped, Stepped) and stepped.branch == branch
        for index, loss in enumerate(stepped.loss.numpy().tolist())
    }
    return [found[step] for step in range(1, session.step + 1)]


@every_form
def test_a_run_with_many_changes_is_repeated_by_its_script(form: str, here: Path) -> None:
    session, records = session_in(here / "runs", MOONS, "train.epochs=20", "train.val=0.2")
    for step, changes in {
        0: ("network[1]=BatchNorm1d(6)",),
        3: ("optimizer=SGD(lr=0.3, momentum=0.5)",),
        6: ("schedule=ExponentialLR(0.9)", "train.schedule_every=step"),
        11: ("train.batch_size=5",),
        14: ("optimizer=Adam(lr=0.01)", "train.clip_norm=0.5"),
        19: ("loss=MSELoss()", "train.patience=4"),
        23: ("schedule=ReduceLROnPlateau(patience=0)", "train.seed=4"),
    }.items():
        advance(session, step)
        change(session, changes)
    advance(session, 40)
    assert_same(exported(end(session), form), recorded(session, records), form)


def test_the_script_of_a_run_that_went_back_follows_the_branch_it_is_on(here: Path) -> None:
    session, records = session_in(here / "runs", MOONS)
    advance(session, 5)
    change(session, ("optimizer=SGD(lr=1)",))
    advance(session, 12)
    go_to(session, 0, 8)
    change(session, ("optimizer=SGD(lr=0.5)",))
    advance(session, 14)
    go_to(session, 0, 3)
    change(session, ("optimizer=Adam(lr=0.5)",))
    advance(session, 10)
    go_to(session, 1, 13)
    run = end(session)
    losses = exported(run, "sequential")
    assert len(losses) == 13
    assert_same(losses, recorded(session, records), "sequential")
    script = Path("s-sequential/train.py").read_text()
    assert "Adam" not in script
    assert "def after_step_5()" in script
    assert "def after_step_8()" in script


@every_form
def test_a_run_that_began_with_a_file_is_repeated_until_it_takes_another_seed(
    form: str, here: Path
) -> None:
    save_file(trainer(RANDOM, "train.seed=9").network.state_dict(), "w.safetensors")
    session, records = session_in(here / "runs", RANDOM, init_from=Path("w.safetensors"))
    advance(session, 6)
    run = end(session)
    assert_same(exported(run, form), recorded(session, records), form)
    assert Path(f"s-{form}/weights.npz").exists()
    session, records = session_in(here / "runs", RANDOM, init_from=Path("w.safetensors"))
    advance(session, 3)
    reset(session, 5)
    advance(session, 4)
    run = end(session)
    nn_tui("export", run.name, "--to", "python", "--form", form, "-o", "again")
    assert_same(losses_of(Path("again/train.py")), recorded(session, records), form)


def test_a_precision_that_changed_on_the_way_is_refused(here: Path) -> None:
    session, _ = session_in(here / "runs", MOONS)
    advance(session, 3)
    change(session, ("train.dtype=float64",))
    advance(session, 5)
    answer = nn_tui("export", end(session).name, "--to", "python")
    assert answer.code == 2
    assert "train.dtype: was changed after step 3, which a script can't do" in answer.err
    assert nn_tui("export", "latest", "--to", "safetensors").code == 0


def test_the_weights_of_a_run_are_a_file_of_torchs_names(here: Path) -> None:
    run = trained(here / "runs", RANDOM)
    answer = nn_tui("export", "latest", "--to", "safetensors", "-o", "deep/w.safetensors")
    assert answer.out.startswith("wrote deep/w.safetensors: weights of last.safetensors, ")
    weights = load_file(here / "deep/w.safetensors")
    state = run.network.state_dict()
    assert weights.keys() == state.keys()
    assert all(torch.equal(weights[name], state[name]) for name in state)


@pytest.mark.parametrize("text", [MOONS, RANDOM, "sparse-embedding", "digits-cnn"])
def test_a_program_gives_the_outputs_of_the_network(text: str, here: Path) -> None:
    if "\n" not in text:
        assert nn_tui("train", text, "-q", "train.epochs=1", "goal.accuracy=0.1").code in (0, 3)
        assert nn_tui("export", "latest", "--to", "safetensors", "-o", "w.safetensors").code == 0
        (here / "experiment.toml").write_bytes(
            next(here.glob("runs/2*/experiment.toml")).read_bytes()
        )
        made = trainer((here / "experiment.toml").read_text())
        made.network.load_state_dict(load_file("w.safetensors"))
        network, x = made.network.eval(), made.batches.x
    else:
        run = trained(here / "runs", text)
        network, x = run.network, torch.from_numpy(run.prepared.split.train.x)
    answer = nn_tui("export", "latest", "--to", "pt2", "-o", "n.pt2")
    assert (answer.code, answer.err) == (0, "")
    beside = {"usage.txt": "", "recipe.json": ""}
    program = torch.export.load("n.pt2", extra_files=beside).module()
    assert answer.out.partition("\n")[2] == beside["usage.txt"] + "\n"
    assert f"({', '.join(['samples', *map(str, x.shape[1:])])})" in beside["usage.txt"]
    assert from_bytes(beside["recipe.json"].encode(), "").input_shape == x.shape[1:]
    for count in (1, 2, 7):
        with torch.no_grad():
            expected = network(x[:count])
            assert torch.equal(program(x[:count]), expected)


def test_words_say_how_raw_inputs_become_the_networks(here: Path) -> None:
    (here / "t.csv").write_text("size,home,price\n1,sea,10\n3,land,20\n5,,60\n,sea,30\n")
    text = """
        data = "csv('t.csv', target='price')"
        network = ["Linear(4, 1)"]
        loss = "MSELoss()"
        optimizer = "SGD()"
    """
    (here / "t.toml").write_text(text)
    answer = nn_tui("export", "t.toml", "--to", "safetensors", "-o", "w.safetensors")
    assert answer.code == 0, answer.err
    with safe_open("w.safetensors", "pt") as file:
        told = file.metadata()["usage"]
    assert answer.out.partition("\n")[2] == told + "\n"
    size, *homes, missing = told.splitlines()[2:7]
    assert size == "  size: (x - 3) / 1.41421356"
    assert [line.partition(":")[0].strip() for line in homes] == [
        "home=land", "home=sea", "home=(missing)"
    ]  # fmt: skip
    assert missing == "  a missing x is its mean"
    assert told.splitlines()[-1] == "  price: output * 18.7082869 + 30"


def test_steps_are_a_table_with_a_row_each(here: Path) -> None:
    assert nn_tui("train", "moons.toml", "-q").code == 0
    answer = nn_tui("export", "latest", "--to", "csv", "--over", "step")
    rows = list(csv.DictReader(io.StringIO(answer.out)))
    losses = trainer(MOONS).train_straight(28)[0]
    assert [row["step"] for row in rows] == [str(step) for step in range(1, 29)]
    assert [np.float32(row["loss"]) for row in rows] == losses
    assert {float(row["lr"]) for row in rows} == {0.1}


def test_metrics_are_a_table_with_a_row_for_each_evaluation(here: Path) -> None:
    assert nn_tui("train", "moons.toml", "-q", "train.val=0.2", "train.eval_every=1").code == 0
    answer = nn_tui("export", "latest", "--to", "csv")
    rows = list(csv.DictReader(io.StringIO(answer.out)))
    [run] = here.glob("runs/2*")
    told = [r for r in read_records(run / "events.jsonl") if isinstance(r, Evaluated)]
    assert len(rows) == len(told) == 4
    for row, evaluated in zip(rows, told, strict=True):
        assert evaluated.val is not None
        assert (row["step"], row["epoch"]) == (str(evaluated.step), str(evaluated.epoch))
        assert float(row["val_accuracy"]) == evaluated.val["accuracy"]
        assert float(row["train_loss"]) == evaluated.train["loss"]
    answer = nn_tui("export", "latest", "--to", "csv", "-o", "m.csv")
    assert (answer.out, answer.err) == ("", "wrote m.csv\n")
    assert (here / "m.csv").read_text().count("\n") == 5


def test_onnx_says_what_to_install_where_it_lacks(
    here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tui_nn.engine.export.files.find_spec", lambda name: None)
    answer = nn_tui("export", "moons.toml", "--to", "onnx")
    assert answer.code == 2
    assert answer.err == (
        "nn-tui: --to onnx: needs onnx and onnxscript: pip install 'nn-tui[onnx]'\n"
    )


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_onnx_gives_the_outputs_of_the_network(here: Path) -> None:
    pytest.importorskip("onnxscript")
    reference = pytest.importorskip("onnx.reference")
    run = trained(here / "runs", RANDOM)
    answer = nn_tui("export", "latest", "--to", "onnx", "-o", "n.onnx")
    assert (answer.code, answer.err) == (0, "")
    x = run.prepared.split.train.x[:5]
    [outputs] = reference.ReferenceEvaluator(str(here / "n.onnx")).run(None, {"input": x})
    assert outputs == pytest.approx(run.outputs(x).numpy(), abs=1e-5)


def test_a_script_of_few_numbers_goes_to_standard_output(here: Path) -> None:
    answer = nn_tui("export", "xor-mlp", "train.epochs=3", "--to", "python", "-o", "-")
    (here / "train.py").write_text(answer.out)
    assert losses_of(here / "train.py") == trainer_losses("xor-mlp", 3)


def trainer_losses(name: str, steps: int) -> list[float]:
    text = nn_tui("show", name, "--toml").out
    return trainer(text).train_straight(steps)[0]


def test_torch_is_not_needed_for_metrics(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    trained(here / "runs", MOONS)
    for name in [name for name in sys.modules if name.startswith("tui_nn.engine")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "torch", None)
    assert nn_tui("export", "latest", "--to", "csv").code == 0


MISTAKES: dict[str, tuple[tuple[str, ...], str]] = {
    "unknown": (("nothing", "--to", "pt2"), "there is no preset, file or run nothing"),
    "form of a table": (("latest", "--to", "csv", "--form", "module"), "--form: goes with --to"),
    "rows of a program": (("latest", "--to", "pt2", "--over", "step"), "--over: goes with --to"),
    "a name too long": (("xor-mlp", "--to", "python", "-o", "x" * 300), "can't be written ("),
    "metrics of a preset": (("xor-mlp", "--to", "csv"), "name a run: `nn-tui runs` lists them"),
    "a run changed": (("latest", "train.epochs=3", "--to", "pt2"), "a run stays as it was trained"),
    "a file there": (("latest", "--to", "pt2", "-o", "full"), "full: is there already: --force"),
    "a file for a folder": (
        ("moons.toml", "--to", "python", "-o", "full"), "full/train.py: can't be written (",
    ),
    "a folder for a file": (("latest", "--to", "pt2", "-o", "runs"), "runs: is a folder: name"),
    "a folder that can't be": (
        ("latest", "--to", "safetensors", "-o", "full/w.safetensors"), "can't be written (",
    ),
    "data beside a pipe": (("moons.toml", "--to", "python", "-o", "-"), "needs data.npz beside"),
    "no format": (("latest",), "Missing option '--to'"),
}  # fmt: skip


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_is_one_line_and_writes_nothing(name: str, here: Path) -> None:
    arguments, said = MISTAKES[name]
    trained(here / "runs", MOONS)
    (here / "full").write_text("mine")
    before = sorted(here.rglob("*"))
    answer = nn_tui("export", *arguments)
    assert answer.code == 2
    assert said in answer.err
    assert answer.err.count("\n") == 1
    assert sorted(here.rglob("*")) == before
    assert (here / "full").read_text() == "mine"


@pytest.mark.parametrize("file", ["train.py", "data.npz"])
def test_a_script_or_its_data_is_written_over_by_force_alone(file: str, here: Path) -> None:
    (here / "out").mkdir()
    (here / "out" / file).write_text("mine")
    command = ("export", "moons.toml", "--to", "python", "-o", "out")
    answer = nn_tui(*command)
    assert answer.code == 2
    assert f"out/{file}: is there already: --force writes over it" in answer.err
    assert [path.name for path in (here / "out").iterdir()] == [file]
    assert nn_tui(*command, "--force").code == 0
    assert (here / "out" / file).read_bytes() != b"mine"


def test_a_run_that_was_never_saved_is_told(here: Path) -> None:
    run = trained(here / "runs", MOONS).folder
    run.last.unlink()
    for to in ("python", "safetensors"):
        answer = nn_tui("export", run.name, "--to", to)
        assert answer.code == 2
        assert "never saved" in answer.err


@pytest.mark.parametrize("to", ["python", "safetensors", "csv"])
@pytest.mark.parametrize("file", ["last.safetensors", "events.jsonl", "experiment.toml"])
def test_a_damaged_run_is_told_by_its_file(file: str, to: str, here: Path) -> None:
    run = trained(here / "runs", MOONS).folder
    (run.path / file).write_bytes(b"\xff{}\n" * 9)
    answer = nn_tui("export", run.name, "--to", to, "-o", "o.py" if to == "python" else "o")
    if (file, to) in [("last.safetensors", "csv"), ("experiment.toml", "csv")]:
        assert answer.code == 0
        return
    assert answer.code == 2
    assert file in answer.err
    assert answer.err.count("\n") == 1
    assert not list(here.glob("o*"))
