"""The training loop as text: forward, gradient, update, evaluate, and when it ends."""

from tui_nn.engine.decisions import judged_by
from tui_nn.engine.export.evaluation import metric_beside, shown
from tui_nn.engine.export.settings import Settings
from tui_nn.spec import catalog
from tui_nn.spec.catalog.metrics import Metric
from tui_nn.spec.experiment import Goal
from tui_nn.spec.script.layout import Block, definition, indented, plain


def train_block(settings: Settings) -> Block:
    """The function `train()`."""
    goal = _goal(settings)
    start = ["reached = 0  # evaluations in a row"] if goal and goal.times > 1 else []
    start += ["waited = 0  # evaluations since the best one"] if _stops_waiting(settings) else []
    epochs = "for epoch in range(1, EPOCHS + 1):"
    source = "batches(epoch)" if settings.own_batches else "batches"
    changes = settings.segments and not settings.own_batches
    return definition(
        "def train():",
        '    """All epochs, unless something ends it sooner."""',
        *indented(start),
        f"    {epochs}",
        f"        for x, y in {source}:",
        "            if len(losses) == STEPS:",
        "                return",
        *(["            apply_changes()"] if changes else []),
        *indented(_step_lines(settings), 3),
        *indented(_epoch_end(settings), 2),
    )


def _step_lines(settings: Settings) -> list[str]:
    """One step."""
    clip = _clip_lines(settings)
    zero = _each(settings, "optimizer.zero_grad()")
    if settings.with_closure:
        first = "optimizers[0]" if settings.several else "optimizer"
        others = ["for optimizer in optimizers[1:]:", "    optimizer.step()"]
        step = [
            "",
            "def closure():",
            "    # 5 Forward",
            f"    output = {settings.network.call}",
            "    loss = loss_of(output, y)",
            "    # 6 Gradient",
            *indented(zero),
            "    loss.backward()",
            *indented(clip),
            "    return loss",
            "",
            "# 7 Update: L-BFGS asks for loss and gradient several times in a step",
            f"loss = {first}.step(closure)",
            *(others if settings.several else []),
        ]
    else:
        step = [
            "# 5 Forward",
            f"output = {settings.network.call}",
            "loss = loss_of(output, y)",
            "# 6 Gradient",
            *zero,
            "loss.backward()",
            *clip,
            "# 7 Update",
            *_each(settings, "optimizer.step()"),
        ]
    return [*step, "losses.append(loss.item())", *_schedule_lines(settings, "step")]


def _each(settings: Settings, line: str) -> list[str]:
    return ["for optimizer in optimizers:", f"    {line}"] if settings.several else [line]


def _clip_lines(settings: Settings) -> list[str]:
    norms = settings.all(lambda plan: plan.experiment.train.clip_norm)
    if norms == [None]:
        return []
    name = settings.name("clip_norm")
    line = f"nn.utils.clip_grad_norm_({settings.network.parameters}, {name})"
    return [f"if {name} is not None:", f"    {line}"] if None in norms else [line]


def _schedule_lines(settings: Settings, pace: str) -> list[str]:
    """The schedule moves, where it does so at this pace."""
    if pace not in settings.paces:
        return []
    kinds = [
        bound.entry.name == "ReduceLROnPlateau" for bound in settings.schedules if bound is not None
    ]
    if pace != "evaluation" or not any(kinds):
        lines = ["schedule.step()"]
    elif all(kinds):
        lines = ["schedule.step(loss)"]
    else:
        lines = [
            "if isinstance(schedule, lr_scheduler.ReduceLROnPlateau):",
            "    schedule.step(loss)",
            "else:",
            "    schedule.step()",
        ]
    if settings.several:
        lines = ["for schedule in schedules:", *indented(lines)]
    conditions = []
    if len(settings.paces) > 1:
        conditions.append(f'{settings.name("schedule_every")} == "{pace}"')
    if None in settings.schedules and not settings.several:
        conditions.append("schedule is not None")
    return [f"if {' and '.join(conditions)}:", *indented(lines)] if conditions else lines


def _epoch_end(settings: Settings) -> list[str]:
    lines = _schedule_lines(settings, "epoch")
    every = settings.all(lambda plan: plan.experiment.train.eval_every)
    if every == [0]:
        return [*lines, 'print(f"epoch {epoch}: loss {losses[-1]:.4g} in its last batch")']
    body = _evaluation_lines(settings)
    if every == [1]:
        return [*lines, *body]
    name = settings.name("eval_every")
    condition = f"epoch % {name} == 0"
    if 0 in every:
        condition = f"{name} and {condition}"
    return [*lines, f"if {condition}:", *indented(body)]


def _evaluation_lines(settings: Settings) -> list[str]:
    """An evaluation that is due, and what follows from it."""
    part = "val" if settings.prepared.split.val is not None else "train"
    word = "validation" if part == "val" else "training"
    metric = metric_beside(settings)
    return [
        f"loss, {metric} = evaluate(x_{part}, y_{part})",
        f'print(f"epoch {{epoch}}: {word} {shown(settings)}")',
        *_schedule_lines(settings, "evaluation"),
        *_keep_lines(settings),
        *_goal_lines(settings),
        *(["if waited == PATIENCE:", "    return"] if _stops_waiting(settings) else []),
    ]


def _goal(settings: Settings) -> Goal | None:
    """What ends training; a run ends after its steps."""
    return settings.plan.experiment.goal if settings.steps is None else None


def _goal_lines(settings: Settings) -> list[str]:
    goal = _goal(settings)
    if goal is None:
        return []
    sign = ">=" if catalog.metric(goal.metric).higher_is_better else "<="
    test = f"{goal.metric} {sign} GOAL"
    if goal.times == 1:
        return [f"if {test}:", "    return"]
    return [
        f"reached = reached + 1 if {test} else 0",
        "if reached == GOAL_TIMES:",
        "    return",
    ]


def keeps_best(settings: Settings) -> bool:
    """Whether the weights that stay are those of the best evaluation."""
    last = settings.plans[-1].experiment.train
    return last.patience is not None and bool(last.eval_every)


def _stops_waiting(settings: Settings) -> bool:
    return keeps_best(settings) and settings.steps is None


def _judged(settings: Settings) -> Metric:
    """The metric by which an evaluation is the best; what others called the best is forgotten."""
    last = settings.plans[-1]
    return judged_by(last.experiment.goal, last.experiment.train.patience, last.facts.kind)


def best_lines(settings: Settings) -> list[str]:
    """Nothing is the best yet."""
    if not keeps_best(settings):
        return []
    metric = _judged(settings)
    return [f'best = {{"{metric.name}": float("{"-" if metric.higher_is_better else ""}inf")}}']


def _keep_lines(settings: Settings) -> list[str]:
    if not keeps_best(settings):
        return []
    metric = _judged(settings)
    name, sign = metric.name, ">" if metric.higher_is_better else "<"
    waiting = _stops_waiting(settings)
    return [
        f'if {name} {sign} best["{name}"]:',
        f"    best.update({name}={name}, epoch=epoch, weights={settings.network.copy})",
        *(["    waited = 0", "else:", "    waited += 1"] if waiting else []),
    ]


def end_block(settings: Settings) -> Block:
    """Training is called, and what came of it is printed."""
    split = settings.prepared.split
    lines = ["train()"]
    if keeps_best(settings):
        lines += [
            'if "weights" in best:',
            *indented(settings.network.put_back),
            "    print(f\"the weights stay those of epoch {best['epoch']}, the best\")",
        ]
    lines.append('print(f"after {len(losses)} steps:")')
    words = {"train": "training", "val": "validation", "test": "test"}
    for part, word in words.items():
        if getattr(split, part) is not None:
            lines.append(f"loss, {metric_beside(settings)} = evaluate(x_{part}, y_{part})")
            lines.append(f'print(f"{word} {shown(settings)}")')
    return plain(*lines)
