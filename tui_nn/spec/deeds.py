"""Deeds: what a lesson's solution does, in words, and the commands that do it."""

import re
from typing import cast

from tui_nn.spec.errors import InvalidInput
from tui_nn.spec.protocol.commands import (
    Back,
    Change,
    Commands,
    GoTo,
    Grain,
    Reset,
    Run,
    Step,
)
from tui_nn.spec.protocol.flow import Phase
from tui_nn.spec.protocol.messages import Present
from tui_nn.spec.words import say

_DEED = re.compile(
    r"(?P<verb>run|reset)"
    r"|(?P<back>back )?(?P<by>layer|phase|step|epoch)( (?P<count>[1-9]\d{0,8}))?"
    r"|seed (?P<seed>\d{1,18})"
    r"|set (?P<change>[a-z_]+(?:\.[a-z_0-9]+|\[\d{1,4}\])?=.*)",
    re.ASCII | re.DOTALL,
)
FORMS = "run, layer 2, phase, step 3, epoch 2, back step, reset, seed 1, set optimizer=SGD(lr=1)"


def command_of(deed: str, where: str = "") -> Commands:
    """The command that does it; InvalidInput for words that are no deed."""
    found = _DEED.fullmatch(deed.strip())
    if found is None:
        raise InvalidInput(f"{say(deed)} can't be done", where=where, hint=f"e.g. {FORMS}")
    verb, back, by, count, seed, change = found.group(
        "verb", "back", "by", "count", "seed", "change"
    )
    if by:
        kind = Back if back else Step
        return kind(by=cast(Grain, by), count=int(count or 1))
    if change:
        return Change(changes=(change,))
    if verb == "run":
        return Run()
    return Reset(seed=None if seed is None else int(seed))


def way_to(step: int | None, phase: Phase | None, present: Present) -> tuple[Commands, ...]:
    """What leads training from where it stands to a step, and to a phase of the next one."""
    if step is None and phase is None:
        return ()
    done, depth = place_of(present)
    wanted = done if step is None else step
    deeper = 0 if phase is None else _DEPTH[phase]
    if wanted == done and deeper >= depth:
        return _phases(deeper - depth)
    if wanted > done:
        return (Step(count=wanted - done), *_phases(deeper))
    return (GoTo(step=wanted), *_phases(deeper))


def _phases(count: int) -> tuple[Commands, ...]:
    return (Step(by="phase", count=count),) if count else ()


_DEPTH = {Phase.FORWARD: 1, Phase.GRADIENT: 2, Phase.UPDATE: 3}
"""How many phases of a step have happened that is not over."""


def place_of(present: Present) -> tuple[int, int]:
    """Steps that are over, and phases of the next: what comes later is larger."""
    return present.step - (present.phase is Phase.UPDATE), _DEPTH.get(present.phase, 0)
