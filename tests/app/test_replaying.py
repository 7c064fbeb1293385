"""A recording: where it stands, how it is moved, and what has no meaning in it."""

from pathlib import Path

from textual.pilot import Pilot

from tests.app.support import on_screen, recorded, row
from tui_nn.app.app import Workbench
from tui_nn.app.replaying import Replaying, length_of


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
