"""A few steps of training with all their numbers, as text to paste or lines to parse."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tui_nn.data.open import Opened
from tui_nn.headless.output import print_bytes, print_text
from tui_nn.headless.trained import tell_notices
from tui_nn.headless.waiting import waiting
from tui_nn.spec.errors import InvalidInput
from tui_nn.spec.exits import Exit
from tui_nn.spec.network import tensors
from tui_nn.spec.resolve import Plan
from tui_nn.spec.words import near

if TYPE_CHECKING:
    from tui_nn.engine.closeup import CloseUp, Place

_PLACE = re.compile(r"\s*([^\[\]\s]+)\s*(?:\[([\d\s,]*)\])?\s*")


@dataclass(frozen=True)
class Options:
    """What to show, and how."""

    steps: int = 3
    phases: bool = False
    """Whether forward, gradient, update and evaluation are told one by one."""
    weight: str | None = None
    """`0.weight[1,0]`, whose update is worked out."""
    sample: int = 1
    """Which sample of each batch is looked at, from 1 on."""
    markdown: bool = False
    json: bool = False


def step(opened: Opened, options: Options) -> int:
    """Print the first steps of training; the exit code. InvalidInput before anything is trained."""
    prepared = opened.to_train
    plan = prepared.plan
    place = None if options.weight is None else place_of(options.weight, plan)
    if options.sample > plan.batch_size:
        raise InvalidInput(
            f"is {options.sample}, a batch has {plan.batch_size:,}", where="--sample",
            hint=f"write 1 to {plan.batch_size}"
            if plan.batch_size == plan.facts.train_count
            else f"write 1 to {plan.batch_size}, or train.batch_size=0 for all in one step",
        )  # fmt: skip
    with waiting() as tell:
        tell("loading PyTorch …")
        # A second: after the input is checked.
        from tui_nn.engine.closeup import CloseUps

        close_ups = CloseUps(prepared, options.steps, options.sample - 1, place)
    if not options.json:
        tell_notices(plan.notices)
    reasons: list[str | None] = [None]
    told = _noting(close_ups, reasons)
    if options.json:
        from tui_nn.headless.step_lines import lines

        for line in lines(told, phases=options.phases, place=written(*place) if place else None):
            print_bytes(line)
    else:
        from tui_nn.headless.step_page import page

        for text in page(plan, told, options, place):
            print_text(text)
    return Exit.DIVERGED if reasons[-1] == "diverged" else Exit.DONE


def _noting(close_ups: "Iterable[CloseUp]", reasons: list[str | None]) -> "Iterator[CloseUp]":
    for one in close_ups:
        reasons.append(one.reason)
        yield one


def place_of(text: str, plan: Plan) -> "Place":
    """The number that `0.weight[1,0]` names; InvalidInput where there is none."""
    shapes = {tensor.name: tensor.shape for tensor in tensors(plan.rows)}
    match = _PLACE.fullmatch(text)
    name = match[1] if match else text.partition("[")[0].strip()
    if name not in shapes:
        known = ", ".join(list(shapes)[:8]) + (", …" if len(shapes) > 8 else "")
        raise InvalidInput(
            f"there is no parameter {name}", where="--weight",
            hint=near(name, shapes) or f"there are {known}",
        )  # fmt: skip
    shape = shapes[name]
    index = _index(match[2]) if match and match[2] is not None else (0,) * len(shape)
    is_one = match is not None and match[2] is None and all(size == 1 for size in shape)
    is_inside = len(index) == len(shape) and all(map(int.__lt__, index, shape))
    if not is_one and (match is None or match[2] is None or not is_inside):
        last = written(name, tuple(size - 1 for size in shape))
        raise InvalidInput(
            f"{text} is no single number: {name} has the shape {tuple(shape)}",
            where="--weight",
            hint=f"write {written(name, (0,) * len(shape))} to {last}",
        )
    if name in plan.frozen:
        raise InvalidInput(
            f"{name} is frozen, no optimizer updates it", where="--weight",
            hint="name another, or take its layer out of train.freeze",
        )  # fmt: skip
    return name, index


def _index(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in text.split(",") if part.strip().isdecimal())


def written(name: str, index: tuple[int, ...]) -> str:
    """`0.weight[1,0]`."""
    return f"{name}[{','.join(map(str, index))}]" if index else name
