"""The losses: what torch.nn has, and one of our own."""

from tui_nn.spec.catalog.entry import Bound, Entry, Parameter, Real, Whole
from tui_nn.spec.catalog.lists import maybe_list, maybe_one
from tui_nn.spec.errors import InvalidInput

LEFT_OUT = {
    "reduction": "is 'mean': a step follows the average over its batch",
    "size_average": "is an old spelling of reduction",
    "reduce": "is an old spelling of reduction",
}
SAMPLE_WEIGHT = {
    "weight": "belongs to the samples of one batch, and each batch has others; to weigh a class, "
    "write BCEWithLogitsLoss(pos_weight=…) or CrossEntropyLoss(weight=[…])"
}

_weight = Parameter("weight", maybe_list(Real(0)), "how much a sample of each class counts", None)
_ignore_index = Parameter(
    "ignore_index", Whole(), "samples of this class count for nothing", -100, keyword_only=True
)


def _check_weight(bound: Bound) -> None:
    if bound["weight"] and not any(bound["weight"]):
        raise InvalidInput(
            f"{bound.entry.name}: weight is 0 for every class",
            hint="at least one must be above 0",
        )


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
        "L1Loss",
        "torch.nn.L1Loss",
        "The mean of the absolute differences |y − t|: a sample far off pulls no harder.",
        left_out=LEFT_OUT,
    ),
    Entry(
        "loss",
        "SmoothL1Loss",
        "torch.nn.SmoothL1Loss",
        "Squared below beta, absolute above: ½ (y − t)² / beta, then |y − t| − ½ beta.",
        (Parameter("beta", Real(0), "where the square ends; 0 is L1Loss", 1.0, keyword_only=True),),
        left_out=LEFT_OUT,
    ),
    Entry(
        "loss",
        "HuberLoss",
        "torch.nn.HuberLoss",
        "Squared below delta, straight above: ½ (y − t)², then delta · (|y − t| − ½ delta).",
        (Parameter("delta", Real(0, above=True), "where the square ends", 1.0, keyword_only=True),),
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
        (
            Parameter(
                "pos_weight",
                maybe_one(Real(0)),
                "how much a sample of class 1 counts, in samples of class 0",
                None,
                keyword_only=True,
            ),
        ),
        left_out=LEFT_OUT | SAMPLE_WEIGHT,
    ),
    Entry(
        "loss",
        "BCELoss",
        "torch.nn.BCELoss",
        "For two classes, on a probability: the surprise −log p of the true class.",
        left_out=LEFT_OUT | SAMPLE_WEIGHT,
    ),
    Entry(
        "loss",
        "SoftMarginLoss",
        "torch.nn.SoftMarginLoss",
        "For two classes −1 and +1, on the raw sum z: log(1 + exp(−t · z)).",
        left_out=LEFT_OUT,
    ),
    Entry(
        "loss",
        "CrossEntropyLoss",
        "torch.nn.CrossEntropyLoss",
        "For any number of classes, one raw output each: −log softmax of the true class.",
        (
            _weight,
            _ignore_index,
            Parameter(
                "label_smoothing",
                Real(0, 1),
                "share of the target spread over all classes, against overconfidence",
                0.0,
                keyword_only=True,
            ),
        ),
        left_out=LEFT_OUT,
        relations=_check_weight,
    ),
    Entry(
        "loss",
        "NLLLoss",
        "torch.nn.NLLLoss",
        "For any number of classes, behind LogSoftmax: minus the output of the true class.",
        (_weight, _ignore_index),
        left_out=LEFT_OUT,
        relations=_check_weight,
    ),
    Entry(
        "loss",
        "MultiMarginLoss",
        "torch.nn.MultiMarginLoss",
        "For any number of classes: how far others come within a margin of the true one's output.",
        (
            Parameter("p", Whole(1, 2), "power of each shortfall", 1),
            Parameter("margin", Real(), "how far the true class must lead", 1.0),
            _weight,
        ),
        left_out=LEFT_OUT,
        relations=_check_weight,
    ),
)
