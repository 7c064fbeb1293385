"""A run whose settings were changed while it trained, cut where they were."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from tui_nn.spec.changes import with_values
from tui_nn.spec.protocol import Changed
from tui_nn.spec.resolve import Plan, resolve

SCREEN_ONLY = ("view", "title", "about", "goal")
"""Keys that change no step of a run whose length is known."""


@dataclass(frozen=True)
class Segment:
    """A change after `step` steps, from one plan to the next."""

    step: int
    before: Plan
    after: Plan


def segments(plan: Plan, changes: Sequence[Changed]) -> tuple[Segment, ...]:
    """Where the run changed, in order; those of one step together, as far as no key comes twice.

    `changes` are those of one branch, in the order they were made, none before the first step.
    Raises InvalidInput where one doesn't fit the experiment.
    """
    found: list[Segment] = []
    for together in _batches(changes):
        values = [(change.key, change.new) for change in together]
        experiment = with_values(plan.experiment, values)
        after = replace(resolve(experiment, plan.facts), notices=())
        found.append(Segment(together[0].step, plan, after))
        plan = after
    return tuple(found)


def _batches(changes: Sequence[Changed]) -> list[list[Changed]]:
    """The changes that were made at once, or might have been."""
    batches: list[list[Changed]] = []
    for change in changes:
        if change.key.partition(".")[0] in SCREEN_ONLY:
            continue
        last = batches[-1] if batches else []
        if last and last[0].step == change.step and change.key not in {c.key for c in last}:
            last.append(change)
        else:
            batches.append([change])
    return batches
