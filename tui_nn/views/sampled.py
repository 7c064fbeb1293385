"""The one sample that goes through the layers: which it is, its frame, the keys that change it."""

from tui_nn.spec.protocol.frames import Activations, ActivationsFrame, Part
from tui_nn.views.desk import Desk
from tui_nn.views.world import World

FAR = 10
"""Samples that `<` and `>` skip."""
FEW_ROWS = 8
"""So many samples at most are called rows, where the data calls them so."""
KEYS = (
    ("← →", "previous, next sample"),
    ("< >", f"{FAR} samples back, on"),
    ("home end", "first, last sample"),
    ("d", "training or validation part"),
)


def part_of(world: World, desk: Desk) -> Part:
    """The part it comes from: the one chosen, else validation, where there is one."""
    has_val = world.started is not None and world.started.val_count > 0
    if not has_val:
        return "train"
    return desk.sample_part or "val"


def count_of(world: World, part: Part) -> int:
    """How many samples a part has."""
    if world.started is None:
        return 0
    return world.started.val_count if part == "val" else world.started.train_count


def sample_of(world: World, desk: Desk) -> int:
    """Its number in its part, from 0."""
    return max(0, min(desk.sample, count_of(world, part_of(world, desk)) - 1))


def probe_of(world: World, desk: Desk) -> Activations:
    """What it is looked at with."""
    return Activations(sample=sample_of(world, desk), part=part_of(world, desk))


def frame_of(world: World, desk: Desk) -> ActivationsFrame | None:
    """The sample through the layers; None before it came."""
    found: ActivationsFrame | None = world.frame(probe_of(world, desk))
    return found


def likeness_of(world: World, desk: Desk) -> ActivationsFrame | None:
    """Its frame, or another sample's: both have the same layers and shapes."""
    found = frame_of(world, desk)
    if found is not None:
        return found
    frames = reversed(tuple(world.frames.values()))
    return next((frame for frame in frames if isinstance(frame, ActivationsFrame)), None)


def words(world: World, desk: Desk) -> str:
    """`sample 12, val`; `row 2` of a gate."""
    if world.started is None:
        return ""
    few = world.started.train_count <= FEW_ROWS and not world.started.val_count
    rows = world.samples is not None and world.samples.sample_name == "row"
    part = part_of(world, desk)
    where = f", {part}" if world.started.val_count else ""
    return f"{'row' if rows and few else 'sample'} {sample_of(world, desk):,}{where}"


def press(world: World, desk: Desk, key: str) -> bool:
    """Look at another sample, or at one of the other part; whether the key does that."""
    part = part_of(world, desk)
    last = count_of(world, part) - 1
    if last < 0:
        return False
    if key == "d":
        if world.started is None or not world.started.val_count:
            return False
        desk.sample_part = "train" if part == "val" else "val"
        desk.sample = sample_of(world, desk)
        return True
    ways = {"left": -1, "right": 1, "<": -FAR, ">": FAR, "home": -last, "end": last}
    if key not in ways:
        return False
    desk.sample = max(0, min(last, sample_of(world, desk) + ways[key]))
    return True
