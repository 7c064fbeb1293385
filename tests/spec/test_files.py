import json
import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.spec.support import SPIRAL, error_of, is_readable, refusal, spiral
from tui_nn.spec import finding
from tui_nn.spec.experiment import Experiment, Goal
from tui_nn.spec.files import experiment_of, load_experiment, write_toml
from tui_nn.spec.finding import course, find_experiment, preset_names, presets_folder, read_text


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A package folder of its own, beside presets of its own."""
    presets = tmp_path / "checkout" / "presets"
    presets.mkdir(parents=True)
    (presets / "course.toml").write_text(
        '[[chapter]]\nletter = "A"\ntitle = "One neuron"\npresets = ["and-gate", "or-gate"]\n'
        '[[chapter]]\nletter = "B"\ntitle = "Layers"\npresets = ["spiral"]\n'
    )
    for name in ("and-gate", "or-gate", "spiral"):
        (presets / f"{name}.toml").write_text(SPIRAL)
    package = tmp_path / "checkout" / "tui_nn"
    package.mkdir()
    monkeypatch.setattr(finding, "PACKAGE", package)
    monkeypatch.chdir(tmp_path)
    return package


def test_the_presets_of_a_checkout_lie_beside_the_package(package: Path) -> None:
    assert presets_folder() == package.parent / "presets"


def test_the_presets_of_an_installed_package_lie_inside_it(package: Path) -> None:
    (package / "presets").mkdir()
    assert presets_folder() == package / "presets"


def test_the_real_presets_are_found() -> None:
    assert (presets_folder() / "course.toml").is_file()


def test_the_course_is_in_its_order(package: Path) -> None:
    assert [(c.letter, c.title, c.presets) for c in course()] == [
        ("A", "One neuron", ("and-gate", "or-gate")),
        ("B", "Layers", ("spiral",)),
    ]
    assert preset_names() == ("and-gate", "or-gate", "spiral")


def test_a_preset_is_found_by_name_and_named_by_its_place(package: Path) -> None:
    experiment = load_experiment("spiral")
    assert experiment.name == "spiral"
    assert experiment.place("loss") == "presets/spiral.toml: loss"


def test_a_folder_of_the_same_name_hides_no_preset_but_a_file_does(
    package: Path, tmp_path: Path
) -> None:
    (tmp_path / "spiral").mkdir()
    assert find_experiment("spiral") == presets_folder() / "spiral.toml"
    (tmp_path / "or-gate").write_text(SPIRAL)
    assert find_experiment("or-gate") == Path("or-gate")


def test_a_file_is_found_by_its_path(package: Path, tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text(SPIRAL)
    assert load_experiment("mine.toml").place("loss") == "mine.toml: loss"
    assert load_experiment(str(tmp_path / "mine.toml")).name == "mine"
    (tmp_path / "plain").write_text(SPIRAL)
    assert load_experiment("plain").name == "plain"


@pytest.mark.parametrize(
    ("word", "message"),
    [
        ("and-gat", "there is no preset or file and-gat: did you mean and-gate"),
        ("zzz", "there is no preset or file zzz: `nn-tui presets` lists the presets"),
        ("", "there is no preset or file"),
        ("mine.toml", "mine.toml: there is no such file: did you mean mind.toml?"),
        ("zzz/zzz", "zzz/zzz: there is no such file"),
        ("checkout", "checkout: is a folder: name a TOML file"),
        (".", ".: is a folder"),
        ("a" * 5000, "can't be read (File name too long)"),
        ("a\0b.toml", "can't be read (embedded null byte)"),
        ("mind.toml/x", "mind.toml/x: can't be read (Not a directory)"),
    ],
)
def test_a_word_that_names_nothing_is_refused(
    package: Path, tmp_path: Path, word: str, message: str
) -> None:
    (tmp_path / "mind.toml").write_text(SPIRAL)
    assert message in refusal(lambda: load_experiment(word))


def test_a_file_that_may_not_be_read_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "x.toml"
    path.write_text(SPIRAL)
    path.chmod(0)
    if os.access(path, os.R_OK):
        pytest.skip("this user may read everything")
    assert "can't be read (Permission denied)" in refusal(lambda: read_text(path))


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"# " + b"a" * 10_000_000, "x.toml: has 10.0 MB: an experiment has at most 1 MB"),
        (bytes(range(256)), "x.toml: is not a text file: name a TOML file"),
        ("title = 'é'".encode("latin-1"), "x.toml: is not a text file"),
        (SPIRAL.encode("utf-16"), "x.toml: is not a text file"),
        (b"\x7fELF\0\0\0\0", "x.toml: is not TOML: "),
        (b"", "x.toml: data: is missing: the dataset, as a call: spiral(n=500)"),
        (b"title = ", "x.toml: is not TOML: Invalid value (at end of document)"),
        (b"a = 1\na = 2", "x.toml: is not TOML: Cannot overwrite a value"),
        (b"a = " + b"[" * 500 + b"]" * 500, "x.toml: is nested too deep: a few levels do"),
        (b"a = " + b"[" * 20 + b"]" * 20, "x.toml: a: is nested too deep: a few levels do"),
        (b"a = " + b"{a=" * 300 + b"1" + b"}" * 300, "nested too deep"),
        (b".".join([b"a"] * 100_000) + b" = 1", "x.toml: has a key of over 100 parts"),
        (b"[" + b" . ".join([b'"a"'] * 10_000) + b"]", "x.toml: has a key of over 100 parts"),
        (b"a = " + b"9" * 5000, "x.toml: holds a number too long to read"),
        (b"[train]\nseed = 0x" + b"f" * 5000, "x.toml: train.seed: is too large a number: stay"),
        (b"[train]\nseed = 9223372036854775808", "train.seed: is too large a number: stay below"),
        (b"title = 1979-05-27", "x.toml: title: holds a date or time, 1979-05-27: write a text"),
        (b"title = [07:32:00]", "x.toml: title: holds a date or time, 07:32:00"),
        (b"[train]\nval = nan", "x.toml: train.val: is nan: write a finite number"),
        (b"[train]\nval = -inf", "x.toml: train.val: is -inf: write a finite number"),
        (b"[train]\nval = 1e999", "x.toml: train.val: is inf: write a finite number"),
        (SPIRAL.encode().replace(b"[train]", b"[[train]]"), "x.toml: train: is ({'batch_size': 10"),
    ],
    ids=lambda part: str(part)[:40],
)  # fmt: skip
def test_a_file_that_holds_no_experiment_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: bytes, message: str
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("x.toml").write_bytes(content)
    assert message in refusal(lambda: load_experiment("x.toml"))


def test_a_device_without_end_is_refused() -> None:
    if not Path("/dev/zero").exists():
        pytest.skip("there is none here")
    message = "/dev/zero: has more than 1 MB: an experiment has at most 1 MB"
    assert refusal(lambda: load_experiment("/dev/zero")) == message


@pytest.mark.parametrize("text", ["\ufeff" + SPIRAL, SPIRAL.replace("\n", "\r\n")])
def test_a_byte_order_mark_and_windows_lines_are_read(tmp_path: Path, text: str) -> None:
    path = tmp_path / "x.toml"
    path.write_text(text, encoding="utf-8", newline="")
    assert load_experiment(str(path)).title == "Two spirals"


# Changes from the command line.


@pytest.mark.parametrize(
    ("change", "value", "expected"),
    [
        ("train.epochs=7", lambda e: e.train.epochs, 7),
        (" train.epochs = 7 ", lambda e: e.train.epochs, 7),
        ("train.epochs=1_000", lambda e: e.train.epochs, 1000),
        ("train.shuffle=false", lambda e: e.train.shuffle, False),
        ("train.shuffle=False", lambda e: e.train.shuffle, False),
        ("train.shuffle=True", lambda e: e.train.shuffle, True),
        ("train.val=0.25", lambda e: e.train.val, 0.25),
        ("train.device=cpu", lambda e: e.train.device, "cpu"),
        ("train.device='cpu'", lambda e: e.train.device, "cpu"),
        ("train.batch_size=", lambda e: e.train.batch_size, None),
        ("train.batch_size=None", lambda e: e.train.batch_size, None),
        ("train={epochs=3}", lambda e: (e.train.epochs, e.train.batch_size), (3, None)),
        ("train=", lambda e: e.train.epochs, 100),
        ("title=true", lambda e: e.title, "true"),
        ("title=x = y", lambda e: e.title, "x = y"),
        ("title=[draft", lambda e: e.title, "[draft"),
        ("title=", lambda e: e.title, "x"),
        ("loss=nn.MSELoss()", lambda e: str(e.loss.call), "MSELoss()"),
        ("schedule=StepLR(5)", lambda e: str(e.schedule.call), "StepLR(5)"),
        ("network[1]=ReLU()", lambda e: str(e.network[1].call), "ReLU()"),
        ("network[002]=Linear(8, 3)", lambda e: str(e.network[2].call), "Linear(8, 3)"),
        ('network=["Linear(2, 3)"]', lambda e: [str(n.call) for n in e.network], ["Linear(2, 3)"]),
        ("optimizer=SGD(lr=1)", lambda e: str(e.optimizers[0].call), "SGD(lr=1)"),
        ('optimizer=["Muon()", "SGD()"]', lambda e: len(e.optimizers), 2),
        ("goal.accuracy=0.5", lambda e: e.goal, Goal("accuracy", 0.5)),
        ("goal.loss=0.5", lambda e: e.goal, Goal("loss", 0.5)),
        ("goal.times=3", lambda e: e.goal, Goal("accuracy", 0.97, 3)),
        ("goal={}", lambda e: e.goal, None),
        ("goal=", lambda e: e.goal, None),
        ("goal.accuracy=None", lambda e: e.goal, None),
        ("goal={loss=0.1, times=2}", lambda e: e.goal, Goal("loss", 0.1, 2)),
        ("view.hide=[1, 2]", lambda e: e.view.hide, (1, 2)),
        ("view.pace=5", lambda e: e.view.pace, 5),
    ],
    ids=lambda part: part if isinstance(part, str) else "",
)
def test_any_key_can_be_changed(
    change: str, value: Callable[[Experiment], object], expected: object
) -> None:
    changed = value(spiral(change))
    assert changed == expected
    assert type(changed) is type(expected)


def test_changes_are_made_in_order() -> None:
    experiment = spiral("train.epochs=5", "network[1]=ReLU()", "train.epochs=6", "goal.times=2")
    assert experiment.train.epochs == 6
    assert str(experiment.network[1].call) == "ReLU()"
    assert experiment.goal == Goal("accuracy", 0.97, 2)


def test_another_goal_keeps_how_often_it_must_be_reached() -> None:
    assert spiral("goal.times=2", "goal.loss=0.5").goal == Goal("loss", 0.5, 2)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ("train.epochs", "command line: 'train.epochs' is not key=value: e.g. train.epochs=50"),
        ("", "command line: '' is not key=value"),
        ("=5", "command line: '=5' is not key=value"),
        ("Train.Epochs=5", "is not key=value"),
        ("train.epochs[0]=5", "is not key=value"),
        ("a" * 9000, "aaa… is not key=value: e.g. train.epochs=50"),
        ("title=\udcff", "command line: 'title=\\udcff' is not key=value"),
        ("train.epochs=many", "command line: train.epochs: is 'many', not a whole number: write "),
        (" train.epochs = many", "command line: train.epochs: is 'many'"),
        ("train.epochs=0", "command line: train.epochs: is 0: it must be at least 1"),
        ("train.epochs=5\nepochs=3", r"command line: train.epochs: is '5\nepochs=3', not a whole"),
        ("train.epochs=" + "9" * 5000, "not a whole number"),
        ("train.epochs=" + "9" * 30, "command line: train.epochs: is too large a number: stay"),
        ("train.val=nan", "command line: train.val: is nan: write a finite number"),
        ("train.val=1979-05-27", "command line: train.val: holds a date or time"),
        ("train.val=" + "[" * 5000, "command line: train.val: is '[[["),
        ("train.val={" + "a." * 50_000 + "a=1}", "command line: train.val: is '{a.a."),
        ("train.epoch=5", "command line: train.epoch: there is no such key: did you mean epochs?"),
        ("trian.epochs=5", "command line: trian.epochs: there is no such key: did you mean train?"),
        ("zzz.epochs=5", "zzz.epochs: there is no such key: tables: train, goal, view"),
        ("network.size=5", "command line: network.size: there is no such key: write network=…"),
        ("epochs=5", "command line: epochs: there is no such key: write train.epochs"),
        ("optimiser=SGD()", "command line: optimiser: there is no such key: did you mean opti"),
        ("train=5", "command line: train: is 5, not a table: [train]"),
        ("train={epochs=0}", "command line: train.epochs: is 0: it must be at least 1"),
        ("train={epoch=1}", "command line: train.epoch: there is no such key: did you mean epoc"),
        ("data=", "command line: data: is missing: the dataset"),
        ("network[3]=Tanh()", "command line: network[3]: network has 3 entries: the last is netw"),
        ("network[-1]=Tanh()", "is not key=value"),
        ("network[1]=Tan()", "command line: network[1]: there is no layer Tan: did you mean Tanh?"),
        ("network[01]=Tan()", "command line: network[1]: there is no layer Tan"),
        ("network[1]=", "command line: network[1]: '' can't be read"),
        ('network=["Tanh()", "Tan()"]', "command line: network[1]: there is no layer Tan"),
        ("network=Tanh()", "command line: network: is 'Tanh()', not a list of texts: write a list"),
        ("optimizer[0]=SGD()", "command line: optimizer[0]: optimizer is not a list: write optimi"),
        ('optimizer=["Muon()", "Adan()"]', "command line: optimizer[1]: there is no optimizer Ad"),
        ("optimizer=Adan()", "command line: optimizer: there is no optimizer Adan: did you mean"),
        ("optimizer=[]", "command line: optimizer: is empty: write a text or a list of texts"),
        ("view[0]=5", "command line: view[0]: view is not a list: write view=…"),
        ("goal={loss=1, r2=1}", "command line: goal: has 2 metrics (loss, r2): keep one"),
        ("goal.accurcy=1", "command line: goal.accurcy: there is no such key: did you mean ac"),
    ],
    ids=lambda part: part[:40],
)  # fmt: skip
def test_a_bad_change_is_refused_at_its_place(change: str, message: str) -> None:
    assert message in refusal(lambda: spiral(change))


def test_a_change_of_a_file_s_broken_table_is_refused() -> None:
    said = refusal(lambda: experiment_of("train = 5", "x.toml", "x", ["train.epochs=5"]))
    assert said == "command line: train: is not a table: tables: train, goal, view"


def test_what_was_not_changed_has_its_place_in_the_file() -> None:
    place = spiral("train.epochs=5", "network[1]=ReLU()", "view={pace=1}").place
    assert place("train.epochs") == "command line: train.epochs"
    assert place("train.val") == "x.toml: train.val"
    assert place("network[1]") == "command line: network[1]"
    assert place("network[0]") == "x.toml: network[0]"
    assert place("view.panel") == "command line: view.panel"
    assert place("loss") == "x.toml: loss"


@given(st.lists(st.text() | st.sampled_from(["train.", "=", "goal", "[0]", "1", "{", "a=1}"])))
def test_any_change_is_made_or_refused(parts: list[str]) -> None:
    error = error_of(lambda: spiral("".join(parts)))
    assert error is None or is_readable(error)


# Writing.

LAYOUTS = (
    SPIRAL,
    SPIRAL.replace("\n", "\r\n"),
    SPIRAL.split("[train]")[0],
    SPIRAL.split("[train]")[0] + "train.epochs = 3 # dotted\ngoal.loss = 0.1\n",
    SPIRAL.split("[train]")[0] + "train = {epochs = 3, val = 0.1} # inline\n",
    SPIRAL.split("[train]")[0] + "[view]\nhide = [\n  1, # the first\n  2,\n]\n[train]\n",
    SPIRAL.replace("[train]", "[ train ] # how\n'seed' = 0x10"),
    SPIRAL.replace('"Adam(lr=0.01)"', '[\n  "Muon()", # matrices\n  "AdamW()",\n]'),
    SPIRAL.rstrip(),
    SPIRAL.split("[train]")[0] + "[goal] # one\nloss = 0.1\n\n[view]\n\n[train]\nval = 0.1\n# end",
    SPIRAL.replace('"Plain SGD gets stuck here."', '"""\nPlain SGD\n  gets stuck here."""'),
)
CHANGES = (
    "train.epochs=7", "train.epochs=None", "train.val=0.5", "train.device=cpu", "train.seed=3",
    "train.shuffle=false", "train.clip_norm=1.5", "train={epochs=2}", "train=", "title=é \\ \" '",
    "title=a\nb\tc\x1b", "title=", "about=two # words", "data=moons()", "network[0]=Linear(2, 8)",
    'network=["Linear(2, 1)"]', "loss=MSELoss()", 'optimizer=["Muon()", "SGD(lr=0.5)"]',
    "optimizer=SGD()", "schedule=StepLR(5)", "schedule=", "init=zeros_()", "goal.loss=0.25",
    "goal.times=2", "goal={}", "goal=", "goal={mae=1}", "view.hide=[3]", "view.pace=2.5",
    "view.panel=4", "view={}",
)  # fmt: skip


def values(experiment: Experiment) -> tuple[Experiment, str]:
    """What an experiment says, without where it was written and in what order."""
    table = {key: value for key, value in experiment.table.items() if value != {}}
    return replace(experiment, place=str, table={}), json.dumps(table, sort_keys=True)


@given(st.sampled_from(LAYOUTS), st.lists(st.sampled_from(CHANGES), max_size=5))
def test_a_written_experiment_reads_back_the_same(layout: str, changes: list[str]) -> None:
    experiment = experiment_of(layout, "x.toml", "x", changes)
    written = write_toml(experiment, layout)
    assert values(experiment_of(written, "y.toml", "x")) == values(experiment)
    assert "# what a person wrote" in written


@pytest.mark.parametrize("layout", LAYOUTS)
def test_an_unchanged_experiment_is_written_as_it_was(layout: str) -> None:
    assert write_toml(experiment_of(layout, "x.toml", "x"), layout) == layout


def test_comments_and_order_survive_changes() -> None:
    changes = ["train.epochs=7", "schedule=StepLR(5)", "train.val=0.25", "view.pace=2"]
    written = write_toml(spiral(*changes), SPIRAL)
    assert written == SPIRAL.replace("epochs = 50\n", "epochs = 7\nval = 0.25\n").replace(
        'optimizer = "Adam(lr=0.01)"\n', 'optimizer = "Adam(lr=0.01)"\nschedule = "StepLR(5)"\n'
    ) + ("\n[view]\npace = 2\n")


OWN = """
data = "npz('points.npz')"
network = ["Linear(2, 1)"]
loss = "BCEWithLogitsLoss()"
optimizer = "SGD()"
"""


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """An experiment in a folder, named from the folder above it."""
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "x.toml").write_text(OWN)
    monkeypatch.chdir(tmp_path)
    return "sub/x.toml"


def test_paths_in_a_file_start_at_its_folder(own: str) -> None:
    assert load_experiment(own).folder == Path("sub")


def test_paths_on_the_command_line_start_where_that_is(own: str) -> None:
    assert load_experiment(own, ["data=npz('points.npz')"]).folder == Path()


def test_a_written_experiment_names_its_data_from_the_working_directory(own: str) -> None:
    experiment = load_experiment(own)
    assert "data = \"npz('sub/points.npz')\"" in write_toml(experiment, OWN)


@pytest.mark.parametrize("path", ["/points.npz", "~/points.npz"])
def test_a_path_from_the_root_or_from_home_stays_there(own: str, path: str) -> None:
    text = OWN.replace("points.npz", path)
    experiment = experiment_of(text, own, "x", folder=Path("sub"))
    assert f"npz('{Path(path).expanduser()}')" in write_toml(experiment, text)
