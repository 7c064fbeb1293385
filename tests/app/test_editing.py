"""Forms over the home screen: what is changed in them is asked of the engine."""

import threading
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from msgspec import structs
from textual.pilot import Pilot

from tests.app.support import EXPERIMENT, LAYERS, Sent, on_screen, row
from tests.views.support import started
from tui_nn.app.app import Workbench
from tui_nn.app.driving import Driving
from tui_nn.app.editing.editor import Editor
from tui_nn.app.editing.line import Line
from tui_nn.app.settings import Settings
from tui_nn.spec.files import load_experiment
from tui_nn.spec.protocol.commands import Change, GoTo, ListFolder, Preview
from tui_nn.spec.protocol.disk import Contents, FileColumn, FolderEntry, Listing
from tui_nn.spec.protocol.messages import Answer
from tui_nn.views.shelf import Item

Use = Callable[[Workbench, Pilot[int], Editor, Sent], Awaitable[None]]


def editing(folder: Path, use: Use, size: tuple[int, int] = (100, 36)) -> None:
    """Have `use` edit what a screen shows, with nothing behind it that trains."""

    async def script(app: Workbench, pilot: Pilot[int]) -> None:
        told = started(
            experiment=EXPERIMENT, layers=LAYERS, train_count=400, val_count=100,
            input_shape=(2,), classes=2,
        )  # fmt: skip
        app.world.take(told)
        sent = Sent()
        await use(app, pilot, Editor(app, Driving(app.world, sent)), sent)

    on_screen(folder, script, size)


def page(app: Workbench) -> str:
    return "\n".join(row(app, index) for index in range(app.size.height))


def test_a_layer_is_added_with_sizes_that_fit_and_training_begins_anew(tmp_path: Path) -> None:
    async def use(app: Workbench, pilot: Pilot[int], editor: Editor, sent: Sent) -> None:
        editor.open(1)
        await pilot.press("down", "a", *"dropo", "enter")
        await pilot.pause()
        assert app.screen.query_one(Line).value == "Dropout()"
        await pilot.press("enter")
        await pilot.pause()
        assert "2 Dropout()" in page(app)
        await pilot.press("q")
        await pilot.pause()
        [change] = sent.commands
        assert change == Change(
            changes=('network=["Linear(2, 8)", "Tanh()", "Dropout()", "Linear(8, 1)"]',),
            anew=True,
        )

    editing(tmp_path, use)


def test_a_layer_that_does_not_fit_is_mended_by_one_key(tmp_path: Path) -> None:
    async def use(app: Workbench, pilot: Pilot[int], editor: Editor, sent: Sent) -> None:
        editor.open(1)
        await pilot.press("enter", "left", *["backspace"] * 1, *"16", "enter")
        await pilot.pause()
        assert "expects 8, gets" in page(app)
        await pilot.press("tab")
        await pilot.pause()
        assert "expects 8" not in page(app)
        await pilot.press("u", "u", "q")
        await pilot.pause()
        assert sent.commands == []

    editing(tmp_path, use)


def test_layers_are_moved_copied_and_deleted(tmp_path: Path) -> None:
    async def use(app: Workbench, pilot: Pilot[int], editor: Editor, sent: Sent) -> None:
        editor.open(1)
        await pilot.press("down", "d", "K", "K", "x", "q")
        await pilot.pause()
        assert sent.commands == []  # a copy of Tanh() went to the top and away again

    editing(tmp_path, use)


def test_what_can_not_be_taken_is_kept_for_the_next_time(tmp_path: Path) -> None:
    async def use(app: Workbench, pilot: Pilot[int], editor: Editor, sent: Sent) -> None:
        editor.open(1)
        await pilot.press("x", "q")
        await pilot.pause()
        assert sent.commands == []
        assert "kept" in app.desk.words
        editor.open(1)
        await pilot.pause()
        assert "0 Tanh()" in page(app)

    editing(tmp_path, use)


def test_a_network_is_pasted_as_it_stands_in_a_script(tmp_path: Path) -> None:
    async def use(app: Workbench, pilot: Pilot[int], editor: Editor, sent: Sent) -> None:
        from textual.events import Paste

        editor.open(1)
        await pilot.pause()
        app.screen.post_message(
            Paste("model = nn.Sequential(\n    nn.Linear(2, 4),\n    nn.Linear(4, 1),\n)")
        )
        await pilot.pause()
        await pilot.press("q")
        await pilot.pause()
        [change] = sent.commands
        assert isinstance(change, Change)
        assert change.changes == ('network=["Linear(2, 4)", "Linear(4, 1)"]',)

    editing(tmp_path, use)


def test_an_optimizer_is_changed_while_it_runs_and_taken_back(tmp_path: Path) -> None:
    async def use(app: Workbench, pilot: Pilot[int], editor: Editor, sent: Sent) -> None:
        editor.open(4)
        await pilot.press("enter")
        await pilot.pause()
        await pilot.press("ctrl+u", *"adam", "enter", *"lr=0.01", "enter")
        await pilot.pause()
        await pilot.press("u")
        await pilot.pause()
        assert sent.commands == [
            Change(changes=("optimizer=Adam(lr=0.01)",)),
            Change(changes=("optimizer=SGD(lr=0.1)",)),
        ]

    editing(tmp_path, use)


def test_every_printable_is_text_in_a_field(tmp_path: Path) -> None:
    typed = "npse1?q:u,.[]-+rRwfv"

    async def use(app: Workbench, pilot: Pilot[int], editor: Editor, sent: Sent) -> None:
        editor.open(4)
        await pilot.press("enter")
        await pilot.pause()
        line = app.screen.query_one(Line)
        line.value = ""
        for character in typed:
            await pilot.press(character)
        assert line.value == typed
        await pilot.press("ctrl+z")
        assert line.value == typed[:-1]
        await pilot.press("ctrl+y")
        assert line.value == typed

    editing(tmp_path, use)


@pytest.mark.parametrize("size", [(24, 6), (40, 10), (80, 24), (200, 50)])
def test_forms_fit_every_screen(tmp_path: Path, size: tuple[int, int]) -> None:
    async def use(app: Workbench, pilot: Pilot[int], editor: Editor, sent: Sent) -> None:
        for panel in (1, 2, 3, 4, None):
            editor.open(panel)
            await pilot.pause()
            await pilot.press("enter")
            await pilot.pause()
            await pilot.press("escape", "escape")
            await pilot.pause()
            assert len(app.screen_stack) == 1

    editing(tmp_path, use, size)


def test_a_change_behind_the_first_step_goes_back_where_it_was(tmp_path: Path) -> None:
    async def use(app: Workbench, pilot: Pilot[int], editor: Editor, sent: Sent) -> None:
        present = app.world.present
        assert present.step > 0
        editor.open(1)
        await pilot.press("down", "d", "q")
        await pilot.pause()
        editor._driving.undo()
        assert sent.commands[1] == GoTo(step=present.step, branch=present.branch)

    editing(tmp_path, use)


def test_the_list_of_presets_begins_behind_the_one_that_is_open(tmp_path: Path) -> None:
    async def use(app: Workbench, pilot: Pilot[int], editor: Editor, sent: Sent) -> None:
        opened: list[Settings] = []
        editor.choose(Settings(experiment="and-gate", runs=None), opened.append)
        await pilot.pause()
        assert "▸ or-gate" in page(app)
        await pilot.press("enter")
        await pilot.pause()
        assert [settings.experiment for settings in opened] == ["or-gate"]

    editing(tmp_path, use)


def test_the_list_is_there_while_runs_are_read_and_they_come_behind_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read = threading.Event()

    def kept_runs(runs: str | None) -> tuple[list[Item], list[str]]:
        assert read.wait(60)
        return [Item("runs/latest", "Learned", "Runs, the newest first")], ["AND gate"]

    monkeypatch.setattr("tui_nn.app.editing.opening.kept_runs", kept_runs)

    async def use(app: Workbench, pilot: Pilot[int], editor: Editor, sent: Sent) -> None:
        editor.choose(Settings(experiment="and-gate"), lambda settings: None)
        await pilot.pause()
        assert "▸ or-gate" in page(app)
        assert "✓" not in page(app)
        read.set()
        await app.workers.wait_for_complete()
        await pilot.pause()
        assert "▸ or-gate" in page(app)
        assert "✓" in page(app)
        await pilot.press(*"latest")
        await pilot.pause()
        assert "▸ latest" in page(app)

    editing(tmp_path, use)


def test_a_file_is_found_by_its_path_and_opened_with_its_text(tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    file.write_text('title = "mine"\n')
    entries = (FolderEntry(name="mine.toml", opens="experiment"),)

    async def use(app: Workbench, pilot: Pilot[int], editor: Editor, sent: Sent) -> None:
        opened: list[Settings] = []
        editor.choose(Settings(experiment="and-gate", runs=None), opened.append)
        await pilot.pause()
        app.screen.query_one(Line).value = f"{tmp_path}/mi"
        await pilot.pause()
        assert sent.commands[-1] == ListFolder(path=f"{tmp_path}/")
        listing = Listing(path=str(tmp_path), parent="/", entries=entries)
        editor.hear(Answer(id=len(sent.commands), present=app.world.present, found=listing))
        await pilot.press("tab", "enter")
        await pilot.pause()
        [settings] = opened
        assert (settings.experiment, settings.text) == (str(file), 'title = "mine"\n')

    editing(tmp_path, use)


def test_data_is_looked_into_and_asked_for_its_target_before_it_is_opened(tmp_path: Path) -> None:
    columns = tuple(FileColumn(name=name, kind="numbers") for name in ("rooms", "price"))
    contents = Contents(
        path="houses.csv", opens="data", reader="csv", columns=columns, target=("price",)
    )

    async def use(app: Workbench, pilot: Pilot[int], editor: Editor, sent: Sent) -> None:
        def answer(found: Listing | Contents) -> None:
            editor.hear(Answer(id=len(sent.commands), present=app.world.present, found=found))

        opened: list[Settings] = []
        editor.choose(Settings(experiment="and-gate", runs=None), opened.append)
        await pilot.pause()
        answer(Listing(path="/d", parent="/", entries=(
            FolderEntry(name="houses.csv", opens="data"),)))  # fmt: skip
        await pilot.press(*"houses.", "enter")
        await pilot.pause()
        assert sent.commands[-1] == Preview(path="/d/houses.csv")
        answer(contents)
        await pilot.pause()
        assert "predicts price" in page(app)
        await pilot.press("down")
        assert sent.commands[-1] == Preview(path="/d/houses.csv", target=("rooms",))
        answer(structs.replace(contents, target=("rooms",)))
        await pilot.pause()
        assert "predicts rooms" in page(app)
        await pilot.press("x", "enter")
        await pilot.pause()
        assert "there is no column roomsx: did you mean rooms?" in page(app)
        await pilot.press("backspace", "enter")
        await pilot.pause()
        assert [(s.experiment, s.target) for s in opened] == [("/d/houses.csv", ("rooms",))]

    editing(tmp_path, use)


def test_an_experiment_is_saved_with_its_changes_and_the_comments_of_its_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mine.toml").write_text(
        'data = "spiral(n=500)"  # two arms\nnetwork = ["Linear(2, 1)"]\n'
        'loss = "BCEWithLogitsLoss()"\noptimizer = "SGD(lr=9)"\n'
    )

    async def use(app: Workbench, pilot: Pilot[int], editor: Editor, sent: Sent) -> None:
        written: list[Path | None] = []
        editor.save_as("mine.toml", written.append)
        await pilot.press("enter")
        await pilot.pause()
        assert app.desk.words == "saved as mine.toml"
        assert written == [Path("mine.toml")]

    editing(tmp_path, use)
    text = (tmp_path / "mine.toml").read_text()
    assert "# two arms" in text
    assert 'optimizer = "SGD(lr=0.1)"' in text
    assert load_experiment("mine.toml").network[1].entry.name == "Tanh"


def test_an_experiment_is_saved_only_where_it_can_be(tmp_path: Path) -> None:
    async def use(app: Workbench, pilot: Pilot[int], editor: Editor, sent: Sent) -> None:
        editor.save_as("and-gate", lambda path: None)
        await pilot.pause()
        assert app.screen.query_one(Line).value == "and-gate.toml"
        app.screen.query_one(Line).value = str(tmp_path / "nowhere" / "x.toml")
        await pilot.press("enter")
        await pilot.pause()
        assert "there is no folder" in page(app)
        assert len(app.screen_stack) == 2

    editing(tmp_path, use)


def test_a_pasted_experiment_is_offered_and_opened_by_enter(tmp_path: Path) -> None:
    text = (
        'title = "Mine"\ndata = "xor_gate()"\nnetwork = ["Linear(2, 1)"]\n'
        'loss = "BCEWithLogitsLoss()"\noptimizer = "SGD(lr=0.1)"\n'
    )

    async def use(app: Workbench, pilot: Pilot[int], editor: Editor, sent: Sent) -> None:
        words, taken = editor.offer(text.replace("\n", "\r"), app.settings)
        assert "enter opens it" in words
        found = taken()
        assert found is not None
        assert (found.experiment, found.text) == ("Mine", text.strip())
        words, taken = editor.offer("nn.Sequential(nn.Linear(2, 1))", app.settings)
        assert "1 layers" not in words
        assert taken() is None
        await pilot.pause()
        assert "0 Linear(2, 1)" in page(app)
        assert editor.offer("rm -rf /", app.settings)[0] == ""

    editing(tmp_path, use)


def test_what_can_not_be_taken_is_listed_with_the_reason(tmp_path: Path) -> None:
    async def use(app: Workbench, pilot: Pilot[int], editor: Editor, sent: Sent) -> None:
        editor.open(4)
        await pilot.press("enter", "ctrl+u")
        await pilot.pause()
        assert "SparseAdam finds no sparse gradients" in page(app)
        assert "Adam whose weight decay" in page(app)

    editing(tmp_path, use)
