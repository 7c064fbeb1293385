"""Steps of training as JSON, an object a line."""

from collections.abc import Iterable, Iterator
from typing import Any

import msgspec

from tui_nn.engine.closeup import CloseUp, Numbers, Pass, WeightUpdate


def lines(told: Iterable[CloseUp], *, phases: bool, place: str | None) -> Iterator[bytes]:
    """A line a step, or a line a phase; numbers that aren't finite are null."""
    for one in told:
        for record in _phases(one, place) if phases else [_whole(one, place)]:
            yield msgspec.json.encode(record) + b"\n"


def _begun(one: CloseUp, phase: str) -> dict[str, Any]:
    return {
        "step": one.step,
        "epoch": one.epoch,
        "phase": phase,
        "loss": one.loss,
        "lr": list(one.rates),
        "before": _listed(one.before),
    }


def _whole(one: CloseUp, place: str | None) -> dict[str, Any]:
    """All of a step at its end."""
    first = one.passes[0]
    record = _begun(one, "update") | {
        "gradients": _listed(first.gradients),
        "after": _listed(one.after),
        "sample": _sample(one, first),
        "losses": [each.loss for each in one.passes],
    }
    record |= _weight(one.weight, place)
    if one.evaluated:
        record["evaluated"] = {"train": one.evaluated.train, "val": one.evaluated.val}
    return record | _end(one)


def _phases(one: CloseUp, place: str | None) -> Iterator[dict[str, Any]]:
    """What each phase leaves; what comes later is null."""
    for number, each in enumerate(one.passes, 1):
        shared = {"evaluation": number, "loss": each.loss, "weights": _listed(each.weights)}
        nothing: dict[str, Any] = {"gradients": None, "after": None}
        sample = _sample(one, each)
        yield _begun(one, "forward") | shared | nothing | {"sample": _without_errors(sample)}
        gradients = {"gradients": _listed(each.gradients), "after": None, "sample": sample}
        yield _begun(one, "gradient") | shared | gradients
    end = {"gradients": _listed(one.passes[0].gradients), "after": _listed(one.after)}
    last = {} if one.evaluated else _end(one)
    yield _begun(one, "update") | end | _weight(one.weight, place) | last
    if one.evaluated:
        numbers = {"train": one.evaluated.train, "val": one.evaluated.val}
        yield _begun(one, "evaluate") | end | numbers | _end(one)


def _listed(arrays: dict[str, Numbers]) -> dict[str, Any]:
    return {name: array.tolist() for name, array in arrays.items()}


def _sample(one: CloseUp, each: Pass) -> dict[str, Any]:
    return {
        "sample": one.sample + 1,
        "of": one.samples,
        "row": one.row + 1,
        "x": each.x.tolist(),
        "target": each.target.tolist(),
        "layers": [
            {
                "layer": layer.name,
                "output": layer.output.tolist(),
                "error": None if layer.error is None else layer.error.tolist(),
            }
            for layer in each.layers
        ],
    }


def _without_errors(sample: dict[str, Any]) -> dict[str, Any]:
    layers = [{**layer, "error": None} for layer in sample["layers"]]
    return {**sample, "layers": layers}


def _weight(update: WeightUpdate | None, place: str | None) -> dict[str, Any]:
    if update is None:
        return {}
    return {
        "weight": {
            "name": place,
            "optimizer": update.optimizer,
            "before": update.before,
            "after": update.after,
            "iterations": update.iterations,
            "ulps": update.ulps,
            "is_torchs": update.agrees,
        }
    }


def _end(one: CloseUp) -> dict[str, Any]:
    return {"ended": one.reason} if one.reason else {}
