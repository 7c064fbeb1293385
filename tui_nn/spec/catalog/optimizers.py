"""The optimizers of torch.optim."""

from dataclasses import replace

from tui_nn.spec.catalog.entry import (
    Bound,
    Choice,
    Entry,
    Flag,
    Parameter,
    Real,
    Several,
    Whole,
    optional,
)
from tui_nn.spec.errors import InvalidInput

LEFT_OUT = {
    "params": "are those of the network",
    "foreach": "changes speed, not results: the engine chooses it",
    "fused": "changes the last bits: the engine leaves it off",
    "capturable": "is for CUDA graphs",
    "differentiable": "is for gradients through the optimizer itself",
}

_share = Real(0, 1, below=True)
_positive = Real(0, above=True)
_betas = Parameter(
    "betas", Several((_share, _share)), "how much of the old means of g and of g² stays",
    (0.9, 0.999),
)  # fmt: skip
_maximize = Parameter("maximize", Flag(), "climb instead of descend", False, keyword_only=True)
_decoupled = Parameter(
    "decoupled_weight_decay", Flag(), "shrink the weights directly, as AdamW does", False
)


def _lr(default: float) -> Parameter:
    return Parameter("lr", Real(0), "learning rate: the size of a step", default)


def _decay(default: float) -> Parameter:
    return Parameter("weight_decay", Real(0), "pull of the weights towards 0", default)


def _eps(default: float) -> Parameter:
    return Parameter("eps", Real(0), "keeps the division safe", default)


def _check_nesterov(bound: Bound) -> None:
    if bound["nesterov"] and (bound["momentum"] <= 0 or bound["dampening"] != 0):
        raise InvalidInput(
            "SGD: nesterov=True needs momentum above 0 and no dampening",
            hint="write SGD(lr=…, momentum=0.9, nesterov=True)",
        )


def _check_rprop(bound: Bound) -> None:
    low, high = bound["step_sizes"]
    if low > high:
        raise InvalidInput(
            f"Rprop: step_sizes has {low} before {high}", hint="the smallest step comes first"
        )


def _check_betas(bound: Bound) -> None:
    if any(isinstance(beta, int) for beta in bound["betas"]):  # torch refuses it
        floats = tuple(map(float, bound["betas"]))
        raise InvalidInput(
            f"{bound.entry.name}: betas is {bound['betas']}, torch wants decimal points",
            hint=f"write betas={floats}",
        )


def _adam(name: str, summary: str, weight_decay: float, *more: Parameter) -> Entry:
    return Entry(
        "optimizer",
        name,
        f"torch.optim.{name}",
        summary,
        (
            _lr(0.001),
            _betas,
            _eps(1e-08),
            _decay(weight_decay),
            Parameter("amsgrad", Flag(), "divide by the largest mean of g² so far", False),
            _maximize,
            *more,
        ),
        left_out=LEFT_OUT,
        relations=_check_betas,
    )


OPTIMIZERS = (
    Entry(
        "optimizer",
        "SGD",
        "torch.optim.SGD",
        "Moves each weight by lr times its gradient; with momentum, by a decaying sum of them.",
        (
            _lr(0.001),
            Parameter("momentum", _share, "how much of the last step is kept", 0),
            Parameter("dampening", Real(), "how much of the new gradient is held back", 0),
            _decay(0),
            Parameter("nesterov", Flag(), "look one momentum step ahead", False),
            _maximize,
        ),
        left_out=LEFT_OUT,
        relations=_check_nesterov,
    ),
    _adam(
        "Adam",
        "Divides a fading mean of the gradients by the root of a fading mean of their squares.",
        0,
        replace(_decoupled, keyword_only=True),
    ),
    _adam("AdamW", "Adam whose weight decay shrinks the weights directly.", 0.01),
    Entry(
        "optimizer",
        "Adamax",
        "torch.optim.Adamax",
        "Adam that divides by a fading maximum of |g| in place of the root of a mean of g².",
        (_lr(0.002), _betas, _eps(1e-08), _decay(0), _maximize),
        left_out=LEFT_OUT,
    ),
    Entry(
        "optimizer",
        "NAdam",
        "torch.optim.NAdam",
        "Adam with Nesterov's look-ahead: the present gradient counts more.",
        (
            _lr(0.002),
            _betas,
            _eps(1e-08),
            _decay(0),
            Parameter("momentum_decay", Real(0), "how fast beta1 warms up from half of it", 0.004),
            _decoupled,
            _maximize,
        ),
        left_out=LEFT_OUT,
    ),
    Entry(
        "optimizer",
        "RAdam",
        "torch.optim.RAdam",
        "Adam with a built-in warm-up: it divides only once its mean of g² is reliable.",
        (_lr(0.001), _betas, _eps(1e-08), _decay(0), _decoupled, _maximize),
        left_out=LEFT_OUT,
    ),
    Entry(
        "optimizer",
        "SparseAdam",
        "torch.optim.SparseAdam",
        "Adam for Embedding(sparse=True): only the rows that a batch used move.",
        (
            replace(_lr(0.001), rule=_positive),
            _betas,
            replace(_eps(1e-08), rule=_positive),
            replace(_maximize, keyword_only=False),
        ),
        left_out=LEFT_OUT,
    ),
    Entry(
        "optimizer",
        "RMSprop",
        "torch.optim.RMSprop",
        "Divides each gradient by the root of a fading mean of its squares.",
        (
            _lr(0.01),
            Parameter("alpha", _share, "how much of the old mean of g² stays", 0.99),
            _eps(1e-08),
            _decay(0),
            Parameter("momentum", Real(0), "how much of the last step is kept", 0),
            Parameter("centered", Flag(), "divide by the deviation instead of the root", False),
            _maximize,
        ),
        left_out=LEFT_OUT,
    ),
    Entry(
        "optimizer",
        "Adagrad",
        "torch.optim.Adagrad",
        "Divides each gradient by the root of the sum of all its squares so far.",
        (
            _lr(0.01),
            Parameter("lr_decay", Real(0), "lr falls as 1 / (1 + steps · lr_decay)", 0),
            _decay(0),
            Parameter("initial_accumulator_value", Real(0), "the sum to start with", 0),
            _eps(1e-10),
            _maximize,
        ),
        left_out=LEFT_OUT,
    ),
    Entry(
        "optimizer",
        "Adadelta",
        "torch.optim.Adadelta",
        "Divides by the RMS of recent gradients, multiplies by that of its own recent updates.",
        (
            Parameter("lr", Real(0), "factor on its own step", 1.0),
            Parameter("rho", Real(0, 1), "how much of the old means of squares stays", 0.9),
            Parameter("eps", Real(0), "its root is the RMS of updates to start with", 1e-06),
            _decay(0),
            _maximize,
        ),
        left_out=LEFT_OUT,
    ),
    Entry(
        "optimizer",
        "Adafactor",
        "torch.optim.Adafactor",
        "Divides as RMSprop does, with one mean of g² for each row and column of a weight.",
        (
            Parameter("lr", Real(0), "largest relative step: of the size of the weights", 0.01),
            Parameter(
                "beta2_decay", Real(high=0), "step k keeps 1 − k^beta2_decay of the means", -0.8
            ),
            Parameter(
                "eps",
                # Its square is used, which float32 holds only up to here.
                Several((optional(Real(0, 1e15)), Real(0))),
                "smallest mean of g² (None: torch's own), smallest size of the weights",
                (None, 0.001),
            ),
            Parameter("d", Real(1), "largest RMS of an update before it is shortened", 1.0),
            _decay(0.0),
            _maximize,
        ),
        left_out=LEFT_OUT,
    ),
    Entry(
        "optimizer",
        "ASGD",
        "torch.optim.ASGD",
        "SGD with a slowly falling rate; it keeps an average of the weights aside, unused.",
        (
            _lr(0.01),
            Parameter("lambd", Real(0, 1), "pull towards 0, and how soon lr falls", 0.0001),
            # Beyond 7, a large lr in a long run is a power that no float holds.
            Parameter("alpha", Real(0, 7), "power by which lr falls", 0.75),
            Parameter("t0", Real(0), "averaging never starts before this step", 1e6),
            _decay(0),
            _maximize,
        ),
        left_out=LEFT_OUT,
    ),
    Entry(
        "optimizer",
        "Rprop",
        "torch.optim.Rprop",
        "Uses only the sign: each weight's own step grows while it holds, halves when it flips.",
        (
            Parameter("lr", Real(0), "the first step of every weight, no more", 0.01),
            Parameter(
                "etas",
                Several((Real(0, 1, above=True, below=True), Real(1, above=True))),
                "factors for a sign that flips and one that holds",
                (0.5, 1.2),
            ),
            Parameter(
                "step_sizes",
                Several((_positive, _positive)),
                "smallest and largest step",
                (1e-06, 50),
            ),
            _maximize,
        ),
        left_out=LEFT_OUT,
        relations=_check_rprop,
    ),
    Entry(
        "optimizer",
        "LBFGS",
        "torch.optim.LBFGS",
        "Estimates curvature from its last steps; one step asks for the loss up to 25 times.",
        (
            # Its line search tries steps up to 10²⁵ times longer, which float32 must hold.
            Parameter("lr", Real(0, 1e10, above=True), "factor on its own step", 1),
            Parameter("max_iter", Whole(1), "directions tried in one step", 20),
            Parameter(
                "max_eval",
                optional(Whole(1)),
                "most losses in one step; None: 1.25 · max_iter",
                None,
            ),
            Parameter("tolerance_grad", Real(0), "stop at gradients smaller than this", 1e-07),
            Parameter("tolerance_change", Real(0), "stop at changes smaller than this", 1e-09),
            Parameter("history_size", Whole(1), "steps remembered", 100),
            Parameter(
                "line_search_fn",
                optional(Choice(("strong_wolfe",))),
                "how the length of a step is found; None can explode",
                None,
            ),
        ),
        left_out=LEFT_OUT,
    ),
    Entry(
        "optimizer",
        "Muon",
        "torch.optim.Muon",
        "Makes all directions of a weight matrix's momentum about equally strong, then steps.",
        (
            _lr(0.001),
            _decay(0.1),
            Parameter("momentum", _share, "how much of the old mean of gradients stays", 0.95),
            Parameter("nesterov", Flag(), "look one momentum step ahead", True),
            Parameter(
                "ns_coefficients",
                Several((Real(), Real(), Real())),
                "the polynomial that evens out the directions",
                (3.4445, -4.775, 2.0315),
            ),
            _eps(1e-07),
            Parameter("ns_steps", Whole(1, 99), "how often it is applied", 5),
            Parameter(
                "adjust_lr_fn",
                optional(Choice(("original", "match_rms_adamw"))),
                "how lr follows the shape of the matrix",
                None,
            ),
        ),
        left_out=LEFT_OUT,
    ),
)
