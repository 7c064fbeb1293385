"""Frozen layers as probes show them: without gradient and update, and said to be frozen."""

from tests.engine.probes.support import PICTURES, seen, unpack, view
from tests.support import MOONS
from tui_nn.spec.protocol.frames import Curves, Layers, TrainingStep, Weights

FROZEN = "train.freeze=[0, 2]"


def test_a_frozen_layer_has_no_gradient_and_no_update_and_says_so() -> None:
    rows = {row.name: row for row in seen(view(MOONS, FROZEN, steps=2), Layers(focus="0")).layers}
    assert {name for name, row in rows.items() if row.frozen} == {"0", "2"}
    for name in ("0", "2"):
        row = rows[name]
        assert (row.gradient, row.zero_gradient, row.update, row.ratio) == (None,) * 4
        assert row.weight
    assert "gradient" not in rows["0"].ranges
    assert rows["4"].gradient
    assert rows["4"].update


def test_the_layers_of_a_frozen_residual_are_frozen() -> None:
    rows = {
        row.name: row for row in seen(view(PICTURES, "train.freeze=[4]", steps=1), Layers()).layers
    }
    assert {name for name, row in rows.items() if row.frozen} == {"4.0"}


def test_the_gradients_length_is_of_what_trains() -> None:
    at = view(MOONS, FROZEN, steps=1)
    length = seen(at, Curves()).gradient
    held = [p.grad for p in at.network[4].parameters() if p.grad is not None]
    assert length == sum(float((g.double() ** 2).sum()) for g in held) ** 0.5


def test_a_frozen_tensor_has_no_optimizer_and_no_rate() -> None:
    frame = seen(view(MOONS, FROZEN, steps=2), Weights(tensor="0.weight"))
    assert (frame.optimizer, frame.lr, frame.state) == ("", None, {})
    assert (frame.gradient, frame.before) == (None, None)
    assert unpack(frame.value).shape == (6, 2)
    other = seen(view(MOONS, FROZEN, steps=2), Weights(tensor="4.weight"))
    assert (other.optimizer, other.lr) == ("SGD", 0.1)


def test_a_step_told_whole_has_gradients_of_what_trains() -> None:
    frame = seen(view(MOONS, FROZEN, steps=1), TrainingStep())
    assert set(frame.gradient) == {"4.weight", "4.bias"}
    assert (unpack(frame.before["0.weight"]) == unpack(frame.after["0.weight"])).all()
