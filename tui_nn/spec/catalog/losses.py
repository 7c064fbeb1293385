"""The losses: what torch.nn has, and one of our own."""

from tui_nn.spec.catalog.entry import Entry, Parameter, Real, Whole

LEFT_OUT = {
    "reduction": "is 'mean': a step follows the average over its batch",
    "size_average": "is an old spelling of reduction",
    "reduce": "is an old spelling of reduction",
}
WEIGHTS = {"weight": "comes with a later version", "pos_weight": "comes with a later version"}

LOSSES = (
    Entry(
        "loss",
        "MSELoss",
        "torch.nn.MSELoss",
        "The mean of the squared differences: (y − t)².",
        left_out=LEFT_OUT,
    ),
    Entry(
        "loss",
        "HalfSquaredError",
        "tui_nn.engine.modules.HalfSquaredError",
        "½ Σ (y − t)² of each sample, averaged over the batch; its slope is just the error y − t.",
    ),
    Entry(
        "loss",
        "BCEWithLogitsLoss",
        "torch.nn.BCEWithLogitsLoss",
        "For two classes, on the raw sum z: the surprise −log p of the true class, p = sigmoid(z).",
        left_out=LEFT_OUT | WEIGHTS,
    ),
    Entry(
        "loss",
        "BCELoss",
        "torch.nn.BCELoss",
        "For two classes, on a probability: the surprise −log p of the true class.",
        left_out=LEFT_OUT | WEIGHTS,
    ),
    Entry(
        "loss",
        "CrossEntropyLoss",
        "torch.nn.CrossEntropyLoss",
        "For any number of classes, one raw output each: −log softmax of the true class.",
        (
            Parameter(
                "ignore_index",
                Whole(),
                "samples of this class count for nothing",
                -100,
                keyword_only=True,
            ),
            Parameter(
                "label_smoothing",
                Real(0, 1),
                "share of the target spread over all classes, against overconfidence",
                0.0,
                keyword_only=True,
            ),
        ),
        left_out=LEFT_OUT | WEIGHTS,
    ),
)
