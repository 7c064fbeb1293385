"""A run whose settings were changed while it trained, cut where they were."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from tui_nn.spec.changes import with_values
from tui_nn.spec.errors import InvalidInput
from tui_nn.spec.protocol import Changed
from tui_nn.spec.recorded import made_at_once
from tui_nn.spec.resolve import Plan, resolve

SCREEN_ONLY = ("view", "title", "about")
"""Keys of which training knows nothing."""


@dataclass(frozen=True)
class Segment:
    """A change after `step` steps, from one plan to the next."""

    step: int
    before: Plan
    after: Plan


def segments(plan: Plan, changes: Sequence[Changed]) -> tuple[Segment, ...]:
    """Where the run changed, in order; what was changed at once together.

    `changes` are those of one branch, in the order they were made, none before the first step.
    Raises InvalidInput where one doesn't fit the experiment.
    """
    found: list[Segment] = []
    for together in made_at_once(changes):
        step = together[0].step
        values = [
            (change.key, change.new)
            for change in together
            if change.key.partition(".")[0] not in SCREEN_ONLY
        ]
        if not values:
            continue
        experiment = with_values(plan.experiment, values)
        before, now = plan.experiment, experiment
        for key, differs in (
            ("train.dtype", before.train.dtype != now.train.dtype),
            ("data", before.data != now.data),
        ):
            if differs:
                raise InvalidInput(
                    f"was changed after step {step:,}, which a script can't do",
                    where=key,
                    hint="--to safetensors and pt2 take the weights along",
                )
        after = replace(resolve(experiment, plan.facts), notices=())
        found.append(Segment(step, plan, after))
        plan = after
    return tuple(found)
