"""The whole catalog against what it names: torch, and the datasets of our own."""

import inspect
from collections.abc import Iterator
from importlib import import_module
from typing import Any

import pytest
import torch

from tests.spec.support import bound, error_of, is_readable, refusal
from tui_nn.spec import catalog
from tui_nn.spec.call import Call, Value
from tui_nn.spec.catalog.entry import (
    REQUIRED,
    Choice,
    Either,
    Entry,
    Flag,
    Real,
    Required,
    Rule,
    Several,
    Subset,
    Whole,
    bind,
)
from tui_nn.spec.catalog.files import Word
from tui_nn.spec.catalog.metrics import METRICS, main_metric
from tui_nn.spec.targets import Classes, Values
from tui_nn.spec.words import near

ENTRIES = tuple(catalog.entries())
GIVEN_BY_US = ("params", "optimizer", "tensor", "source")
every_entry = pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.name)


def target(entry: Entry) -> Any:
    module, _, name = entry.target.rpartition(".")
    return getattr(import_module(module), name)


def theirs(entry: Entry) -> dict[str, inspect.Parameter]:
    """The parameters of the real one, those that the engine gives first left out."""
    return {
        parameter.name: parameter
        for parameter in inspect.signature(target(entry)).parameters.values()
        if parameter.kind not in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD)
        and parameter.name not in GIVEN_BY_US
    }


@every_entry
def test_the_target_is_there_and_has_that_name(entry: Entry) -> None:
    assert callable(target(entry))
    assert target(entry).__name__ == entry.name
    assert catalog.find(entry.kind, entry.name) is entry


@every_entry
def test_every_parameter_of_the_target_can_be_set_or_is_left_out_with_a_reason(
    entry: Entry,
) -> None:
    ours = {parameter.name for parameter in entry.parameters}
    assert ours <= set(theirs(entry))
    assert set(theirs(entry)) - ours <= set(entry.left_out)
    assert not ours & set(entry.left_out)


@every_entry
def test_defaults_are_those_of_the_target(entry: Entry) -> None:
    for parameter in entry.parameters:
        default = theirs(entry)[parameter.name].default
        expected = REQUIRED if default is inspect.Parameter.empty else default
        assert parameter.default == expected, parameter.name


@every_entry
def test_values_in_order_mean_the_same_as_in_a_call_of_the_target(entry: Entry) -> None:
    in_order = [p.name for p in theirs(entry).values() if p.kind is not p.KEYWORD_ONLY]
    ours = [p.name for p in entry.parameters if not p.keyword_only]
    assert ours == in_order[: len(ours)]


@every_entry
def test_an_entry_explains_itself(entry: Entry) -> None:
    assert entry.summary.endswith(".")
    assert len(entry.summary) <= 100
    for parameter in entry.parameters:
        assert parameter.help
        assert not parameter.help.endswith(".")
        assert str(parameter.rule)
    for reason in entry.left_out.values():
        assert reason
        assert not reason.endswith(".")


@every_entry
def test_a_left_out_parameter_is_refused_with_its_reason(entry: Entry) -> None:
    for name, reason in entry.left_out.items():
        call = Call(entry.name, (), ((name, 1),))
        said = refusal(lambda call=call: bind(entry, call))  # type: ignore[misc]
        assert said == f"{entry.name}: {name} can't be set: {name} {reason}"


def accepts(rule: Rule, value: Value) -> bool:
    try:
        rule.check(value)
    except ValueError:
        return False
    return True


@every_entry
def test_a_rule_accepts_its_own_default(entry: Entry) -> None:
    for parameter in entry.parameters:
        default = parameter.default
        assert isinstance(default, Required) or accepts(parameter.rule, default), parameter.name


def ends(rule: Rule) -> Iterator[tuple[Value, bool]]:
    """Values at and just beyond the ends of what a rule takes, and whether it takes them."""
    match rule:
        case Whole():
            yield from () if rule.low is None else ((rule.low, True), (rule.low - 1, False))
            yield from () if rule.high is None else ((rule.high, True), (rule.high + 1, False))
        case Real():
            if rule.low is not None:
                low = float(rule.low)
                yield from ((low, not rule.above), (low - 1e-3, False), (low + 1e-3, True))
            if rule.high is not None:
                high = float(rule.high)
                yield from ((high, not rule.below), (high + 1e-3, False), (high - 1e-3, True))
        case Either(rules=rules):
            yield from ends(rules[0])


@every_entry
def test_a_value_out_of_range_is_refused_and_one_at_its_end_is_not(entry: Entry) -> None:
    for parameter in entry.parameters:
        for value, fine in ends(parameter.rule):
            assert accepts(parameter.rule, value) == fine, (parameter.name, value)


def is_one_of(rule: Rule, kind: type[Rule]) -> bool:
    parts = rule.rules if isinstance(rule, Either) else ()
    return isinstance(rule, kind) or any(is_one_of(part, kind) for part in parts)


@every_entry
def test_a_value_of_another_type_is_refused_with_what_it_may_be(entry: Entry) -> None:
    for parameter in entry.parameters:
        wrong: tuple[Value, ...] = (Call("Tanh"), (1, "x", Call("Tanh")) * 3, 1e300)
        if not is_one_of(parameter.rule, Flag):
            wrong += (True,)
        if not is_one_of(parameter.rule, Word):
            wrong += ("no such word",)
        for value in wrong:
            call = Call(entry.name, (), ((parameter.name, value),))
            said = refusal(lambda call=call: bind(entry, call))  # type: ignore[misc]
            assert said.startswith(f"{entry.name}: {parameter.name} is ")
            assert f": it takes {parameter.rule}" in said


REQUIRED_VALUES: dict[str, dict[str, Value]] = {
    "StepLR": {"step_size": 5},
    "ExponentialLR": {"gamma": 0.9},
    "MultiStepLR": {"milestones": (5,)},
    "CosineAnnealingLR": {"T_max": 5},
    "CosineAnnealingWarmRestarts": {"T_0": 5},
    "CyclicLR": {"base_lr": 0.01, "max_lr": 0.1},
    "OneCycleLR": {"max_lr": 0.1, "total_steps": 10},
}


@pytest.mark.parametrize(
    "entry",
    [entry for entry in ENTRIES if entry.kind in ("optimizer", "schedule")],
    ids=lambda entry: entry.name,
)
def test_torch_takes_all_that_an_optimizer_or_schedule_may_be_given(entry: Entry) -> None:
    weight = torch.nn.Parameter(torch.ones(2, 2))
    first: Any = [weight]
    if entry.kind == "schedule":
        first = torch.optim.SGD([weight], lr=0.1, momentum=0.9)
    for parameter in entry.parameters:
        rule = parameter.rule
        options = rule.options if isinstance(rule, Choice) else ()
        for value in (*(v for v, fine in ends(rule) if fine), *options):
            given = REQUIRED_VALUES.get(entry.name, {}) | {parameter.name: value}
            call = Call(entry.name, (), tuple(given.items()))
            if error_of(lambda call=call: bind(entry, call)) is None:  # type: ignore[misc]
                assert isinstance(target(entry)(first, **bind(entry, call).given), target(entry))


def test_names_are_found_only_under_their_kind() -> None:
    for kind, name, message in (
        ("layer", "Adam", "Adam is an optimizer, not a layer: there are Linear, LazyLinear, "),
        ("optimizer", "Tanh", "Tanh is a layer, not an optimizer: there are SGD, Adam, "),
    ):
        assert refusal(lambda kind=kind, name=name: catalog.find(kind, name)).startswith(message)  # type: ignore[misc]


@pytest.mark.parametrize(
    ("kind", "text", "message"),
    [
        ("layer", "Liner(2, 4)", "there is no layer Liner: did you mean Linear or "),
        ("layer", "linear(2, 4)", "there is no layer linear: did you mean Linear?"),
        ("layer", "Conv(1, 2, 3)", "there is no layer Conv: did you mean Conv2d or Conv1d?"),
        ("layer", "Zzz()", "there is no layer Zzz: there are Linear, LazyLinear, "),
        ("optimizer", "Adan()", "there is no optimizer Adan: did you mean Adam"),
        ("optimizer", "SDG()", "there is no optimizer SDG: did you mean SGD?"),
        ("dataset", "spirl()", "there is no dataset spirl: did you mean spiral?"),
        ("loss", "CrossEntropy()", "did you mean CrossEntropyLoss"),
        ("init", "xavier()", "did you mean xavier_"),
        ("schedule", "CosineLR()", "did you mean"),
        ("layer", "Linear(2)", "Linear needs out_features: write Linear(in_features, out_features"),
        ("layer", "Linear()", "Linear needs in_features, out_features: write"),
        ("layer", "Linear(2, 4, True, 5)", "Linear takes 3 values in order, gets 4: write Linear("),
        ("layer", "Linear(2, 4, in_features=2)", "Linear: in_features is given twice: keep one"),
        ("layer", "Linear(2, 4, biass=True)", "Linear has no parameter biass: did you mean bias?"),
        ("layer", "Tanh(x=1)", "Tanh has no parameter x: it has none"),
        ("layer", "Linear(2, 4, zzz=1)", "it has in_features, out_features, bias"),
        ("layer", "Linear(2.0, 4)", "Linear: in_features is 2.0, not a whole number"),
        ("layer", "Linear('2', 4)", "Linear: in_features is '2', not a whole number"),
        ("layer", "Linear(0, 4)", "is 0: it must be at least 1: it takes a whole number ≥ 1"),
        ("layer", "Linear(2, 4, bias=1)", "Linear: bias is 1, not True or False"),
        ("layer", "Dropout(1.5)", "Dropout: p is 1.5: it must be at most 1"),
        ("layer", "LeakyReLU(1e300)", "is 1e+300: it must be from -1e+30 to 1e+30"),
        ("layer", "Conv2d(1, 2, 0)", "Conv2d: kernel_size is 0: it must be at least 1"),
        ("layer", "Conv2d(1, 2, (3, 0))", "Conv2d: kernel_size is 0: it must be at least 1"),
        ("layer", "Conv2d(1, 2, (3, 3, 3))", "Conv2d: kernel_size is (3, 3, 3): it takes "),
        ("layer", "Conv2d(1, 2, 3, padding='some')", "Conv2d: padding is 'some': it takes "),
        ("layer", "Conv2d(2, 4, 3, groups=4)", "in_channels=2 can't be divided among 4 groups"),
        ("layer", "Conv2d(4, 6, 3, groups=4)", "out_channels=6 can't be divided among 4 groups"),
        ("layer", "Conv2d(1, 2, 3, 2, 'same')", "padding='same' needs stride=1"),
        ("layer", "MaxPool2d(2, padding=2)", "padding is more than half of kernel_size"),
        ("layer", "MaxPool2d(2, 2, 0, 1, False)", "takes 4 values in order, gets 5"),
        ("layer", "Residual()", "Residual needs at least one layer"),
        ("layer", "Residual(3)", "Residual[0] is 3, not a layer"),
        ("layer", "Residual(Tanh(), x=1)", "Residual has no parameter x"),
        ("layer", "Residual(Tanh(), Liner(2, 2))", "Residual[1]: there is no layer Liner"),
        ("layer", "Residual(Residual(Linear(0, 2)))", "Residual[0]: Residual[0]: Linear: in_fe"),
        ("layer", "Residual(SGD())", "Residual[0]: SGD is an optimizer, not a layer"),
        ("layer", "Linear(Tanh(), 2)", "Linear: in_features is Tanh(), not a whole number"),
        ("optimizer", "Adam(betas=0.9)", "Adam: betas is 0.9: it takes 2 values, each"),
        ("optimizer", "Adam(betas=(0.9, 1.0))", "Adam: betas is 1.0: it must be below 1"),
        ("optimizer", "SGD(lr=-1)", "SGD: lr is -1: it must be at least 0"),
        ("optimizer", "SGD(0.1, nesterov=True)", "nesterov=True needs momentum above 0"),
        ("optimizer", "SGD(0.1, 0.9, 0.5, nesterov=True)", "nesterov=True needs momentum above 0"),
        ("optimizer", "Rprop(step_sizes=(2, 1))", "step_sizes has 2 before 1"),
        ("optimizer", "LBFGS(line_search_fn='wolfe')", "LBFGS: line_search_fn is 'wolfe', not "),
        ("loss", "CrossEntropyLoss(0.1)", "weight is 0.1, not a list: it takes None, or a "),
        ("loss", "CrossEntropyLoss([1, 2], 1)", "takes 1 values in order, gets 2: give "
         "ignore_index, label_smoothing by name"),
        ("schedule", "ReduceLROnPlateau('min', 0.5)", "takes 0 values in order, gets 2: give "
         "factor, patience, threshold, "),
        ("schedule", "ReduceLROnPlateau(mode='max')", "mode can't be set: mode is 'min'"),
        ("schedule", "ReduceLROnPlateau(factor=1)", "factor is 1: it must be below 1"),
        ("schedule", "OneCycleLR(0.1, epochs=3)", "epochs and steps_per_epoch go together"),
        ("schedule", "OneCycleLR(0.1, pct_start=0)", "write pct_start=0.0"),
        ("schedule", "OneCycleLR(0.1, pct_start=1.0)", "pct_start is 1.0: it must be below 1"),
        ("init", "uniform_(1, 0)", "uniform_: a=1 is above b=0"),
        ("init", "kaiming_normal_(mode='fan')", "kaiming_normal_: mode is 'fan', not 'fan_in' or"),
        ("dataset", "spiral(n=1)", "spiral: n is 1: it must be at least 2"),
        ("dataset", "spiral(features=('x3',))", "spiral: features is 'x3', not 'x1', 'x2'"),
        ("dataset", "spiral(features=('x1', 'x1'))", "one stands there twice"),
        ("dataset", "spiral(features='x1')", "spiral: features is 'x1', not a tuple of"),
    ],
)  # fmt: skip
def test_a_refusal_says_why_and_what_to_write(kind: str, text: str, message: str) -> None:
    assert message in refusal(lambda: bound(kind, text))


@every_entry
def test_an_unknown_parameter_and_too_many_values_are_refused(entry: Entry) -> None:
    unknown = Call(entry.name, (), (("no_such_thing", 1),))
    assert f"{entry.name} has no parameter no_such_thing: " in refusal(lambda: bind(entry, unknown))
    too_many = error_of(lambda: bind(entry, Call(entry.name, (1,) * 50)))
    assert too_many is not None
    assert is_readable(too_many)
    assert too_many.hint


def test_a_call_is_checked_into_values_and_defaults() -> None:
    conv = bound("layer", "nn.Conv2d(3, 8, (3, 5), padding='same')")
    assert conv.given == {
        "in_channels": 3,
        "out_channels": 8,
        "kernel_size": (3, 5),
        "padding": "same",
    }
    assert conv["stride"] == 1
    assert conv.values["padding_mode"] == "zeros"
    assert list(conv.values) == [parameter.name for parameter in conv.entry.parameters]


def test_layers_inside_a_residual_are_checked_too() -> None:
    residual = bound("layer", "Residual(Linear(2, 2), Residual(Tanh()))")
    assert [layer.entry.name for layer in residual.inner] == ["Linear", "Residual"]
    assert [layer.entry.name for layer in residual.inner[1].inner] == ["Tanh"]


@pytest.mark.parametrize(
    ("text", "values", "expected"),
    [
        ("Linear(2, 4)", {"in_features": 3}, "Linear(3, 4)"),
        ("Linear(2, out_features=4)", {"out_features": 3}, "Linear(2, out_features=3)"),
        ("Linear(2, 4, bias=False)", {"in_features": 3}, "Linear(3, 4, bias=False)"),
        ("Linear(2, 4)", {"bias": False}, "Linear(2, 4, bias=False)"),
        ("BatchNorm1d(2)", {"affine": False, "num_features": 3}, "BatchNorm1d(3, affine=False)"),
    ],
)
def test_a_call_is_written_with_some_values_exchanged(
    text: str, values: dict[str, Value], expected: str
) -> None:
    assert str(bound("layer", text).call_with(**values)) == expected


def test_a_signature_shows_defaults_and_what_goes_by_name() -> None:
    assert catalog.find("layer", "Dropout").signature == "Dropout(p=0.5)"
    assert catalog.find("layer", "Residual").signature == "Residual(layer, …)"
    assert catalog.find("optimizer", "SGD").signature.endswith(", *, maximize=False)")


@pytest.mark.parametrize(
    ("rule", "text"),
    [
        (Whole(), "a whole number"),
        (Whole(1), "a whole number ≥ 1"),
        (Whole(1, 3), "a whole number ≥ 1 and ≤ 3"),
        (Real(0, 1, above=True, below=True), "a number > 0 and < 1"),
        (Flag(), "True or False"),
        (Choice(("a", "b", "c")), "'a', 'b' or 'c'"),
        (Several((Whole(), Whole(1))), "(a whole number, a whole number ≥ 1)"),
        (Subset(("a", "b")), "a tuple of 'a', 'b'"),
    ],
)
def test_a_rule_says_what_it_takes(rule: Rule, text: str) -> None:
    assert str(rule) == text


def test_near_matches_ignore_case_and_take_parts() -> None:
    assert near("ADAM", ["Adam", "SGD"]) == "did you mean Adam?"
    assert near("cross", ["CrossEntropyLoss", "MSELoss"]) == "did you mean CrossEntropyLoss?"
    assert near("zzz", ["Adam"]) == ""


def test_metrics_know_their_direction_and_their_data() -> None:
    accuracy, loss = catalog.metric("accuracy"), catalog.metric("loss")
    assert accuracy.better(0.9, than=0.8)
    assert loss.better(0.8, than=0.9)
    assert accuracy.reached(0.9, wanted=0.9)
    assert loss.reached(0.9, wanted=0.9)
    assert not loss.reached(float("nan"), wanted=0.9)
    assert accuracy.show(0.98333) == "98.3 %"
    assert loss.show(0.0123456) == "0.01235"
    for metric in METRICS:
        assert metric.summary.endswith(".")
        assert metric.suits(Classes(2)) or metric.suits(Values((1,)))
    assert main_metric(Classes(3)) == "accuracy"
    assert main_metric(Values((1,))) == "r2"
    assert "did you mean accuracy?" in refusal(lambda: catalog.metric("accurcy"))
