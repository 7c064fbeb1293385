"""What an engine told once, line by line, to be told again without one."""

import lzma
from collections.abc import Iterable, Iterator
from pathlib import Path

import msgspec

from tui_nn.spec.protocol import Phase
from tui_nn.spec.protocol.commands import Commands
from tui_nn.spec.protocol.frames import CurvesFrame, LayersFrame, Probes
from tui_nn.spec.protocol.lines import Told
from tui_nn.views.desk import Desk
from tui_nn.views.frame import frame_probes
from tui_nn.views.home import plan
from tui_nn.views.panels.registry import PANELS
from tui_nn.views.world import SAMPLES, World

HERE = Path(__file__).parent
SIZES = ((80, 24), (120, 36), (200, 50))
PHASES = tuple(Phase)
LARGE = 1000
"""Bytes of a frame that is worth leaving out."""


class Line(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What was told, or sent, or reached."""

    at_s: float = 0.0
    """Since the first line."""
    told: Told | None = None
    probe: Probes | None = None
    """What the frame in `told` answers."""
    sent: Commands | None = None
    mark: str = ""
    """A moment with a name."""


_lines: msgspec.json.Decoder[Line] = msgspec.json.Decoder(Line)


def path_of(name: str) -> Path:
    return HERE / "tapes" / f"{name}.jsonl.xz"


def names() -> list[str]:
    return sorted(path.name.removesuffix(".jsonl.xz") for path in path_of("").parent.iterdir())


def read(name: str) -> list[Line]:
    return [
        _lines.decode(line) for line in lzma.decompress(path_of(name).read_bytes()).split(b"\n")
    ]


def write(name: str, lines: Iterable[Line]) -> None:
    data = b"\n".join(msgspec.json.encode(line) for line in lines)
    path_of(name).write_bytes(lzma.compress(data, preset=9 | lzma.PRESET_EXTREME))


def told_by(lines: Iterable[Line]) -> Iterator[tuple[str, World, Desk]]:
    """Every named moment, with the world as it is then: one world, which goes on."""
    world = World()
    for line in lines:
        if line.told is not None:
            world.take(line.told, line.probe, line.at_s)
        if line.mark:
            yield line.mark, world, desk_of(world)


def desk_of(world: World) -> Desk:
    """The desk as the app sets it up by itself: the focus goes with the phases of the loop."""
    return Desk(focus=PHASES.index(world.lit(Desk())) + 1)


def probes(world: World, sizes: Iterable[tuple[int, int]] = SIZES) -> dict[Probes, None]:
    """What the home screen asks for at all these sizes, each once."""
    if world.started is None:
        return {}
    found: dict[Probes, None] = {SAMPLES: None, **dict.fromkeys(frame_probes(world))}
    desk = desk_of(world)
    for size in sizes:
        for slot in plan(world, desk, size).slots:
            view = PANELS[slot.panel].view(world, desk)
            found |= dict.fromkeys(view.probes(world, desk, slot.inner))
    return found


def superseded(lines: list[Line]) -> set[int]:
    """Frames of which no history is kept, followed by another of their probe before a moment."""
    found: set[int] = set()
    latest: dict[Probes, int] = {}
    for index, line in enumerate(lines):
        if line.mark or line.sent is not None:
            latest.clear()
        told, probe = line.told, line.probe
        if probe is not None and not isinstance(told, LayersFrame | CurvesFrame):
            if len(msgspec.json.encode(told)) > LARGE and probe in latest:
                found.add(latest[probe])
            latest[probe] = index
    return found
