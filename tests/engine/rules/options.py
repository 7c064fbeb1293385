"""Every option of every optimizer that updates one tensor at a time, at random."""

from typing import Any

from hypothesis import strategies as st

from tui_nn.spec.catalog import CATALOG

Options = dict[str, Any]


def reals(low: float, high: float, **more: Any) -> st.SearchStrategy[float]:
    return st.floats(low, high, allow_subnormal=False, **more)


SHARES = reals(0, 0.999)
BETAS = st.tuples(SHARES, reals(0.3, 0.999))
"""With the second near 0, weight decay can leave a g of nothing but rounding to be divided by."""
RATES = reals(1e-4, 1.0)
DECAYS = st.just(0.0) | reals(1e-4, 0.5)
EPS = st.sampled_from([1e-10, 1e-8, 1e-3])
FLAGS = st.booleans()
NUMBERS: dict[str, st.SearchStrategy[Any]] = {
    "lr": RATES, "betas": BETAS, "eps": EPS, "weight_decay": DECAYS, "maximize": FLAGS,
    "amsgrad": FLAGS, "decoupled_weight_decay": FLAGS, "nesterov": FLAGS, "centered": FLAGS,
    "momentum": st.just(0) | reals(0.1, 0.99), "dampening": st.just(0) | reals(-0.5, 1.0),
    "momentum_decay": reals(0, 0.1), "lr_decay": st.just(0) | reals(0.01, 1.0),
    "initial_accumulator_value": reals(0, 1), "rho": reals(0, 1), "lambd": reals(0, 1),
    "t0": st.sampled_from([0.0, 3.0, 1e6]), "beta2_decay": reals(-1, 0), "d": reals(1, 2),
    "etas": st.tuples(reals(0.1, 0.9), reals(1.1, 1.5)),
    "step_sizes": st.tuples(reals(1e-6, 1e-3), reals(0.01, 50)),
    "ns_coefficients": st.tuples(reals(3.2, 3.45), reals(-4.8, -4.7), reals(1.95, 2.05)),
    "ns_steps": st.integers(1, 6),
    "adjust_lr_fn": st.sampled_from([None, "original", "match_rms_adamw"]),
}  # fmt: skip
OWN: dict[str, dict[str, st.SearchStrategy[Any]]] = {
    # With alpha near 0, `centered` divides by nothing but rounding.
    "RMSprop": {"alpha": reals(0.5, 0.999)},
    "ASGD": {"alpha": reals(0, 2)},
    "Adafactor": {"eps": st.tuples(st.none() | reals(1e-8, 1e-3), reals(1e-3, 0.1))},
    "Muon": {"momentum": reals(0, 0.99)},
}
NAMES = sorted(CATALOG["optimizer"].keys() - {"LBFGS"})


def options(name: str) -> st.SearchStrategy[Options]:
    """Every parameter of the catalog's entry, given at random."""
    parameters = [parameter.name for parameter in CATALOG["optimizer"][name].parameters]
    known = NUMBERS | OWN.get(name, {})
    given: st.SearchStrategy[Options] = st.fixed_dictionaries(
        {parameter: known[parameter] for parameter in parameters}
    )
    return given.map(_allowed) if name == "SGD" else given


def _allowed(given: Options) -> Options:
    """Nesterov's momentum isn't dampened."""
    if given["nesterov"]:
        given |= {"momentum": given["momentum"] or 0.9, "dampening": 0}
    return given


def each_option(name: str) -> list[Options]:
    """The defaults, and each option alone, switched on or moved."""
    moved: dict[str, list[Any]] = {
        "weight_decay": [0.3], "maximize": [True], "amsgrad": [True], "centered": [True],
        "decoupled_weight_decay": [True], "momentum": [0.8], "lr_decay": [0.5], "lambd": [0, 0.5],
        "initial_accumulator_value": [0.5], "t0": [3], "beta2_decay": [-0.3], "d": [1.5],
        "momentum_decay": [0.1], "ns_steps": [1, 8], "eps": [0.01], "lr": [0.2],
        "adjust_lr_fn": ["original", "match_rms_adamw"], "betas": [(0.5, 0.8), (0.0, 0.0)],
        "ns_coefficients": [(3.0, -4.0, 2.0)], "rho": [0.5], "etas": [(0.3, 1.4)],
        "step_sizes": [(0.005, 0.02)], "dampening": [], "nesterov": [], "alpha": [0.5],
    }  # fmt: skip
    if name == "Adafactor":
        moved["eps"] = [(1e-4, 0.1)]
    parameters = [parameter.name for parameter in CATALOG["optimizer"][name].parameters]
    alone = [{parameter: value} for parameter in parameters for value in moved[parameter]]
    together: list[Options] = {
        "SGD": [{"momentum": 0.9, "nesterov": True}, {"momentum": 0.9, "dampening": 0.4},
                {"momentum": 0.9, "weight_decay": 0.1, "maximize": True}],
        "Muon": [{"nesterov": False, "weight_decay": 0.0}],
        "RMSprop": [{"momentum": 0.9, "centered": True, "weight_decay": 0.1}],
    }.get(name, [])  # fmt: skip
    if "decoupled_weight_decay" in parameters:
        together = [*together, {"decoupled_weight_decay": True, "weight_decay": 0.2}]
    return [{}, *alone, *together]
