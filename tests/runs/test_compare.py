from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from msgspec import structs

from tests.runs.support import STARTED, a_whole_run, changed, ended, keep, stepped
from tests.spec.support import refusal
from tui_nn.runs.compare import (
    Told,
    curves,
    differences,
    last_value,
    read_run,
    settings,
    shared_metric,
)
from tui_nn.spec.protocol import Evaluated, Record, Started


def started(experiment: Mapping[str, Any] | None = None, **fields: Any) -> Started:
    return structs.replace(
        STARTED, experiment=STARTED.experiment | dict(experiment or {}), **fields
    )


def told(folder: Path, name: str, records: list[Record]) -> Told:
    return read_run(keep(folder, name, records))


def differing(folder: Path, *begun: Started) -> dict[str, tuple[Any, ...]]:
    runs = [told(folder, f"run-{i}", a_whole_run(started=s)) for i, s in enumerate(begun)]
    return {d.key: d.values for d in differences(runs)}


def test_settings_that_differ_are_named_by_their_keys(tmp_path: Path) -> None:
    train = {"batch_size": 10, "epochs": 4, "val": 0.2, "eval_every": 1}
    other = started(
        {
            "network": ["Linear(2, 6)", "ReLU()", "Linear(6, 1)"], "optimizer": "Adam(lr=0.01)",
            "train": train | {"seed": 3}, "goal": {"loss": 0.1},
        },
        threads=2,
    )  # fmt: skip
    found = differing(tmp_path, STARTED, other)
    assert found == {
        "network[1]": ("Tanh()", "ReLU()"),
        "optimizer": ("SGD(lr=0.1)", "Adam(lr=0.01)"),
        "train.seed": (0, 3),
        "goal.accuracy": (0.97, None),
        "goal.loss": (None, 0.1),
        "threads": (1, 2),
    }
    assert list(found)[:3] == ["network[1]", "optimizer", "train.seed"]


def test_a_default_that_was_written_down_is_no_difference(tmp_path: Path) -> None:
    train = {"batch_size": 10, "epochs": 4, "val": 0.2, "eval_every": 1}
    spelled = started({"train": train | {"shuffle": True, "seed": 0, "dtype": "float32"}})
    assert differing(tmp_path, STARTED, spelled) == {}


def test_words_are_no_difference(tmp_path: Path) -> None:
    other = started({"title": "x", "about": "y", "view": {"pace": 3}}, name="z", title="x")
    assert differing(tmp_path, STARTED, other) == {}


def test_a_longer_network_and_a_list_of_optimizers_differ_where_they_do(tmp_path: Path) -> None:
    layers = [*STARTED.experiment["network"], *["Tanh()"] * 9, "Sigmoid()"]
    found = differing(
        tmp_path, STARTED, started({"network": layers, "optimizer": ["Muon()", "AdamW()"]})
    )
    keys = [f"network[{index}]" for index in range(3, 13)]
    assert list(found) == [*keys, "optimizer"]
    assert found["network[12]"] == (None, "Sigmoid()")
    assert found["optimizer"] == ("SGD(lr=0.1)", "Muon(), AdamW()")


def test_networks_of_other_lengths_that_begin_differently_differ_as_a_whole(
    tmp_path: Path,
) -> None:
    layers = ["Flatten()", *STARTED.experiment["network"]]
    found = differing(tmp_path, STARTED, started({"network": layers}))
    assert found == {"network": (STARTED.experiment["network"], layers)}


def test_other_data_and_another_machine_are_differences(tmp_path: Path) -> None:
    other = started(train_count=41, device="cuda:0", torch="2.14.0")
    found = differing(tmp_path, STARTED, other)
    assert found.keys() == {"train samples", "device", "torch"}


def test_settings_of_an_experiment_of_odd_types_are_settings_still() -> None:
    odd = started({"network": "x", "train": 3, "optimizer": {"a": 1}, "goal": None})
    assert settings(odd)["network"] == "x"


def test_curves_are_of_validation_where_all_have_it(tmp_path: Path) -> None:
    runs = [told(tmp_path, name, a_whole_run()) for name in "ab"]
    name, found = curves(runs, "loss", "epoch")
    assert name == "val loss"
    assert [(x.tolist(), y.tolist()) for x, y in found] == [
        ([1, 2, 3, 4], pytest.approx([2, 1, 2 / 3, 0.5]))
    ] * 2
    blind: list[Record] = [
        structs.replace(record, val=None) if isinstance(record, Evaluated) else record
        for record in a_whole_run(started=started(val_count=0))
    ]
    runs.append(told(tmp_path, "c", blind))
    name, found = curves(runs, "loss", "step")
    assert name == "train loss"
    assert found[2][0].tolist() == [4, 8, 12, 16]


def test_curves_are_of_batches_where_one_was_never_evaluated(tmp_path: Path) -> None:
    never: list[Record] = [r for r in a_whole_run() if not isinstance(r, Evaluated)]
    runs = [told(tmp_path, "a", a_whole_run()), told(tmp_path, "b", never)]
    name, found = curves(runs, "loss", "epoch")
    assert name == "batch loss"
    assert [x[-1] for x, _ in found] == [4, 4]
    assert curves(runs, "accuracy", "epoch") == ("accuracy", [])


def test_the_curve_of_a_run_is_that_of_its_last_branch(tmp_path: Path) -> None:
    records = a_whole_run()[:-1]
    records += [changed(1, 8, "optimizer", parent=0), stepped(9, [7.0], branch=1)]
    run = told(tmp_path, "a", records)
    assert run.history.losses()[1].tolist() == [4, 4, 4, 4, 3, 3, 3, 3, 7]
    assert curves([run], "loss", "step")[0] == "batch loss"


def test_the_last_value_is_that_of_the_end_or_of_the_last_evaluation(tmp_path: Path) -> None:
    assert last_value(told(tmp_path, "a", a_whole_run(ended(val=0.8)))) == 0.8
    assert last_value(told(tmp_path, "b", a_whole_run()[:-1])) == 0.7
    assert last_value(told(tmp_path, "c", [STARTED])) is None


def test_a_metric_is_shared_where_all_runs_look_at_it(tmp_path: Path) -> None:
    runs = [told(tmp_path, name, a_whole_run()) for name in "ab"]
    assert shared_metric(runs) == "accuracy"
    runs.append(told(tmp_path, "c", a_whole_run(started=started(metric="loss"))))
    assert shared_metric(runs) is None
    assert shared_metric(runs[2:]) is None


def test_a_run_that_is_broken_or_has_not_started_can_not_be_compared(tmp_path: Path) -> None:
    assert "has not started" in refusal(lambda: told(tmp_path, "a", []))
    folder = keep(tmp_path, "b", a_whole_run())
    lines = folder.events.read_bytes().split(b"\n")
    folder.events.write_bytes(b"\n".join([*lines[:3], b"x", *lines[3:]]))
    assert "events.jsonl: line 4: not a record" in refusal(lambda: read_run(folder))
