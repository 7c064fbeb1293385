"""`nn-tui export`, as a person types it."""

import csv
import io
import os
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file

from tests.cli.support import nn_tui
from tests.engine.export.support import run_path
from tests.support import RANDOM
from tests.trained import Trained, trained

PATIENT = """
data = "moons(n=50, noise=0.1)"
network = ["Linear(2, 4)", "Tanh()", "Linear(4, 1)"]
loss = "BCEWithLogitsLoss()"
optimizer = "SGD(lr=0.1)"
[train]
threads = 1
val = 0.2
eval_every = 1
patience = 50
"""


@pytest.fixture
def run() -> Trained:
    return trained(Path("runs"), RANDOM, steps=8)


def test_a_script_lies_in_a_folder_of_its_own_and_is_named(run: Trained) -> None:
    answer = nn_tui("export", "latest", "--to", "python")
    folder = Path(f"{run.folder.name}-python")
    assert answer.code == 0
    assert answer.out == (
        f"wrote {folder}/train.py, data.npz beside it: python {folder}/train.py trains it\n"
    )
    assert sorted(path.name for path in folder.iterdir()) == ["data.npz", "train.py"]
    assert len(run_path(folder / "train.py")["losses"]) == 8


def test_a_script_may_be_named_and_its_form_chosen() -> None:
    answer = nn_tui("export", "xor-mlp", "--to", "python", "--form", "matrices", "-o", "a/b/x.py")
    assert answer.code == 0
    assert os.listdir("a/b") == ["x.py"]
    assert "W1 = torch.tensor(" in Path("a/b/x.py").read_text()


def test_an_experiment_may_be_changed_on_its_way() -> None:
    assert nn_tui("export", "xor-mlp", "optimizer=Adam(lr=0.02)", "--to", "python").code == 0
    assert "torch.optim.Adam(network.parameters(), lr=0.02)" in (
        Path("xor-mlp-python/train.py").read_text()
    )


def test_files_that_are_there_stay_without_force(run: Trained) -> None:
    Path("x").mkdir()
    for name, options in (
        ("data.npz", ("--to", "python", "-o", "x")),
        ("y.csv", ("--to", "csv", "-o", "x/y.csv")),
        ("w.safetensors", ("--to", "safetensors", "-o", "x/w.safetensors")),
    ):
        path = Path("x") / name
        path.write_text("mine")
        answer = nn_tui("export", "latest", *options)
        assert answer.code == 2
        assert answer.err == (
            f"nn-tui: {path}: is there already: --force writes over it, -o elsewhere\n"
        )
        assert path.read_text() == "mine"
        assert not Path("x/train.py").exists()
    assert nn_tui("export", "latest", "--to", "csv", "-o", "x/y.csv", "--force").code == 0
    assert Path("x/y.csv").read_text().startswith("branch,")


@pytest.mark.parametrize("kind", ["safetensors", "pt2"])
def test_an_exported_network_answers_as_the_run_does(run: Trained, kind: str) -> None:
    answer = nn_tui("export", "latest", "--to", kind, "-o", f"net.{kind}")
    assert answer.code == 0
    assert "input: float32 (samples, 64)" in answer.out
    x = torch.from_numpy(run.prepared.split.train.x)
    if kind == "pt2":
        usage = {"usage.txt": "", "recipe.json": ""}
        program = torch.export.load("net.pt2", extra_files=usage)
        assert "input: float32 (samples, 64)" in usage["usage.txt"]
        for count in (1, 2, 7, 300):
            expected = run.outputs(x[:count])
            torch.testing.assert_close(program.module()(x[:count]), expected, rtol=1e-5, atol=1e-6)
        return
    found, own = load_file("net.safetensors"), run.network.state_dict()
    assert found.keys() == own.keys()
    assert all(torch.equal(found[name], own[name]) for name in own)


def test_with_patience_the_weights_are_those_of_the_best_evaluation() -> None:
    run = trained(Path("runs"), PATIENT, steps=20)
    assert nn_tui("export", "latest", "--to", "safetensors", "-o", "w.safetensors").code == 0
    best = load_file(run.folder.best)
    found = load_file("w.safetensors")
    assert all(torch.equal(best[f"network/{name}"], found[name]) for name in found)
    run.folder.best.unlink()
    assert nn_tui("export", "latest", "--to", "safetensors", "-o", "l.safetensors").code == 0
    assert all(
        torch.equal(run.network.state_dict()[name], tensor)
        for name, tensor in load_file("l.safetensors").items()
    )


def test_an_experiments_weights_are_those_it_begins_with() -> None:
    assert nn_tui("export", "xor-mlp", "--to", "safetensors", "-o", "w.safetensors").code == 0
    torch.manual_seed(0)
    linear = torch.nn.Linear(2, 4)
    assert torch.equal(load_file("w.safetensors")["0.weight"], linear.weight)


def test_exported_weights_begin_another_run() -> None:
    Path("m.toml").write_text(PATIENT)
    assert nn_tui("train", "m.toml", "-q", "--epochs", "3").code == 0
    assert nn_tui("export", "latest", "--to", "safetensors", "-o", "w.safetensors").code == 0
    trained_on = nn_tui("train", "m.toml", "-q", "--epochs", "1", "--init-from", "w.safetensors")
    assert trained_on.code == 0
    assert nn_tui("export", "latest", "--to", "csv", "--over", "step", "-o", "s.csv").code == 0
    assert nn_tui("export", "latest", "--to", "python", "-o", "s").code == 0
    losses = run_path(Path("s/train.py"))["losses"]
    told = [float(row["loss"]) for row in csv.DictReader(io.StringIO(Path("s.csv").read_text()))]
    assert np.array_equal(np.float32(losses), np.float32(told))


def test_the_first_weights_must_be_the_networks() -> None:
    save_file({"0.weight": torch.ones(3, 2)}, "w.safetensors")
    answer = nn_tui("train", "xor-mlp", "-q", "--init-from", "w.safetensors")
    assert answer.code == 2
    assert answer.err.startswith("nn-tui: w.safetensors: has no 0.bias, 2.bias, 2.weight: ")
    assert not Path("runs").exists()
    torch.manual_seed(0)
    save_file(torch.nn.Sequential(torch.nn.Linear(2, 3)).state_dict(), "w.safetensors")
    answer = nn_tui("train", "xor-mlp", "network=['Linear(2, 1)']", "--init-from", "w.safetensors")
    assert "w.safetensors: its 0.weight is 3x2, the network's 1x2: " in answer.err


def test_a_runs_numbers_are_a_table(run: Trained) -> None:
    rows = list(csv.DictReader(io.StringIO(nn_tui("export", "latest", "--to", "csv").out)))
    assert rows == []
    text = nn_tui("export", "latest", "--to", "csv", "--over", "step").out
    assert [row["step"] for row in csv.DictReader(io.StringIO(text))] == [
        str(i + 1) for i in range(8)
    ]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("nowhere", "--to", "python"), "there is no preset, file or run nowhere"),
        (("xor-mpl", "--to", "python"), "did you mean xor-mlp?"),
        (("xor-mlp", "--to", "csv"), "--to csv: xor-mlp is no run, and only a run has numbers"),
        (("latest", "--to", "csv", "--form", "module"), "--form: goes with --to python, not csv"),
        (("latest", "--to", "pt2", "--over", "step"), "--over: goes with --to csv, not pt2"),
        (("latest", "train.epochs=3", "--to", "python"), "a run stays as it was trained"),
        (("latest", "--target", "y", "--to", "python"), "--target: a run stays as it was"),
        (("xor-mlp", "train.epoch=3", "--to", "python"), "did you mean epochs?"),
        (("xor-mlp", "--to", "safetensors", "-o", "."), ".: is a folder"),
        (("xor-mlp", "--to", "pt3"), "'pt3' is not one of"),
        (("xor-mlp",), "Missing option '--to'"),
        (("xor-mlp", "--to", "python", "-o", "/dev/null/x"), "/dev/null/x/train.py: can't be"),
        (("latest", "--to", "csv", "-o", "/proc/x.csv"), "/proc/x.csv: can't be written"),
        (("xor-mlp", "--to", "python", "-o", "x" * 300), "can't be written"),
    ],
)
def test_what_can_not_be_exported_is_refused_in_a_line(
    run: Trained, arguments: tuple[str, ...], said: str
) -> None:
    answer = nn_tui("export", *arguments)
    assert answer.code == 2
    assert said in answer.err
    assert answer.err.count("\n") == 1
    assert answer.out == ""


def test_a_run_without_a_save_has_no_weights_to_take(run: Trained) -> None:
    run.folder.last.unlink()
    answer = nn_tui("export", "latest", "--to", "pt2")
    assert answer.code == 2
    assert "has no saved weights" in answer.err


def test_a_damaged_run_is_refused_with_the_file(run: Trained) -> None:
    raw = bytearray(run.folder.last.read_bytes())
    raw[-3] ^= 1
    run.folder.last.write_bytes(raw)
    answer = nn_tui("export", "latest", "--to", "python")
    assert answer.code == 2
    assert "last.safetensors: is damaged" in answer.err
    assert not Path(f"{run.folder.name}-python").exists()


def test_without_its_packages_onnx_is_refused_with_the_way_out(
    run: Trained, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tui_nn.engine.export.files.find_spec", lambda name: None)
    answer = nn_tui("export", "latest", "--to", "onnx")
    assert answer.code == 2
    assert answer.err == (
        "nn-tui: --to onnx: needs onnx and onnxscript: pip install 'nn-tui[onnx]'\n"
    )


@pytest.mark.slow
def test_an_onnx_model_answers_as_the_run_does(run: Trained) -> None:
    pytest.importorskip("onnxscript")
    onnx = pytest.importorskip("onnx")
    reference = pytest.importorskip("onnx.reference")
    assert nn_tui("export", "latest", "--to", "onnx", "-o", "net.onnx").code == 0
    model = onnx.load("net.onnx")
    onnx.checker.check_model(model)
    x = run.prepared.split.train.x
    for count in (1, 2, 7):
        [found] = reference.ReferenceEvaluator(model).run(
            None, {model.graph.input[0].name: x[:count]}
        )
        assert found == pytest.approx(run.outputs(x[:count]).numpy(), rel=1e-4, abs=1e-5)
