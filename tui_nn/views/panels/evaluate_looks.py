"""8 Evaluate: what its looks at the validation part have in common."""

from tui_nn.spec.protocol.frames import AnyFrame, Part, Predictions, PredictionsFrame
from tui_nn.views.world import World

PREDICTIONS = Predictions(part="val", most=500, worst=24)


def part_of(world: World) -> Part:
    """The part that is judged: validation where there is one."""
    return "val" if world.started is not None and world.started.val_count else "train"


def predictions(world: World) -> PredictionsFrame | None:
    """Answers beside truths, and the worst; None before they came."""
    found: PredictionsFrame | None = world.frame(PREDICTIONS)
    return found


def stale(world: World, frame: AnyFrame) -> str:
    """`as of step 1,200`, where what is shown is older than the weights; or of how many."""
    if frame.step != world.present.step and not world.running:
        return f"as of step {frame.step:,}"
    return f"of {frame.sampled}" if frame.sampled else ""
