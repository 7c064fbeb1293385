"""Whatever is named on the command line: presets, experiments, data of one's own."""

import shlex
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from tests.spec.support import refusal
from tui_nn.data import open as module
from tui_nn.data.open import Opened, open_experiment
from tui_nn.spec.files import load_experiment, write_toml

TABLE = "height,width,kind\n" + "".join(
    f"{i % 7 + (i % 2) * 5},{i % 3},{'cat' if i % 2 else 'dog'}\n" for i in range(60)
)
PRICES = "rooms;size;price\n" + "".join(f"{i % 5};{40 + i},5;{1000 * i + 7}\n" for i in range(60))


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    Path("pets.csv").write_text(TABLE)
    Path("prices.csv").write_text(PRICES)
    rng = np.random.default_rng(0)
    np.savez("points.npz", x=rng.normal(size=(40, 3)), y=np.arange(40) % 2)
    return tmp_path


def layers(opened: Opened) -> list[str]:
    return [str(layer.call) for layer in opened.prepared.plan.experiment.network]


def test_a_preset_is_opened_by_its_name() -> None:
    opened = open_experiment("and-gate", ["train.epochs=3"])
    assert opened.prepared.plan.experiment.train.epochs == 3
    assert opened.text.startswith("title = ")


@pytest.mark.usefixtures("here")
def test_a_table_becomes_an_experiment_on_its_last_column() -> None:
    opened = open_experiment("pets.csv")
    plan = opened.prepared.plan
    assert opened.prepared.dataset.class_names == ("cat", "dog")
    assert layers(opened)[0] == "Linear(2, 32)"
    assert "csv('pets.csv', target='kind'" in str(plan.experiment.data.call)
    told = "\n".join(opened.guessed)
    assert "a first guess: Linear(2, 32)" in told
    assert "BCEWithLogitsLoss(), Adam(lr=0.003), batch 32" in told
    assert "`nn-tui show pets.csv --toml > mine.toml`" in told


@pytest.mark.usefixtures("here")
def test_the_target_can_be_named() -> None:
    opened = open_experiment("prices.csv", target=["size"])
    assert opened.prepared.dataset.target_names == ("size",)
    assert opened.prepared.dataset.input_names == ("rooms", "price")
    assert "nn-tui show prices.csv --target size --toml" in opened.guessed[-1]


@pytest.mark.usefixtures("here")
def test_several_targets_can_be_named() -> None:
    opened = open_experiment("prices.csv", target=["size", "price"])
    assert opened.prepared.dataset.y.shape == (60, 2)
    assert layers(opened)[-1] == "Linear(32, 2)"


@pytest.mark.usefixtures("here")
def test_changes_hold_for_a_guess_too() -> None:
    opened = open_experiment(
        "pets.csv", ["train.epochs=2", "optimizer=SGD()", "network[0]=LazyLinear(32)"]
    )
    experiment = opened.prepared.plan.experiment
    assert (experiment.train.epochs, str(experiment.optimizers[0].call)) == (2, "SGD()")
    assert layers(opened)[0] == "Linear(2, 32)"


@pytest.mark.usefixtures("here")
def test_how_a_table_is_read_can_be_changed_before_the_guess() -> None:
    opened = open_experiment("pets.csv", ["data=csv('pets.csv', leave_out=('width',))"])
    assert layers(opened)[0] == "Linear(1, 32)"
    assert "leave_out" in opened.text


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize("word", ["pets.csv", "prices.csv", "points.npz"])
def test_a_guess_written_down_opens_as_the_same_experiment(word: str) -> None:
    opened = open_experiment(word)
    plan = opened.prepared.plan
    Path("mine.toml").write_text(write_toml(plan.experiment, opened.text))
    again = open_experiment("mine.toml").prepared
    assert again.plan.experiment.table == plan.experiment.table
    assert np.array_equal(again.split.train.x, opened.prepared.split.train.x)
    assert np.array_equal(again.split.train.y, opened.prepared.split.train.y)


@pytest.mark.usefixtures("here")
def test_what_was_guessed_is_told_when_it_is_trained_and_shown_as_it_is() -> None:
    opened = open_experiment("pets.csv")
    assert set(opened.guessed) <= set(opened.to_train.plan.notices)
    assert not set(opened.guessed) & set(opened.prepared.plan.notices)


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize(
    "changes",
    [
        ["train.test=0.4", "train.val=0.4"],
        ["train.val=0.3"],
        ["train.epochs=1", "goal.accuracy=0.1"],
        ["train.batch_size=5"],
    ],
)
def test_a_guess_fits_what_somebody_changes(changes: list[str]) -> None:
    opened = open_experiment("pets.csv", changes)
    plan = opened.prepared.plan
    assert plan.notices == opened.prepared.dataset.notices
    assert 1 <= (plan.experiment.train.eval_every or 0) <= plan.experiment.train.epochs


@pytest.mark.usefixtures("here")
def test_the_command_that_writes_a_guess_down_repeats_what_was_asked(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    changes = ["data=csv('prices.csv', leave_out=('rooms',))", "train.epochs=7"]
    opened = open_experiment("prices.csv", changes, ["size"])
    command = shlex.split(opened.guessed[-1].split("`")[1])
    assert command[:2] == ["nn-tui", "show"]
    assert command[-3:] == ["--toml", ">", "mine.toml"]
    again = open_experiment(command[2], command[3:5], [command[6]])
    assert command[5] == "--target"
    assert again.text == opened.text


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize("change", ["train.epoch=3", "loss=MSEloss()", "optimizer=SGD(lr=-1)"])
def test_a_mistake_in_a_change_is_found_before_the_file_is_read(
    monkeypatch: pytest.MonkeyPatch, change: str
) -> None:
    def read(*_: object) -> None:
        raise AssertionError("read too early")

    monkeypatch.setattr(module, "load", read)
    assert "command line" in refusal(lambda: open_experiment("pets.csv", [change]))


def written(here: Path) -> Path:
    opened = open_experiment("pets.csv")
    path = here / "mine.toml"
    path.write_text(write_toml(opened.prepared.plan.experiment, opened.text))
    return path


def test_a_resolved_experiment_refuses_other_data(here: Path) -> None:
    path = written(here)
    Path("pets.csv").write_text(TABLE.replace("cat", "cow"))
    said = refusal(lambda: open_experiment(str(path)))
    assert "mine.toml: data: " in said
    assert "pets.csv: is other data than this experiment was made with" in said
    assert "take sha256 and rows out" in said


def test_the_same_data_elsewhere_is_found_from_the_experiments_folder(here: Path) -> None:
    path = written(here)
    (here / "sub").mkdir()
    path.rename(here / "sub" / "mine.toml")
    Path("pets.csv").rename(here / "sub" / "pets.csv")
    assert open_experiment("sub/mine.toml").prepared.plan.facts.train_count == 48
    assert load_experiment("sub/mine.toml").folder == Path("sub")


MISTAKES: list[tuple[Callable[[], object], str]] = [
    (lambda: open_experiment("pets.csv", target=["kin"]), "kind"),
    (lambda: open_experiment("points.npz", target=["y"]), "--target: names a column, npz has none"),
    (lambda: open_experiment("and-gate", target=["y"]), "--target: goes with a data file"),
    (lambda: open_experiment("data.xlsx"), "data.xlsx: a .xlsx file can't be read: save it as"),
    (lambda: open_experiment("data.csv.gz"), "data.csv.gz: a .gz file can't be read: unpack it"),
    (lambda: open_experiment("pets.csv", ["data=csv()"]), "command line: data: csv needs path"),
    (lambda: open_experiment("one.png"), "one.png: is a single picture: name a folder"),
    (lambda: open_experiment("pets.csv", ["data=csv("]), "command line: data: 'csv(' can't be"),
    (lambda: open_experiment("pets.csv", ["data=csv('pest.csv')"]), "did you mean pets.csv"),
    (lambda: open_experiment("pets.csv", ["loss=MSELos()"]), "there is no loss MSELos"),
]


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize(("call", "message"), MISTAKES, ids=[m[1][:20] for m in MISTAKES])
def test_a_mistake_is_one_line_with_a_way_out(call: Callable[[], object], message: str) -> None:
    Path("data.xlsx").write_bytes(b"PK")
    Path("data.csv.gz").write_bytes(b"\x1f\x8b")
    Path("one.png").write_bytes(b"\x89PNG")
    assert message in refusal(call)
