"""`nn-tui predict` and `nn-tui evaluate`, as a person types them."""

import csv
import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from tests.cli.support import nn_tui
from tests.trained import Trained, save, trained
from tui_nn.data.clouds import moons
from tui_nn.data.recipe import recipe_of, to_bytes
from tui_nn.runs.folder import Folder

pytestmark = pytest.mark.usefixtures("here")

ROOT = Path(__file__).parents[2]

TABLE = """
data = "csv('train.csv', target='kind')"
network = ["LazyLinear(8)", "Tanh()", "Linear(8, 3)"]
loss = "CrossEntropyLoss()"
optimizer = "Adam(lr=0.05)"
[train]
val = 0.25
test = 0.25
batch_size = 8
"""
ROWS = "size,home,kind\n" + "".join(
    f"{i % 7 + i / 10},{'sea' if i % 4 else 'land'},{'abc'[i % 3]}\n" for i in range(40)
)
MOONS = """
data = "moons(n=40)"
network = ["Linear(2, 1)"]
loss = "BCEWithLogitsLoss()"
optimizer = "SGD(lr=0.1)"
"""
LINE = """
data = "line(n=40)"
network = ["Linear(1, 1)"]
loss = "MSELoss()"
optimizer = "SGD(lr=0.1)"
"""


@pytest.fixture
def table(here: Path) -> Trained:
    (here / "train.csv").write_text(ROWS)
    return trained(here / "runs", TABLE, folder=here)


def lines(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines()]


def test_predictions_are_the_networks_own(table: Trained) -> None:
    answer = nn_tui("predict", "latest", "--input", "train.csv", "--json", "-q")
    assert (answer.code, answer.err) == (0, "")
    found = lines(answer.out)
    scaled = table.prepared.split.scaling.prepare(table.prepared.dataset.x)
    expected = table.outputs(scaled)
    assert [one["sample"] for one in found] == list(range(1, 41))
    assert np.array([one["outputs"] for one in found]) == pytest.approx(expected.numpy(), rel=1e-6)
    assert [one["class"] for one in found] == ["abc"[i] for i in expected.argmax(1)]
    for one, row in zip(found, expected.softmax(1), strict=True):
        assert list(one["probabilities"].values()) == pytest.approx(row.tolist(), rel=1e-5)
        assert sum(one["probabilities"].values()) == pytest.approx(1)


def test_a_run_predicts_when_its_data_is_gone(table: Trained) -> None:
    Path("train.csv").rename("elsewhere.csv")
    answer = nn_tui("predict", "latest", "--values", "1.5,sea", "--values", "2,land")
    assert answer.code == 0
    heading, first, second = answer.out.splitlines()
    assert heading.split() == ["input", "class", "a", "b", "c"]
    assert first.split()[:2] == ["1.5,", "sea"]
    assert second.split()[:2] == ["2,", "land"]


def test_without_a_recipe_the_data_is_read(table: Trained) -> None:
    with_recipe = nn_tui("predict", "latest", "--values", "1.5,sea", "--json")
    table.folder.recipe.unlink()
    assert nn_tui("predict", "latest", "--values", "1.5,sea", "--json") == with_recipe
    Path("train.csv").unlink()
    answer = nn_tui("predict", "latest", "--values", "1.5,sea")
    assert answer.code == 2
    assert "train.csv: there is no such file" in answer.err


def test_what_was_guessed_or_ignored_is_told_on_standard_error(table: Trained) -> None:
    Path("new.csv").write_text("note,home,size\nx,air,2\n")
    answer = nn_tui("predict", "latest", "--input", "new.csv")
    assert answer.code == 0
    assert "nn-tui: not used: note\n" in answer.err
    assert "nn-tui: home: training had no 'air': taken as 'land'\n" in answer.err
    assert nn_tui("predict", "latest", "--input", "new.csv", "-q").err == ""


def test_answers_can_be_written_to_a_table(table: Trained) -> None:
    answer = nn_tui("predict", "latest", "--input", "train.csv", "-o", "out.csv")
    assert (answer.code, answer.out) == (0, "")
    assert "wrote 40 predictions to out.csv" in answer.err
    with open("out.csv", newline="") as file:
        heading, *rows = csv.reader(file)
    assert heading == ["sample", "class", "p(a)", "p(b)", "p(c)"]
    found = lines(nn_tui("predict", "latest", "--input", "train.csv", "--json", "-q").out)
    for row, one in zip(rows, found, strict=True):
        assert row[:2] == [str(one["sample"]), one["class"]]
        exact = [np.float32(p) for p in one["probabilities"].values()]
        assert [np.float32(cell) for cell in row[2:]] == exact


def test_values_of_a_curve_are_a_table_of_numbers(here: Path) -> None:
    run = trained(here / "runs", LINE)
    weight, bias = (p.item() for p in run.network.parameters())
    answer = nn_tui("predict", "latest", "--values", "0.5", "--values", "-1", "--json")
    found = [one["values"]["y"] for one in lines(answer.out)]
    assert found == pytest.approx([weight / 2 + bias, bias - weight])
    text = nn_tui("predict", "latest", "--values", "0.5").out
    assert text.splitlines()[0].split() == ["input", "y"]
    assert float(text.split()[-1]) == pytest.approx(weight / 2 + bias, rel=1e-5)


def test_pictures_of_values_are_given_whole(here: Path) -> None:
    text = LINE.replace("line(n=40)", "edges(n=10)")
    run = trained(here / "runs", text.replace("Linear(1, 1)", "Conv2d(1, 1, 3, padding=1)"))
    np.savez("new.npz", x=run.prepared.dataset.x[:1])
    [found] = lines(nn_tui("predict", "latest", "--input", "new.npz", "--json").out)
    expected = run.outputs(run.prepared.dataset.x[:1])[0]
    assert np.array(found["values"]) == pytest.approx(expected.numpy(), rel=1e-6)


def test_many_classes_show_the_probability_of_the_one_that_is_said(here: Path) -> None:
    text = TABLE.replace("csv('train.csv', target='kind')", "digits(flat=True)")
    run = trained(here / "runs", text.replace("Linear(8, 3)", "Linear(8, 10)"))
    np.savez("new.npz", x=run.prepared.dataset.x[:2])
    heading, first, _ = nn_tui("predict", "latest", "--input", "new.npz").out.splitlines()
    assert heading.split() == ["picture", "class", "probability"]
    best = run.outputs(run.prepared.dataset.x[:1]).softmax(1)[0].max().item()
    assert first.split()[2] == f"{best:.4f}"


def test_a_loss_without_probabilities_gives_class_and_output(here: Path) -> None:
    run = trained(here / "runs", MOONS, "loss=MSELoss()")
    output = run.outputs([[0.3, 1.2]]).item()
    [found] = lines(nn_tui("predict", "latest", "--values", "0.3,1.2", "--json").out)
    assert "probabilities" not in found
    assert found["outputs"] == [pytest.approx(output)]
    assert found["class"] == str(int(output > 0.5))
    heading = nn_tui("predict", "latest", "--values", "0.3,1.2").out.splitlines()[0]
    assert heading.split() == ["input", "class", "output"]


def test_best_weights_are_asked_where_training_had_patience(here: Path) -> None:
    run = trained(here / "runs", MOONS, "train.patience=3")
    last = nn_tui("predict", "latest", "--values", "1,1", "--json")
    with torch.no_grad():
        run.network.get_parameter("0.bias").add_(1)
    save(run.folder.best, run.network)
    best = nn_tui("predict", "latest", "--values", "1,1", "--json")
    assert best != last
    ask = ("predict", "latest", "--values", "1,1", "--json", "--checkpoint")
    assert nn_tui(*ask, "last") == last
    assert nn_tui(*ask, "best") == best


def test_last_weights_are_asked_where_training_had_no_patience(here: Path) -> None:
    run = trained(here / "runs", MOONS)
    run.folder.best.unlink(missing_ok=True)
    assert "holds no best.safetensors" in nn_tui(
        "predict", "latest", "--values", "1,1", "--checkpoint", "best"
    ).err  # fmt: skip
    last = nn_tui("predict", "latest", "--values", "1,1", "--json")
    with torch.no_grad():
        run.network.get_parameter("0.bias").add_(1)
    save(run.folder.best, run.network)
    assert nn_tui("predict", "latest", "--values", "1,1", "--json") == last


def test_weights_that_are_no_numbers_are_told(here: Path) -> None:
    run = trained(here / "runs", MOONS)
    with torch.no_grad():
        run.network.get_parameter("0.bias").fill_(torch.nan)
    save(run.folder.last, run.network)
    answer = nn_tui("predict", "latest", "--values", "1,1", "--json")
    assert "1 of 1 outputs aren't finite" in answer.err
    [found] = lines(answer.out)
    assert (found["class"], found["outputs"]) == (None, [None])
    assert nn_tui("predict", "latest", "--values", "1,1").out.splitlines()[1].split()[-2:] == [
        "nan", "nan"
    ]  # fmt: skip


def test_a_loss_that_was_changed_while_training_is_the_one_that_counts(here: Path) -> None:
    run = trained(here / "runs", MOONS, then=("loss=MSELoss()",))
    with run.folder.changes.open("ab") as file:
        file.write(b'{"type": "chan')
    [found] = lines(nn_tui("predict", "latest", "--values", "1,1", "--json").out)
    assert "probabilities" not in found


def test_the_recipe_is_that_of_the_split_training_went_on_with(here: Path) -> None:
    (here / "train.csv").write_text(ROWS)
    other = trained(here / "a", TABLE, folder=here, steps=0, then=("train.seed=5",))
    plain = trained(here / "b", TABLE, folder=here)
    assert other.folder.recipe.read_bytes() == to_bytes(recipe_of(other.prepared))
    assert other.folder.recipe.read_bytes() != plain.folder.recipe.read_bytes()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "no input is named: write --input FILE"),
        (("--input", "a.csv", "--values", "1,2"), "--values: goes without --input"),
        (("--values", "1"), "--values: '1' has 1 value, the run takes 2: write x1, x2"),
        (("--input", "nope.csv"), "nope.csv: there is no such file or folder"),
        (("--values", "1,2", "--json", "-o", "x.csv"), "--json: prints, -o writes a table"),
        (("--values", "1,2", "-o", "no/x.csv"), "no/x.csv: can't be written"),
    ],
)
def test_mistakes_are_one_line_with_a_way_out(
    here: Path, arguments: tuple[str, ...], said: str
) -> None:
    trained(here / "runs", MOONS)
    answer = nn_tui("predict", "latest", *arguments)
    assert (answer.code, answer.out) == (2, "")
    assert said in answer.err
    assert answer.err.count("\n") == 1


def test_a_run_that_is_none_has_no_weights_or_a_broken_recipe_is_refused(here: Path) -> None:
    run = trained(here / "runs", MOONS)
    answer = nn_tui("predict", "lates", "--values", "1,2")
    assert (answer.code, "there is no run lates: did you mean latest?" in answer.err) == (2, True)
    run.folder.recipe.write_text("{}")
    assert "recipe.json: isn't a recipe" in nn_tui("predict", "latest", "--values", "1,2").err
    run.folder.recipe.unlink()
    run.folder.last.unlink()
    assert "the run holds no last.safetensors: it was never saved" in nn_tui(
        "predict", "latest", "--values", "1,2"
    ).err  # fmt: skip


def test_runs_can_be_elsewhere_and_be_named_by_their_path(here: Path) -> None:
    run = trained(here / "other", MOONS)
    expected = nn_tui("predict", str(run.folder.path), "--values", "1,2")
    assert expected.code == 0
    named = nn_tui("predict", run.folder.name, "--runs", "other", "--values", "1,2")
    assert named == expected
    moved = Folder(here / "moved")
    shutil.move(run.folder.path, moved.path)
    assert nn_tui("predict", "moved", "--values", "1,2") == expected


def test_an_evaluation_names_its_parts_and_equals_torchs_numbers(table: Trained) -> None:
    answer = nn_tui("evaluate", "latest", "--json")
    assert (answer.code, answer.err) == (0, "")
    found = json.loads(answer.out)
    assert list(found["parts"]) == ["val", "test"]
    split = table.prepared.split
    for name, part in (("val", split.val), ("test", split.test)):
        assert part is not None
        outputs, y = table.outputs(part.x), torch.from_numpy(part.y)
        numbers = found["parts"][name]["numbers"]
        loss = torch.nn.functional.cross_entropy(outputs, y).item()
        assert numbers["loss"] == pytest.approx(loss, rel=1e-6)
        assert numbers["accuracy"] == (outputs.argmax(1) == y).double().mean().item()
        assert np.array(found["parts"][name]["confusion"]).sum() == len(y) == 10


def test_an_evaluation_for_a_person_says_all_that_helps_to_judge(table: Trained) -> None:
    text = nn_tui("evaluate", "latest").out
    for words in (
        "the last weights, CrossEntropyLoss()", "validation part: 10 rows", "test part: 10 rows",
        "of 10 right, 95 % interval", "the commonest class of the training part", "precision",
        "recall", "F1", "true \\ said", "macro F1",
    ):  # fmt: skip
        assert words in text


def test_a_part_can_be_chosen(table: Trained) -> None:
    for part, name in (("train", "training part: 20 rows"), ("test", "test part: 10 rows")):
        text = nn_tui("evaluate", "latest", "--part", part).out
        assert name in text
        assert text.count(" part: ") == 1


def test_without_a_validation_part_training_s_is_judged(here: Path) -> None:
    trained(here / "runs", MOONS)
    assert "training part: 40 points" in nn_tui("evaluate", "latest").out
    answer = nn_tui("evaluate", "latest", "--part", "val")
    assert "--part: the run has no validation part: it has train" in answer.err


def test_the_training_file_as_other_data_gives_its_own_numbers(table: Trained) -> None:
    whole = json.loads(nn_tui("evaluate", "latest", "--data", "train.csv", "--json", "-q").out)
    dataset = table.prepared.dataset
    outputs = table.outputs(table.prepared.split.scaling.prepare(dataset.x))
    loss = torch.nn.functional.cross_entropy(outputs, torch.from_numpy(dataset.y)).item()
    [(name, part)] = whole["parts"].items()
    assert (name, part["count"]) == ("train.csv", 40)
    assert part["numbers"]["loss"] == pytest.approx(loss, rel=1e-6)


def test_other_data_can_be_a_call(here: Path) -> None:
    run = trained(here / "runs", MOONS)
    text = nn_tui("evaluate", "latest", "--data", "moons(n=30, seed=5)").out
    assert "moons(n=30, seed=5): 30 points" in text
    other = moons(n=30, seed=5)
    right = int(((run.outputs(other.x)[:, 0] > 0).long().numpy() == other.y).sum())
    assert f"{right} of 30 right" in text


def test_an_evaluation_without_its_data_says_what_to_do(table: Trained) -> None:
    Path("train.csv").rename("moved.csv")
    answer = nn_tui("evaluate", "latest")
    assert answer.code == 2
    assert "train.csv: there is no such file" in answer.err
    assert "--data names other data to evaluate on" in answer.err
    assert nn_tui("evaluate", "latest", "--data", "moved.csv").code == 0
    answer = nn_tui("evaluate", "latest", "--data", "moved.csv", "--part", "val")
    assert "--part: is of the run's own data" in answer.err


def test_values_are_judged_beside_the_mean(here: Path) -> None:
    run = trained(here / "runs", LINE)
    found = json.loads(nn_tui("evaluate", "latest", "--json").out)["parts"]["train"]
    y = run.prepared.dataset.y.astype(float)
    error = run.outputs(run.prepared.dataset.x).numpy() - y
    assert found["numbers"]["mae"] == pytest.approx(np.abs(error).mean(), rel=1e-5)
    assert found["baseline"]["numbers"]["rmse"] == pytest.approx(y.std(), rel=1e-5)
    text = nn_tui("evaluate", "latest").out
    assert "baseline: always the mean of the training part" in text
    assert "MAE" in text
    assert "R²" in text


def test_several_values_are_told_in_their_own_units(here: Path) -> None:
    (here / "train.csv").write_text("x,a,b\n" + "".join(f"{i},{i * i},{9 - i}\n" for i in range(9)))
    text = LINE.replace("line(n=40)", "csv('train.csv', target=('a', 'b'))")
    trained(here / "runs", text.replace("Linear(1, 1)", "Linear(1, 2)"), folder=here)
    out = nn_tui("evaluate", "latest").out
    assert "loss, MAE and RMSE are in the deviations of each value" in out
    assert [line.split()[0] for line in out.splitlines()[-2:]] == ["a", "b"]


def test_of_many_classes_the_commonest_mistakes_are_shown(here: Path) -> None:
    text = MOONS.replace("moons(n=40)", "blobs(n=60, classes=15)").replace("2, 1", "2, 15")
    trained(here / "runs", text.replace("BCEWithLogitsLoss", "CrossEntropyLoss"))
    out = nn_tui("evaluate", "latest").out
    assert "the commonest mistakes" in out
    assert "true \\ said" not in out


def test_neither_command_needs_torch_to_refuse() -> None:
    code = (
        "import sys\nfrom tui_nn.headless import evaluate, predict\n"
        "sys.exit('torch' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode == 0
