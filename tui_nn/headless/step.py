"""A few steps of training with all their numbers, as text to paste or lines to parse."""

import re
from collections.abc import Sequence
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
    from tui_nn.engine.closeup import Place

_INDEX = re.compile(r"\[\d+(,\d+)*\]", re.ASCII)


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
    if options.json:
        from tui_nn.headless.step_lines import lines

        name = written(*place) if place else None
        for line in lines(close_ups, phases=options.phases, place=name):
            print_bytes(line)
    else:
        from tui_nn.headless.step_page import page

        for text in page(plan, close_ups, options, place):
            print_text(text)
    return Exit.DIVERGED if close_ups.reason == "diverged" else Exit.DONE


def place_of(text: str, plan: Plan) -> "Place":
    """The number that `0.weight[1,0]` names; InvalidInput where there is none."""
    shapes = {tensor.name: tensor.shape for tensor in tensors(plan.rows)}
    name, bracket, rest = "".join(text.split()).partition("[")
    if name not in shapes:
        known = ", ".join(list(shapes)[:8]) + (", …" if len(shapes) > 8 else "")
        raise InvalidInput(
            f"there is no parameter {name}", where="--weight",
            hint=near(name, shapes) or f"there are {known}",
        )  # fmt: skip
    shape = shapes[name]
    index = _index(bracket + rest, shape)
    if index is None:
        first, last = (0,) * len(shape), tuple(size - 1 for size in shape)
        raise InvalidInput(
            f"{text} is no single number: {name} has the shape {tuple(shape)}", where="--weight",
            hint=f"write {written(name, first)} to {written(name, last)}",
        )  # fmt: skip
    if name in plan.frozen:
        raise InvalidInput(
            f"{name} is frozen, no optimizer updates it", where="--weight",
            hint="name another, or take its layer out of train.freeze",
        )  # fmt: skip
    return name, index


def _index(text: str, shape: Sequence[int]) -> tuple[int, ...] | None:
    """`[1,0]` in a tensor of this shape; a tensor of one number needs none. None: no number."""
    if not text and set(shape) <= {1}:
        return (0,) * len(shape)
    if not _INDEX.fullmatch(text):
        return None
    index = tuple(map(int, text[1:-1].split(",")))
    is_inside = len(index) == len(shape) and all(map(int.__lt__, index, shape))
    return index if is_inside else None


def written(name: str, index: tuple[int, ...]) -> str:
    """`0.weight[1,0]`."""
    return f"{name}[{','.join(map(str, index))}]" if index else name
