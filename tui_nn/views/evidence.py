"""What is known of the run on the screen, as the rules of diagnosis look at it."""

from collections.abc import Iterator
from math import isfinite

import numpy as np

from tui_nn.spec.diagnosis.evidence import Curve, Evaluation, Evidence
from tui_nn.spec.protocol import Culprit
from tui_nn.spec.protocol.frames import Confusion, ConfusionFrame, Probes, SamplesFrame
from tui_nn.views.layer_names import LAYERS
from tui_nn.views.world import World

CONFUSED = Confusion(part="train")


def wanted(world: World) -> tuple[Probes, ...]:
    """What rules look at beside the records and the samples."""
    has_classes = world.started is not None and world.started.classes is not None
    return (LAYERS, CONFUSED) if has_classes else (LAYERS,)


def evidence(world: World) -> Evidence:
    """All that is known now."""
    samples = world.samples
    counts = samples.class_counts if samples is not None else None
    return Evidence(
        plan=world.plan,
        layers=world.frame(LAYERS),
        first_gradient=world.heat.first,
        losses=_losses(world),
        evaluations=_evaluations(world),
        class_names=samples.class_names if samples is not None else (),
        class_counts=tuple(counts.numpy().tolist()) if counts is not None else (),
        confusion=_confusion(world),
        spreads=_spreads(world, samples) if samples is not None else (),
        culprit=_culprit(world),
    )


def _losses(world: World) -> Curve:
    blocks = world.series.of("loss", world.way)
    there = blocks.count > 0
    means = blocks.total[there] / blocks.count[there]
    return Curve(tuple(map(int, blocks.steps[there])), tuple(means.tolist()))


def _evaluations(world: World) -> tuple[Evaluation, ...]:
    train, val = (world.series.of(f"{part}.loss", world.way) for part in ("train", "val"))
    vals = dict(zip(val.steps.tolist(), val.last.tolist(), strict=True))
    epochs = world.history.epochs(train.steps, world.present.branch)
    found = tuple(
        Evaluation(int(step), round(epoch), loss, vals.get(step))
        for step, epoch, loss in zip(
            train.steps.tolist(), epochs.tolist(), train.last.tolist(), strict=True
        )
        if isfinite(loss)
    )
    return (*found, *_left(world))


def _left(world: World) -> Iterator[Evaluation]:
    """Of the weights that a run's end has left, where it stands there: the best ones may have been
    put back.
    """
    ended, present = world.history.ended, world.present
    if ended is None or (ended.branch, ended.step) != (present.branch, present.step):
        return
    loss = (ended.train or {}).get("loss")
    if loss is not None:
        yield Evaluation(ended.step, ended.epoch, loss, (ended.val or {}).get("loss"))


def _confusion(world: World) -> tuple[tuple[int, ...], ...]:
    """The latest that was looked at, of whichever part."""
    found = [frame for frame in world.frames.values() if isinstance(frame, ConfusionFrame)]
    return tuple(map(tuple, found[-1].counts.numpy().tolist())) if found else ()


def _spreads(world: World, samples: SamplesFrame) -> tuple[tuple[str, float], ...]:
    """Of columns that reach the network as they are."""
    x, plan = samples.x.numpy(), world.plan
    if plan is None or x.ndim != 2 or x.dtype.kind != "f" or not len(x):
        return ()
    if plan.experiment.data.values.get("standardize", False) is not False:
        return ()
    names = samples.input_names or tuple(f"x{index}" for index in range(1, x.shape[1] + 1))
    spreads = np.asarray(x, np.float64).std(axis=0).tolist()
    return tuple((name, spread) for name, spread in zip(names, spreads, strict=True))


def _culprit(world: World) -> Culprit | None:
    """Of a run that stands where it diverged."""
    ended = world.history.ended
    return ended.culprit if ended is not None and world.present.state == "diverged" else None
