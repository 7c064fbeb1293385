"""The numbers an evaluation gives, and which way each gets better."""

from dataclasses import dataclass

from tui_nn.spec.targets import Classes, Kind


@dataclass(frozen=True)
class Metric:
    """One number of an evaluation."""

    name: str
    label: str
    higher_is_better: bool
    for_classes: bool | None
    """True: needs classes; False: needs values; None: either."""
    summary: str
    low: float | None = 0
    high: float | None = None
    """No value lies outside low … high."""

    def better(self, value: float, than: float) -> bool:
        return value > than if self.higher_is_better else value < than

    def reached(self, value: float, wanted: float) -> bool:
        return value >= wanted if self.higher_is_better else value <= wanted

    def suits(self, kind: Kind) -> bool:
        return self.for_classes is None or self.for_classes == isinstance(kind, Classes)

    def show(self, value: float) -> str:
        """`98.3 %` for shares, four significant digits otherwise."""
        return f"{100 * value:.1f} %" if self.for_classes else f"{value:.4g}"


METRICS = (
    Metric("loss", "loss", False, None, "The loss itself, averaged over all samples."),
    Metric("accuracy", "accuracy", True, True, "The share of samples whose class is right.",
           high=1),
    Metric(
        "f1", "macro F1", True, True,
        "The mean over the classes of 2·precision·recall / (precision + recall).", high=1,
    ),
    Metric("mae", "MAE", False, False, "The mean of |y − t|."),
    Metric("rmse", "RMSE", False, False, "The root of the mean of (y − t)²."),
    Metric(
        "r2", "R²", True, False,
        "1 − Σ(y − t)² / Σ(t − mean t)²: 1 is perfect, 0 no better than the mean.",
        low=None, high=1,
    ),
)  # fmt: skip


def main_metric(kind: Kind) -> str:
    """The metric shown beside the loss."""
    return "accuracy" if isinstance(kind, Classes) else "r2"
