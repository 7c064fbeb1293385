"""Phase 8 as text: one part of the data through the present weights."""

import torch

from tui_nn.engine.evaluation import Part
from tui_nn.engine.export.settings import Settings
from tui_nn.spec import catalog
from tui_nn.spec.catalog.metrics import main_metric
from tui_nn.spec.resolve import Plan
from tui_nn.spec.script.layout import Block, definition, indented
from tui_nn.spec.targets import Classes, Coding, Decision

SHOWN = {
    "loss": "{loss:.4g}",
    "accuracy": "{accuracy:.1%}",
    "f1": "{f1:.1%}",
    "mae": "{mae:.4g}",
    "rmse": "{rmse:.4g}",
    "r2": "{r2:.4g}",
}


def metric_beside(settings: Settings) -> str:
    """The metric that is shown beside the loss: the last goal's, else the usual one."""
    plan = settings.plans[-1]
    goal = plan.experiment.goal
    return goal.metric if goal and goal.metric != "loss" else main_metric(plan.facts.kind)


def shown(settings: Settings) -> str:
    """How loss and metric are printed, inside an f-string."""
    name = metric_beside(settings)
    return f"loss {SHOWN['loss']}, {catalog.metric(name).label} {SHOWN[name]}"


def evaluate_block(settings: Settings) -> Block:
    """The function `evaluate(x, y)`."""
    network, name = settings.network, metric_beside(settings)
    whole = f"output = {network.call_evaluating}"
    if at_once(settings):
        part = network.call_evaluating.replace("(x", "(part")
        whole = f"output = torch.cat([{part} for part in x.split(AT_ONCE)])"
    return definition(
        "# 8 Evaluate",
        "def evaluate(x, y):",
        f'    """The loss and the {catalog.metric(name).label} of these samples."""',
        *indented(network.to_evaluate),
        "    with torch.no_grad():",
        f"        {whole}",
        "        loss = loss_of(output, y).item()",
        *indented(network.to_train),
        *indented(_metric_lines(settings, name)),
        f"    return loss, {name}",
    )


def threshold(plan: Plan) -> str:
    """Above which output the answer is class 1."""
    return "0.5" if plan.fit.decision is Decision.ABOVE_HALF else "0"


def at_once(settings: Settings) -> int:
    """So many samples go through the network at once in an evaluation; 0: all of them."""
    split, plan = settings.prepared.split, settings.plan
    parts = [part for part in (split.train, split.val, split.test) if part is not None]
    largest = max(parts, key=lambda part: len(part.x))
    chunk = Part(largest, plan, torch.device("cpu")).chunk
    return chunk if chunk < len(largest.x) else 0


def _metric_lines(settings: Settings, name: str) -> list[str]:
    kind = settings.plan.facts.kind
    if isinstance(kind, Classes):
        return _class_lines(settings, name, kind.count)
    unit = "UNIT * " if name in ("mae", "rmse") else ""
    match name:
        case "mae":
            return [f"mae = {unit}(output - y).double().abs().mean().item()"]
        case "rmse":
            return [f"rmse = {unit}(output - y).double().square().mean().sqrt().item()"]
    return [
        "squares = (output - y).double().square().sum()",
        "spread = (y.double() - y.double().mean(0)).square().sum()",
        "r2 = (1 - squares / spread).item()",
    ]


def _class_lines(settings: Settings, name: str, count: int) -> list[str]:
    decisions = settings.all(lambda plan: plan.fit.decision)
    codings = settings.all(lambda plan: plan.fit.coding)
    if Decision.ARGMAX in decisions:
        answer = "output.argmax(1)"
    else:
        limit = "threshold" if len(decisions) > 1 else threshold(settings.plan)
        answer = f"output > {limit}"
    if not set(codings) <= {Coding.INDEX, Coding.ONE_HOT}:
        truth = "y > 0"
    elif len(codings) > 1:
        truth = "(y.argmax(1) if y.ndim > 1 else y)"
    else:
        truth = "y" if codings == [Coding.INDEX] else "y.argmax(1)"
    if name == "accuracy":
        compared = f"({answer})" if ">" in answer else answer
        right = f"({truth})" if ">" in truth else truth
        return [f"accuracy = ({compared} == {right}).sum().item() / len(y)"]
    return [
        f"answer, truth = {answer}, {truth}",
        "scores = []",
        f"for k in range({count}):",
        "    hits = ((answer == k) & (truth == k)).sum().item()",
        "    told = (answer == k).sum().item() + (truth == k).sum().item()",
        "    if told:",
        "        scores.append(2 * hits / told)",
        "f1 = sum(scores) / len(scores)",
    ]
