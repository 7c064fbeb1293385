"""What the datasets and the metrics of nn-tui make of their examples."""

from pathlib import Path
from typing import Any

import numpy as np
import torch
from PIL import Image
from torch import nn

from tests.explain.reading import Case, Example
from tests.support import prepared
from tui_nn.data.dataset import Dataset
from tui_nn.data.load import load
from tui_nn.engine.evaluation import Part
from tui_nn.spec.catalog import bind_call
from tui_nn.spec.targets import Classes, Values

MANY = 200_000
"""Samples that lie so dense that some are close to every place."""
NEIGHBOURS = 30


def compute(example: Example) -> list[dict[str, Any]]:
    """The samples of a dataset's call; files that a case gives are written first, to here."""
    assert example.call
    for case in example.cases:
        _write(case)
    bound = bind_call("dataset", example.call)
    data = load(bound)
    found = []
    for case in example.cases:
        found.append(_told(data) | _sample(data, case))
        if "at" in case.given:
            many = load(bind_call("dataset", bound.call_with(n=MANY)))
            found[-1]["t"] = _target(many, case.given["at"])
    return found


def _target(data: Dataset, place: Any) -> float:
    """What the samples round a place say: its class, or the value of a surface through them."""
    x = data.x.astype(np.float64)
    nearest = np.argsort(np.square(x - place).sum(1))[:NEIGHBOURS]
    if isinstance(data.kind, Classes):
        [found] = set(data.y[nearest].tolist())
        return int(found)
    columns = np.column_stack([x[nearest] - place, np.ones(NEIGHBOURS)])
    surface = np.linalg.lstsq(columns, data.y[nearest], rcond=None)[0]
    return round(float(surface[-1, 0]), 2)


def _write(case: Case) -> None:
    given: dict[str, Any] = dict(case.given)
    if "line" in given:
        with Path("flowers.csv").open("a") as file:
            file.write(f"{given['line']}\n")
    if "array" in given:
        name = given["array"]
        known = dict(np.load("mine.npz")) if Path("mine.npz").exists() else {}
        np.savez("mine.npz", **known | {name: np.array(given["values"])})
    if "bytes" in given:
        Path(given["file"]).write_bytes(bytes(given["bytes"]))
    if "pixels" in given:
        path = Path(given["file"])
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(np.array(given["pixels"], np.uint8)).save(path)


def _told(data: Dataset) -> dict[str, Any]:
    found: dict[str, Any] = {
        "samples": len(data.x), "inputs": data.x[0].size, "shape": list(data.input_shape),
        "names": [*data.input_names], "x": data.x, "t": data.y.squeeze(),
        "low": data.x.min().item(), "high": data.x.max().item(),
    }  # fmt: skip
    if isinstance(data.kind, Classes):
        counts = np.bincount(data.y, minlength=data.kind.count)
        found |= {"classes": data.kind.count, "counts": counts, "class_names": [*data.class_names],
                  "always": counts.max() / counts.sum()}  # fmt: skip
    else:
        found |= {"t_low": data.y.min().item(), "t_high": data.y.max().item(),
                  "t_mean": data.y.mean(dtype=np.float64).item()}  # fmt: skip
    return found


def _sample(data: Dataset, case: Case) -> dict[str, Any]:
    """One sample, found by its number."""
    number = case.given.get("sample")
    if not isinstance(number, int):
        return {}
    x, y = data.x[number], data.y[number]
    found: dict[str, Any] = {"x": x, "t": y.squeeze()}
    return found | {
        "ink": x.sum().item(), "radius": float(np.hypot(*x.ravel()[:2])) if x.size > 1 else 0,
    }  # fmt: skip


def compute_metric(example: Example) -> list[dict[str, Any]]:
    """What an evaluation tells of these answers."""
    return [_measured(dict(case.given)) for case in example.cases]


def _measured(given: dict[str, Any]) -> dict[str, Any]:
    if "loss" in given:
        return {"mean": float(np.mean(given["loss"]))}
    return _classes(given) if "said" in given else _values(given)


def _classes(given: dict[str, Any]) -> dict[str, float]:
    """Of two classes."""
    said, true = torch.tensor(given["said"]), np.array(given["t"])
    data = Dataset(np.zeros((len(true), 2), np.float32), true, Classes(2))
    text = (
        'data = "moons()"\nnetwork = ["Linear(2, 2)"]\n'
        'loss = "CrossEntropyLoss()"\noptimizer = "SGD()"'
    )
    part = Part(data, prepared(text).plan, torch.device("cpu"))
    return part.measure(torch.eye(2)[said], nn.CrossEntropyLoss()).numbers


def _values(given: dict[str, Any]) -> dict[str, float]:
    y, true = torch.tensor(given["y"], dtype=torch.float32), np.array(given["t"], np.float32)
    data = Dataset(np.zeros((len(true), 1), np.float32), true[:, None], Values((1,)))
    text = 'data = "line()"\nnetwork = ["Linear(1, 1)"]\nloss = "MSELoss()"\noptimizer = "SGD()"'
    part = Part(data, prepared(text).plan, torch.device("cpu"))
    return part.measure(y[:, None], nn.MSELoss()).numbers
