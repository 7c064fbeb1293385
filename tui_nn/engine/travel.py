"""To other steps and other settings: back, forth, reset, changed; nothing recorded is rewritten."""

from collections.abc import Sequence
from typing import Any

from msgspec import structs

from tui_nn.data.changing import prepared_as
from tui_nn.engine.records import built
from tui_nn.engine.session import Session
from tui_nn.runs import epochs
from tui_nn.runs.epochs import cuts_of
from tui_nn.spec.changes import (
    BUILT_ON,
    Difference,
    changed,
    differences,
    refuse_too_late,
)
from tui_nn.spec.errors import InvalidInput
from tui_nn.spec.protocol import Changed, Phase


def go_to(session: Session, branch: int, step: int) -> None:
    """Stand where a branch stood after `step` steps, to the bit on the CPU.

    The nearest earlier moment is put back and the way from there is trained again, in silence; what
    `session.poll` raises leaves training where it has come to.
    Raises InvalidInput for a step or branch that is not recorded.
    """
    lineage = session.lineage
    if branch not in lineage.branches:
        raise InvalidInput(
            f"there is no branch {branch}", hint=f"there are 0 to {max(lineage.branches)}"
        )
    node = lineage.branches[branch]
    if not 0 <= step <= node.head:
        raise InvalidInput(
            f"step {step:,} is not recorded", hint=f"branch {branch} has 0 to {node.head:,}"
        )
    while step < node.start and node.parent is not None:
        node = lineage.branches[node.parent]
    session.tell_steps()
    wanted = lineage.in_force(node.number, step)
    way = lineage.way(node.number) | {node.number: (step, len(wanted))}
    moment = session.timeline.before(way, step)
    if moment is None:
        session.training.start_over(session.root, session.weights)
        moment = session.training.moment(0, 0)
    session.return_to(moment)
    session.branch = node.number
    try:
        _repeat(session, step, len(wanted))
    finally:
        session.phase = Phase.EVALUATE if session.step else Phase.OPTIMIZER
        session.start_telling()


def _repeat(session: Session, step: int, changes: int) -> None:
    """Train again what is recorded, up to a step with so many changes in force."""
    training = session.training
    while True:
        if session.changes < changes:
            session.follow_recorded_changes()
        if session.step >= step:
            return
        left = step - session.step
        if left == 1:
            session.note_parameters()  # what the last step did is to be seen
        steps = min(
            session.pacer.steps, max(1, left - 1), training.steps_to_evaluation,
            session.steps_to_change(),
        )  # fmt: skip
        session.pacer.begin()
        block = training.train(steps, session.good.snapshot)
        session.pacer.end(len(block.losses))
        if block.culprit is not None:
            return
        session.loss = block.losses[-1]
        if training.is_due:
            training.decide()
        if session.timeline.is_due:
            session.remember()
        session.poll()


def step_of_epoch(session: Session, epoch: int) -> int:
    """How many steps the present branch takes to the end of an epoch (0: its first step).

    Samples and the size of batches may have been changed on the way.
    """
    root = session.root.plan
    size, count = root.experiment.train.batch_size or 0, root.facts.train_count
    cuts = cuts_of(size, count, session.lineage.all_changes(session.branch))
    return epochs.step_of_epoch(epoch, cuts)


def change(
    session: Session, changes: Sequence[str], *, continues: bool = False
) -> tuple[Difference, ...]:
    """Other settings from here on: `key=value`, as on the command line; what differs.

    Recorded before the next step; where something was recorded behind this step, on a new branch.
    Raises InvalidInput, and changes nothing, where a setting can't be.
    """
    if not changes:
        return ()
    training = session.training
    experiment = changed(training.plan.experiment, changes)
    prepared = training.on_a_device(prepared_as(training.prepared, experiment, session.step))
    found = differences(training.plan.experiment.table, prepared.plan.experiment.table)
    refuse_too_late(found, session.step)
    if found:
        _record(session, found, continues=continues)
    return found


def change_anew(session: Session, changes: Sequence[str]) -> None:
    """Back to the first step with the settings of now and other ones: `key=value`.

    On a new branch, where something was recorded. Raises InvalidInput, and changes nothing, where
    a setting can't be.
    """
    training, parent = session.training, session.branch
    experiment = changed(training.plan.experiment, changes)
    wanted = training.on_a_device(prepared_as(training.prepared, experiment, 0)).plan.experiment
    session.tell_steps()
    go_to(session, parent, 0)
    found = differences(training.plan.experiment.table, wanted.table)
    if found:
        _record(session, found)


def reset(session: Session, seed: int | None = None) -> None:
    """Back to the first step with the settings of now; with a seed, to other weights.

    Without one the seed is again the one it began with: only so are the weights the same. A new
    branch, but where nothing was ever changed: then the first step of this one.
    """
    session.tell_steps()
    training, lineage = session.training, session.lineage
    if seed is None and not lineage.all_changes(session.branch):
        go_to(session, session.branch, 0)
        return
    now, parent = training.plan.experiment, session.branch
    go_to(session, parent, 0)
    before = training.plan.experiment
    found = [
        Difference("train.seed", before.train.seed, before.train.seed if seed is None else seed),
        *(d for d in differences(before.table, now.table) if d.key != "train.seed"),
    ]
    _record(session, found, parent=parent)


def _record(
    session: Session,
    found: Sequence[Difference],
    parent: int | None = None,
    *,
    continues: bool = False,
) -> None:
    """Try the differences, tell them, and let them take effect."""
    session.tell_steps()
    before = session.moment()
    branch = session.branch
    pending = len(session.lineage.all_changes(branch)) > session.changes
    if parent is None and (session.step < session.head or pending):
        parent = branch
    number = session.lineage.next_number() if parent is not None else branch
    told = [
        Changed(
            branch=number,
            step=session.step,
            elapsed_s=session.elapsed_s,
            key=difference.key,
            old=_plain(difference.old),
            new=_plain(difference.new),
            phase=session.phase,
            index=index,
            parent=parent if index == 0 else None,
            continues=continues,
        )
        for index, difference in enumerate(found)
    ]
    session.branch = number
    try:
        session.apply(told)
    except InvalidInput:
        session.return_to(before)
        raise
    if any(difference.key in BUILT_ON for difference in found):
        prepared = session.training.prepared
        told[0] = structs.replace(told[0], built=built(prepared.plan, prepared.split))
    for record in told:
        session.emit(record)
    session.start_telling()


def _plain(value: Any) -> Any:
    """A value as JSON gives it back: lists, not tuples."""
    return [_plain(part) for part in value] if isinstance(value, tuple) else value
