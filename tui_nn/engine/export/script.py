"""A plain PyTorch script that trains as the engine does, with the files that lie beside it."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tui_nn.data.dataset import Dataset
from tui_nn.data.encode import encode
from tui_nn.data.prepare import Prepared
from tui_nn.engine.export.arrays import FEW, tensor
from tui_nn.engine.export.changing import change_blocks
from tui_nn.engine.export.evaluation import at_once, evaluate_block, threshold
from tui_nn.engine.export.loop import best_lines, end_block, keeps_best, train_block
from tui_nn.engine.export.matrices import matrices
from tui_nn.engine.export.modules import module, sequential
from tui_nn.engine.export.networks import Arrays, Network
from tui_nn.engine.export.optimizers import loss_lines, optimizer_lines, schedule_lines
from tui_nn.engine.export.segments import segments
from tui_nn.engine.export.settings import Settings
from tui_nn.engine.export.words import data_words, head_words
from tui_nn.spec.protocol import Changed
from tui_nn.spec.resolve import Plan
from tui_nn.spec.script.imports import import_blocks
from tui_nn.spec.script.layout import (
    Block,
    comment,
    definition,
    docstring,
    join,
    lay,
    plain,
    value,
)
from tui_nn.spec.script.own import HALF_SQUARED_ERROR

FORMS: dict[str, Callable[[Plan, Arrays | None], Network]] = {
    "sequential": sequential,
    "module": module,
    "matrices": matrices,
}


@dataclass(frozen=True)
class Script:
    """A script and the arrays of the files beside it."""

    text: str
    files: dict[str, Arrays]
    """By name: `data.npz`."""


def write_script(
    prepared: Prepared,
    form: str = "sequential",
    *,
    steps: int | None = None,
    changes: Sequence[Changed] = (),
    initial: Arrays | None = None,
) -> Script:
    """The script of an experiment, or of a run that took so many steps.

    `form`: sequential, module or matrices. `changes`: those of the run's branch, in order, none
    before the first step. `initial`: weights by torch's names (`0.weight`), where they come from
    a file. Raises InvalidInput where a change doesn't fit the experiment.
    """
    plan = prepared.plan
    network = FORMS[form](plan, initial)
    made = segments(plan, [c for c in changes if steps is None or c.step < steps])
    settings = Settings(prepared, network, made, steps)
    arrays = _arrays(prepared)
    small = sum(array.size for array in arrays.values()) <= FEW
    head = docstring(head_words(plan, form, steps is not None))
    body = _body(settings, arrays, small)
    text = join([plain(*head), *import_blocks(body), *_constants(settings, body), *body])
    files = {} if small else {"data.npz": arrays}
    files |= {"weights.npz": network.weights} if network.weights else {}
    return Script(text, files)


def _constants(settings: Settings, body: Sequence[Block]) -> list[Block]:
    """The settings at the top: only those that the script names."""
    plan, train = settings.plan, settings.plan.experiment.train
    goal = plan.experiment.goal
    epochs = max(max(each.experiment.train.epochs for each in settings.plans), _epochs(settings))
    all_of_them = plan.batch_size == plan.facts.train_count
    steps = "None  # a number ends it after so many"
    if settings.steps is not None:
        steps = f"{settings.steps}  # as many as the run took"
    lines = [
        ("SEED", str(train.seed)),
        ("EPOCHS", str(epochs)),
        ("STEPS", steps),
        ("batch_size", f"{plan.batch_size}{'  # all samples' if all_of_them else ''}"),
        ("shuffle", value(train.shuffle)),
        ("clip_norm", f"{train.clip_norm}  # a longer gradient is shortened to this"),
        ("eval_every", f"{train.eval_every}  # epochs"),
        ("schedule_every", value(train.schedule_every)),
        ("threshold", f"{threshold(plan)}  # class 1 where the output is above"),
        ("GOAL", f"{goal.wanted}  # {goal.metric}" if goal else ""),
        ("GOAL_TIMES", f"{goal.times}  # evaluations in a row" if goal else ""),
        ("PATIENCE", f"{train.patience}  # evaluations without a better one"),
        ("UNIT", f"{settings.prepared.split.scaling.unit!r}  # 1 of the scaled targets in theirs"),
        ("AT_ONCE", f"{at_once(settings)}  # so many samples are evaluated together"),
    ]
    text = join(body)
    fixed = ("threshold",)
    named = [
        (key if key.isupper() or key in fixed else settings.name(key), given)
        for key, given in lines
    ]
    used = [f"{name} = {given}" for name, given in named if re.search(rf"\b{name}\b", text)]
    return [plain(*used)]


def _epochs(settings: Settings) -> int:
    """Epochs enough for the steps that a run took."""
    smallest = min(plan.steps_per_epoch for plan in settings.plans)
    return -(-(settings.steps or 0) // smallest)


def _body(settings: Settings, arrays: Arrays, small: bool) -> list[Block]:
    plan, network = settings.plan, settings.network
    losses = settings.all(lambda each: each.experiment.loss.entry.name)
    own = HALF_SQUARED_ERROR if "HalfSquaredError" in losses else ()
    threads = plan.experiment.train.threads or 1
    return [
        plain(
            *comment("Another number of threads adds up in another order: other last digits."),
            f"torch.set_num_threads({threads})",
        ),
        *network.definitions,
        *own,
        *_headed("# 1 Network", network.blocks),
        *(network.to_copy if keeps_best(settings) else ()),
        *_headed("# 2 Data", _data_blocks(settings, arrays, small)),
        plain("# 3 Loss", *loss_lines(plan)),
        *_optimizer_blocks(settings),
        plain("losses = []  # of each step, before its update", *best_lines(settings)),
        *change_blocks(settings),
        *(_own_batches(settings) if settings.own_batches else ()),
        evaluate_block(settings),
        train_block(settings),
        end_block(settings),
    ]


def _headed(words: str, blocks: Sequence[Block]) -> list[Block]:
    """The blocks with a comment over the first."""
    first, *others = blocks
    return [plain(words, *first.lines), *others]


def _optimizer_blocks(settings: Settings) -> list[Block]:
    plan = settings.plan
    names = (name for each in settings.plans for name in each.shares)
    sparse = any(
        layer.name == "Embedding" and layer.bound["sparse"] for layer in settings.layers
    ) and any(names)
    quiet = (
        [
            *comment("torch's default, chosen aloud: else it warns at the first sparse gradient."),
            "torch.sparse.check_sparse_tensor_invariants.disable()",
        ]
        if sparse
        else []
    )
    lines = optimizer_lines(plan, settings)
    return [plain("# 4 Optimizer", *quiet, *lines, *schedule_lines(plan, settings))]


def _arrays(prepared: Prepared) -> Arrays:
    """Inputs and targets of each part, as the network and the loss get them."""
    dtype = prepared.plan.experiment.train.dtype
    parts: dict[str, Dataset | None] = {
        name: getattr(prepared.split, name) for name in ("train", "val", "test")
    }
    found: Arrays = {}
    for name, part in parts.items():
        if part is not None:
            found[f"x_{name}"] = _typed(part.x, dtype)
            found[f"y_{name}"] = _typed(encode(part, prepared.plan.fit), dtype)
    return found


def _typed(array: NDArray[Any], dtype: str) -> NDArray[Any]:
    wanted = dtype if np.issubdtype(array.dtype, np.floating) else array.dtype
    return np.ascontiguousarray(array, wanted)


def _data_blocks(settings: Settings, arrays: Arrays, small: bool) -> list[Block]:
    lines = data_words(settings.prepared)
    if small:
        for name, array in arrays.items():
            lines += lay(f"{name} = ", tensor(array))
    else:
        lines.append('with np.load(Path(__file__).with_name("data.npz")) as data:')
        lines += [f'    {name} = torch.tensor(data["{name}"])' for name in arrays]
    return [plain(*lines), _batch_block(settings)]


def _batch_block(settings: Settings) -> Block:
    """Where the batches come from."""
    train = settings.plan.experiment.train
    if settings.own_batches:
        made = ["generator = torch.Generator().manual_seed(SEED)"]
        return plain(*(made if settings.shuffles else []))
    if not train.shuffle:
        cut = "zip(x_train.split(BATCH_SIZE), y_train.split(BATCH_SIZE))"
        return plain(f"batches = list({cut})")
    return plain(
        *comment("A new order in each epoch; the generator makes it the same in every run."),
        "batches = DataLoader(",
        "    TensorDataset(x_train, y_train),",
        "    batch_size=BATCH_SIZE,",
        "    shuffle=True,",
        "    generator=torch.Generator().manual_seed(SEED),",
        ")",
    )


def _own_batches(settings: Settings) -> list[Block]:
    shuffle, size = settings.name("shuffle"), settings.name("batch_size")
    told = settings.all(lambda plan: plan.experiment.train.shuffle)
    draw = [
        "# As a DataLoader draws it: a number before the order, another order behind each epoch.",
        "if epoch > 1:",
        "    torch.randperm(len(x_train), generator=generator)",
        "torch.empty((), dtype=torch.int64).random_(generator=generator)",
        "order = torch.randperm(len(x_train), generator=generator)",
    ]
    if told == [True]:
        lines = draw
    elif told == [False]:
        lines = ["order = torch.arange(len(x_train))"]
    else:
        lines = ["order = torch.arange(len(x_train))", f"if {shuffle}:"]
        lines += [f"    {line}" for line in draw]
    return [
        definition(
            "def batches(epoch):",
            '    """The samples of an epoch, in batches of the size that holds by then."""',
            "    apply_changes()",
            *[f"    {line}" for line in lines],
            "    while len(order):",
            "        apply_changes()",
            f"        batch, order = order[:{size}], order[{size}:]",
            "        yield x_train[batch], y_train[batch]",
        )
    ]
