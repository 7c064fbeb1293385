"""The datasets: the gates' truth tables, generated points, curves and pairs, and real tables."""

import math

from tui_nn.spec.catalog.drawn import drawn
from tui_nn.spec.catalog.entry import Bound, Entry, Flag, Parameter, Real, Subset, Whole
from tui_nn.spec.catalog.files import FILES
from tui_nn.spec.errors import InvalidInput

FEATURES = ("x1", "x2", "x1^2", "x2^2", "x1*x2", "sin(x1)", "sin(x2)")
PICTURES = 1797

_seed = Parameter("seed", Whole(0), "another number draws other samples of the same kind", 0)
_features = Parameter(
    "features", Subset(FEATURES), "what the network gets of each point, in this order", FEATURES[:2]
)
_standardize = Parameter(
    "standardize",
    Flag(),
    "scale each column to the mean 0 and deviation 1 of the training part",
    True,
)


def _n(default: int) -> Parameter:
    return Parameter("n", Whole(2, 1_000_000), "how many points", default)


def _noise(meaning: str, default: float = 0.0) -> Parameter:
    return Parameter("noise", Real(0, 10), meaning, default)


def _gate(name: str, summary: str) -> Entry:
    return Entry("dataset", name, f"tui_nn.data.gates.{name}", summary)


def _plane(file: str, name: str, summary: str, *parameters: Parameter) -> Entry:
    target = f"tui_nn.data.{file}.{name}"
    return Entry("dataset", name, target, summary, (*parameters, _seed, _features))


def _curve(name: str, summary: str, *parameters: Parameter) -> Entry:
    target = f"tui_nn.data.regression.{name}"
    return Entry("dataset", name, target, summary, (*parameters, _seed))


def _table(name: str, summary: str, *parameters: Parameter) -> Entry:
    return Entry("dataset", name, f"tui_nn.data.tables.{name}", summary, parameters)


def _two_of_each(bound: Bound) -> None:
    rare = round(bound["n"] * bound["share"])
    if rare < 2:
        raise InvalidInput(
            f"imbalanced: {bound['share']} of {bound['n']} points are {rare} of the rare class",
            hint=f"write n={math.ceil(2 / bound['share'])} or more, or a larger share",
        )


def _enough_points(bound: Bound) -> None:
    if bound["n"] < bound["classes"]:
        raise InvalidInput(
            f"{bound.entry.name}: {bound['n']} points are too few for {bound['classes']} classes",
            hint=f"write n={bound['classes']} or more",
        )


_GATES = (
    _gate("not_gate", "1 where x1 is 0: one input, two rows."),
    _gate("and_gate", "1 where both inputs are 1."),
    _gate("or_gate", "1 where at least one input is 1."),
    _gate("nor_gate", "1 where no input is 1."),
    _gate("nand_gate", "1 unless both inputs are 1."),
    _gate("xor_gate", "1 where the inputs differ: no straight line parts the rows."),
    _gate("xnor_gate", "1 where the inputs are the same: no straight line parts the rows."),
)

_CLOUDS = (
    _plane(
        "clouds",
        "circle",
        "A disc of one class inside a ring of the other.",
        _n(500),
        _noise("how far beside its point a class is read, in parts of 5; Playground ends at 0.5"),
    ),
    _plane(
        "clouds",
        "xor_cloud",
        "Four squares, opposite ones of the same class.",
        _n(500),
        _noise("how far beside its point a class is read, in parts of 5; Playground ends at 0.5"),
    ),
    _plane(
        "clouds",
        "gauss",
        "Two round clouds, one for each class: a straight line parts them.",
        _n(500),
        _noise("widens the clouds, from a variance of 0.5 at 0 to 4 at 0.5"),
    ),
    _plane(
        "clouds",
        "spiral",
        "Two arms wound round each other: the hard one.",
        _n(500),
        _noise("how far a point may lie from its arm in each direction; Playground ends at 0.5"),
    ),
    _plane(
        "clouds",
        "moons",
        "Two half circles that reach into each other.",
        _n(500),
        _noise("standard deviation of what is added to each coordinate", 0.1),
    ),
    Entry(
        "dataset",
        "blobs",
        "tui_nn.data.clouds.blobs",
        "Round clouds on a circle of radius 4, one for each class.",
        (
            _n(500),
            Parameter("classes", Whole(2, 20), "how many clouds", 3),
            Parameter("std", Real(0, 10), "standard deviation of each cloud", 1.0),
            _seed,
            _features,
        ),
        relations=_enough_points,
    ),
    Entry(
        "dataset",
        "rings",
        "tui_nn.data.clouds.rings",
        "Circles one in another, one for each class.",
        (
            _n(500),
            Parameter("classes", Whole(2, 5), "how many circles", 3),
            _noise("standard deviation of what is added to each coordinate", 0.1),
            _seed,
            _features,
        ),
        relations=_enough_points,
    ),
    _plane(
        "clouds",
        "checkerboard",
        "A board of squares, neighbours of different classes.",
        _n(500),
        Parameter("squares", Whole(2, 10), "how many squares a side has", 4),
        _noise("how far beside its point a class is read, in parts of 5"),
    ),
    Entry(
        "dataset",
        "imbalanced",
        "tui_nn.data.clouds.imbalanced",
        'Two clouds that overlap, one of them rare: always "no" is right for 95 %.',
        (
            _n(1000),
            Parameter("share", Real(0.001, 0.5), "share of the points in the rare class", 0.05),
            Parameter("std", Real(0, 10), "standard deviation of each cloud", 1.0),
            _seed,
            _features,
        ),
        relations=_two_of_each,
    ),
)

_REGRESSION = (
    _plane(
        "regression",
        "plane",
        "A number that grows evenly along the diagonal: (x1 + x2) / 10.",
        _n(1200),
        _noise("how far beside its point a target is read, in parts of 6; Playground ends at 0.5"),
    ),
    _plane(
        "regression",
        "gauss_bumps",
        "Six cones, three up and three down, flat between them.",
        _n(1200),
        _noise("how far beside its point a target is read, in parts of 6; Playground ends at 0.5"),
    ),
    _curve(
        "sine",
        "One turn of a sine: y = sin(x) for x from −π to π.",
        _n(200),
        _noise("standard deviation of what is added to y"),
    ),
    _curve(
        "line",
        "Points on a straight line: y = slope · x + intercept for x from −1 to 1.",
        _n(100),
        Parameter("slope", Real(-1000, 1000), "how steep: the weight to be found", 2.0),
        Parameter("intercept", Real(-1000, 1000), "y at x = 0: the bias to be found", 1.0),
        _noise("standard deviation of what is added to y"),
    ),
)

_TABLES = (
    _table("iris", "150 flowers, 4 lengths and widths in cm, 3 species.", _standardize),
    _table("wine", "178 wines, 13 measurements of very unlike size, 3 growers.", _standardize),
    _table(
        "breast_cancer",
        "569 tumours, 30 measurements of their cell nuclei, malignant or benign.",
        _standardize,
    ),
    _table(
        "diabetes",
        "442 patients, 10 measurements; how far the disease went on in a year, 25 to 346.",
        _standardize,
    ),
    _table(
        "digits",
        "1,797 handwritten digits as pictures of 8x8, 10 classes.",
        Parameter("flat", Flag(), "columns of pixels instead of pictures", False),
        Parameter("size", Whole(8, 64), "height and width; larger than 8 repeats each pixel", 8),
    ),
    _table(
        "edges",
        "Pictures of digits, and as targets their upright edges as one 3x3 kernel finds them.",
        Parameter("n", Whole(2, PICTURES), "how many pictures", 500),
    ),
)

_TOKENS = (
    Entry(
        "dataset",
        "modular_addition",
        "tui_nn.data.tokens.modular_addition",
        "All pairs of whole numbers below p as tokens; the target is their sum modulo p.",
        (Parameter("p", Whole(2, 200), "how many numbers: one more than the largest", 23),),
    ),
)

_MADE = _GATES + _CLOUDS + _REGRESSION + _TABLES + _TOKENS

DATASETS = _MADE + drawn(_MADE, _features) + FILES
