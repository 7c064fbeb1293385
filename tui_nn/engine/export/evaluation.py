"""Phase 8 as text: one part of the data through the present weights."""

import torch

from tui_nn.engine.evaluation import Part
from tui_nn.engine.export.layout import Block, definition, indented
from tui_nn.engine.export.settings import Settings
from tui_nn.spec import catalog
from tui_nn.spec.catalog.metrics import main_metric
from tui_nn.spec.resolve import Plan
from tui_nn.spec.targets import Classes, Coding, Decision

SHOWN = {
    "loss": "{loss:.4g}",
    "accuracy": "{accuracy:.1%}",
    "f1": "{f1:.1%}",
    "mae": "{mae:.4g}",
    "rmse": "{rmse:.4g}",
    "r2": "{r2:.4g}",
}


def metric_beside(plan: Plan) -> str:
    """The metric that is shown beside the loss: the goal's, else the usual one."""
    goal = plan.experiment.goal
    return goal.metric if goal and goal.metric != "loss" else main_metric(plan.facts.kind)


def shown(plan: Plan) -> str:
    """How loss and metric are printed, inside an f-string."""
    name = metric_beside(plan)
    return f"loss {SHOWN['loss']}, {catalog.metric(name).label} {SHOWN[name]}"


def evaluate_block(settings: Settings) -> Block:
    """The function `evaluate(x, y)`."""
    plan, network = settings.plan, settings.network
    name = metric_beside(plan)
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
        *indented(_metric_lines(plan, name)),
        f"    return loss, {name}",
    )


def at_once(settings: Settings) -> int:
    """So many samples go through the network at once in an evaluation; 0: all of them."""
    split, plan = settings.prepared.split, settings.plan
    parts = [part for part in (split.train, split.val, split.test) if part is not None]
    largest = max(parts, key=lambda part: len(part.x))
    chunk = Part(largest, plan, torch.device("cpu")).chunk
    return chunk if chunk < len(largest.x) else 0


def _metric_lines(plan: Plan, name: str) -> list[str]:
    if isinstance(plan.facts.kind, Classes):
        return _class_lines(plan, name, plan.facts.kind.count)
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


def _class_lines(plan: Plan, name: str, count: int) -> list[str]:
    match plan.fit.decision:
        case Decision.ARGMAX:
            answer = "output.argmax(1)"
        case Decision.ABOVE_HALF:
            answer = "output > 0.5"
        case _:
            answer = "output > 0"
    match plan.fit.coding:
        case Coding.INDEX:
            truth = "y"
        case Coding.ONE_HOT:
            truth = "y.argmax(1)"
        case _:
            truth = "y > 0"
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
