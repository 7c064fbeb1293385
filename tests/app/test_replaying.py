"""A recording: where it stands, how it is moved, and what has no meaning in it."""

import asyncio
from pathlib import Path

import pytest
from textual.pilot import Pilot

from tests.app.support import on_screen, recorded, row, written
from tests.views.support import present, started, stepped, world_of
from tui_nn.app.app import Workbench
from tui_nn.app.replaying import Replaying, length_of, slow_enough
from tui_nn.app.settings import Settings
from tui_nn.views.desk import Desk
from tui_nn.views.home import paint_home
from tui_nn.views.ink import DARK
from tui_nn.views.scrubber import Playing


def test_its_length_is_the_time_of_its_last_record(tmp_path: Path) -> None:
    path = recorded(tmp_path)
    assert length_of(path) == 4.0
    path.write_bytes(path.read_bytes() + b'{"type":"stepped","elap')
    assert length_of(path) == 4.0
    path.write_bytes(b"\n\xff\n[1]\n")
    assert length_of(path) == 0.0
    assert length_of(tmp_path / "none") == 0.0


def test_at_its_end_it_tells_where_training_ended(tmp_path: Path) -> None:
    async def script(app: Workbench, pilot: Pilot[int]) -> None:
        assert "step 400" in row(app, 1)
        assert "epoch 10 of 10" in row(app, 1)
        assert "4.00 s   all at once" in row(app, 34)

    on_screen(tmp_path, script)


@pytest.mark.parametrize(("steps", "words"), [
    (39, "epoch 1 of 300   step 39 of 40"), (40, "epoch 1 of 300   step 40 of 40"),
    (41, "epoch 2 of 300   step 1 of 40"),
])  # fmt: skip
def test_an_epoch_ends_with_its_last_step_evaluated_or_not(
    tmp_path: Path, steps: int, words: str
) -> None:
    path = written(tmp_path, [started(), stepped(1, [0.5] * steps)])

    async def play() -> None:
        app = Workbench(Settings(experiment="test", recording=path, speed=0.0), DARK, 20.0, {})
        async with app.run_test(size=(120, 36)) as pilot:
            while app.world.present.state != "stopped":
                await pilot.pause(0.01)
            await pilot.pause(0.1)
            assert words in row(app, 1)
        app.let_go()

    asyncio.run(play())


def test_keys_seek_by_shares_of_its_length(tmp_path: Path) -> None:
    async def script(app: Workbench, pilot: Pilot[int]) -> None:
        await pilot.press("less_than_sign", "less_than_sign", "space")
        await pilot.pause(0.2)
        await pilot.press("home")
        await pilot.pause(0.2)
        assert app.world.playing
        assert app.world.playing.share < 0.1
        await pilot.press("greater_than_sign", "greater_than_sign", "greater_than_sign", "right")
        await pilot.pause(0.3)
        assert 0.3 < app.world.playing.share < 0.4
        assert app.world.present.step == 120
        assert app.world.present.epoch == 3

    on_screen(tmp_path, script, speed=0.01)


def test_what_drives_an_engine_says_that_this_is_a_recording(tmp_path: Path) -> None:
    async def script(app: Workbench, pilot: Pilot[int]) -> None:
        for key in "psernuwPSERNU,.":
            app.desk.words = ""
            await pilot.press({",": "comma", ".": "full_stop"}.get(key, key))
            await pilot.pause(0.03)
            assert "a recording" in app.desk.words, key
        assert "a recording" in row(app, 34)

    on_screen(tmp_path, script)


def test_a_speed_is_chosen_by_rungs(tmp_path: Path) -> None:
    replaying = Replaying(recorded(tmp_path), lambda told: None, 50.0)
    assert [replaying.change_speed(1) for _ in range(3)] == [100.0, 0.0, 0.0]
    assert [replaying.change_speed(-1) for _ in range(3)] == [100.0, 50.0, 20.0]
    replaying.close()


def test_who_looks_back_from_its_end_sees_it_stand_there(tmp_path: Path) -> None:
    async def script(app: Workbench, pilot: Pilot[int]) -> None:
        async def stands(state: str) -> None:
            while app.world.present.state != state:
                await pilot.pause(0.01)
            await pilot.pause(0.1)

        await pilot.press("less_than_sign", "less_than_sign")
        await stands("paused")
        assert app.world.present.step == 320
        await pilot.press("end")
        await stands("done")
        assert "step 400" in row(app, 1)

    on_screen(tmp_path, script, speed=100.0, ends=True)


def test_a_short_one_is_played_slowly_enough_to_be_watched() -> None:
    assert [slow_enough(s) for s in (3600.0, 10.0, 6.0, 0.5, 0.03, 0.0)] == [
        1.0, 1.0, 0.5, 0.05, 0.01, 0.01,
    ]  # fmt: skip


@pytest.mark.parametrize("panel", "567")
def test_arrows_move_a_recording_where_the_panel_in_focus_is_not_in_it(
    tmp_path: Path, panel: str
) -> None:
    async def script(app: Workbench, pilot: Pilot[int]) -> None:
        await pilot.press(panel, panel)
        assert app.desk.full
        before = app.desk.layer, app.desk.weight, app.desk.unit, dict(app.desk.cursor)
        await pilot.press("left", "less_than_sign", "up", "down")
        while app.world.present.step >= 400:
            await pilot.pause(0.01)
        assert (app.desk.layer, app.desk.weight, app.desk.unit, app.desk.cursor) == before
        speed = app.world.playing and app.world.playing.speed
        await pilot.press("minus")
        await pilot.pause(0.1)
        assert app.world.playing
        assert app.world.playing.speed != speed
        assert "← → by 1 %" in row(app, 35)

    on_screen(tmp_path, script)


@pytest.mark.parametrize(
    ("follows", "words"),
    [(False, "nn-tui RUN opens the run itself"), (True, "once training has ended, nn-tui RUN")],
)
def test_where_what_is_not_recorded_can_be_seen_is_said_as_it_is(follows: bool, words: str) -> None:
    world = world_of(started(), present(40, "running"))
    world.playing = Playing(1.0, 2.0, 0.0, follows)
    shown = " ".join(paint_home(world, Desk(), DARK, (200, 50)).text().split())
    assert words in shown
    assert shown.count("nn-tui RUN opens the run itself") == 3


def test_a_run_that_is_followed_is_said_to_be_while_it_is_written(tmp_path: Path) -> None:
    replaying = Replaying(recorded(tmp_path), lambda told: None, 1.0, grows=lambda: True)
    assert replaying.playing.follows
    replaying.close()
    replaying = Replaying(recorded(tmp_path), lambda told: None, 1.0)
    assert not replaying.playing.follows
    replaying.close()


def test_panels_say_what_is_not_recorded(tmp_path: Path) -> None:
    async def script(app: Workbench, pilot: Pilot[int]) -> None:
        text = "\n".join(row(app, y) for y in range(36))
        for words in ("the forward pass of each step", "the gradient of each step",
                      "the update of each step"):  # fmt: skip
            assert words in text
        assert "p ▸" not in text
        await pilot.press("6", "6")
        await pilot.pause(0.05)
        assert "the gradient of each step is not in a recording" in row(app, 4)

    on_screen(tmp_path, script)
