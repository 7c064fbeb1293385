"""What surrounds the panels: words of the app, the machine, a recording's bar, what lies where."""

from tests.views.support import ASCII, present, started, world_of
from tui_nn.spec.protocol import Saved
from tui_nn.spec.protocol.frames import DeviceFrame
from tui_nn.views.canvas import Canvas
from tui_nn.views.desk import Desk
from tui_nn.views.footer import paint_footer
from tui_nn.views.frame import CURVES, DEVICE, frame_probes, paint_moment, phase_at
from tui_nn.views.ink import DARK
from tui_nn.views.layout import Home
from tui_nn.views.scrubber import Playing
from tui_nn.views.world import World

GPU = DeviceFrame(
    device="cuda", name="NVIDIA H100", threads=8, memory_bytes=80 * 2**30,
    memory_used_bytes=5 * 2**29, use=45, temperature_c=61,
)  # fmt: skip


def on_a_gpu() -> World:
    world = world_of(started(device="cuda"), present(0, "running"))
    world.take(present(100, "running"), now=world._marks[-1][0] + 1.0)
    world.take(GPU, DEVICE)
    return world


def moment(world: World, width: int, desk: Desk | None = None) -> list[str]:
    canvas = Canvas(width, 2, DARK)
    paint_moment(canvas, world, desk or Desk(), Home(width, 36, ()))
    return canvas.text().split("\n")


def test_a_gpu_says_what_it_does() -> None:
    world = on_a_gpu()
    assert frame_probes(world) == (CURVES, DEVICE)
    line = moment(world, 150)[1]
    assert line.rstrip().endswith("1,000 samples/s    45 %   2.5 of 80 GiB   61 °C   NVIDIA H100")


def test_what_has_no_room_is_left_out() -> None:
    world = on_a_gpu()
    for width in range(1, 150):
        line = moment(world, width)[1]
        assert ("samples/s" in line) >= ("45 %" in line) >= ("GiB" in line) >= ("H100" in line)


def test_of_a_cpu_the_moment_alone_is_watched() -> None:
    world = world_of(started(), present(3, "running"))
    assert frame_probes(world) == (CURVES,)
    assert frame_probes(World()) == ()


def test_when_it_was_saved_is_told() -> None:
    world = on_a_gpu()
    assert "saved" not in moment(world, 120)[0]
    world.take(Saved(step=9, checkpoint="last", size=100))
    assert "saved 0 s ago" in moment(world, 120)[0]


def test_words_of_the_app_stand_in_the_moment() -> None:
    assert moment(on_a_gpu(), 80, Desk(words="lr 0.3"))[1].strip() == "lr 0.3"


def test_a_recording_shows_where_it_stands() -> None:
    world = world_of(started(), present(40))
    world.playing = Playing(at_s=30.0, length_s=120.0, speed=5.0)
    line = moment(world, 60)[1]
    assert line == "     30 s  ━━━━━━●────────────────────  2 min   speed 5"
    world.playing = Playing(at_s=9.0, length_s=4.0, speed=0.0)
    assert "━● " in moment(world, 60)[1]
    assert "4.00 s   all at once" in moment(world, 60)[1]
    for width in range(1, 60):
        moment(world, width)


def test_every_word_of_the_flow_bar_is_where_it_is_painted() -> None:
    world = world_of(started(), present(40))
    for width in (40, 80, 120):
        found = [phase_at(column, width, world, Desk()) for column in range(width)]
        assert list(dict.fromkeys(n for n in found if n)) == [1, 2, 3, 4, 5, 6, 7, 8]


def test_ascii_means_ascii() -> None:
    world = on_a_gpu()
    for playing in (None, Playing(1.0, 2.0, 0.5)):
        world.playing = playing
        canvas = Canvas(150, 2, ASCII)
        paint_moment(canvas, world, Desk(), Home(150, 36, ()))
        paint_footer(footer := Canvas(150, 1, ASCII), world, Desk())
        assert (canvas.text() + footer.text()).isascii()
