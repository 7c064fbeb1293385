"""Every metric of the present weights."""

from tui_nn.engine import records
from tui_nn.engine.probes.view import View
from tui_nn.spec.protocol.frames import Metrics, MetricsFrame


def metrics(view: View, probe: Metrics) -> MetricsFrame:
    """Phase 8 as a look: whole parts, and nothing decided."""
    found = {
        name: part.evaluate(view.network, view.trainer.loss) for name, part in view.parts.items()
    }
    numbers, words = records.for_json(found)
    return MetricsFrame(
        train=numbers["train"],
        val=numbers.get("val"),
        right={name: e.right for name, e in found.items() if e.right is not None},
        nonfinite=words,
    )
