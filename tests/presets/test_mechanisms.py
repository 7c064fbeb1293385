"""What the course's texts say of the inside: gradients, dead neurons, parts, pictures."""

import json
from dataclasses import replace

import numpy as np
import pytest
import torch

from tests.presets.support import (
    HERE,
    dead_neurons,
    experiment,
    final,
    fresh,
    layer,
    train,
    weight_gradients,
    weights,
)
from tests.support import Run, same_bits
from tui_nn.data import clouds
from tui_nn.data.prepare import Prepared, prepare
from tui_nn.data.tables import wine
from tui_nn.engine.session import Request, Session
from tui_nn.engine.trainer import Trainer
from tui_nn.spec.diagnosis.gradients import VANISHES

SEEDS = (0, 1, 2, 3, 4)
each_seed = pytest.mark.parametrize("seed", SEEDS)


def ready(name: str, seed: int, *changes: str) -> Prepared:
    return prepare(experiment(name, *HERE, f"train.seed={seed}", *changes))


def first_weights(trained: Trainer) -> torch.Tensor:
    """The weights of the first layer."""
    return next(trained.network.parameters()).detach()


def test_twice_the_inverse_curvature_of_one_weight_is_2_4() -> None:
    x = fresh("one-weight").batches.x
    curvature = float(2 * (x * x).mean())
    assert round(2 / curvature, 1) == 2.4


def test_the_first_change_of_and_comes_in_step_4_and_only_where_the_input_was_1() -> None:
    trained = fresh("and-gate")
    changed_at = []
    for step in range(1, 25):
        before = weights(trained)
        trained.train_straight(1)
        delta = [now - old for now, old in zip(weights(trained), before, strict=True)]
        row = trained.batches.x[(step - 1) % 4].tolist()
        if any(delta):
            changed_at.append(step)
            assert [change != 0 for change in delta] == [value == 1 for value in (*row, 1)]
    assert changed_at[0] == 4
    assert len(changed_at) == 10


def test_with_a_sigmoid_every_row_has_a_gradient_also_when_it_is_right() -> None:
    trained = train("and-sigmoid").session.training.trainer
    for x, y in zip(trained.batches.x, trained.batches.y, strict=True):
        output = trained.network(x[None])[0]
        assert output.round() == y
        [_, bias] = torch.autograd.grad(trained.loss(output, y), [*trained.network.parameters()])
        assert abs(float(bias)) > 0.001


@each_seed
def test_the_gradient_of_a_neuron_fades_as_it_fits(seed: int) -> None:
    [before] = weight_gradients(fresh("neuron-regression", seed))
    [after] = weight_gradients(train("neuron-regression", seed).session.training.trainer)
    assert after.norm() < before.norm() / 50


def test_two_layers_are_two_matrices_of_3x2_and_2x3() -> None:
    trained = fresh("matrix-2-3-2")
    first, b1, second, b2 = (p.detach().double().numpy() for p in trained.network.parameters())
    assert (first.shape, second.shape) == ((3, 2), (2, 3))
    row = trained.batches.x[2]
    with torch.no_grad():
        output = trained.network(row[None])[0]
    by_hand = second @ np.tanh(first @ row.double().numpy() + b1) + b2
    assert output.tolist() == pytest.approx(by_hand, rel=1e-5)


@each_seed
def test_raw_columns_of_wine_have_gradients_a_thousandfold_apart(seed: int) -> None:
    names = wine().input_names

    def apart(*changes: str) -> float:
        [gradient] = weight_gradients(fresh("unscaled", seed, *changes))
        sizes = gradient.norm(dim=0)
        return float(sizes[names.index("proline")] / sizes[names.index("hue")])

    assert 300 < apart() < 3000
    assert apart("data=wine()") < 5


def test_the_best_line_leaves_less_than_the_goal_of_lr_decay() -> None:
    dataset = ready("lr-decay", 0).dataset
    inputs = np.column_stack([dataset.x, np.ones(len(dataset.x))]).astype(float)
    _, left, *_ = np.linalg.lstsq(inputs, dataset.y.astype(float), rcond=None)
    assert float(left[0]) / len(inputs) == pytest.approx(0.235, abs=0.0005)


@each_seed
def test_less_than_a_millionth_of_the_gradient_reaches_the_first_sigmoid_layer(seed: int) -> None:
    sizes = [float(g.norm()) for g in weight_gradients(fresh("vanishing-gradient", seed))]
    assert sizes[0] < sizes[-1] / 1e6


def ten_deep(activation: str, norm: str = "", *, residual: bool = False) -> str:
    """The network of vanishing-gradient in another form."""
    found: list[str] = []
    for index in range(10):
        block = [f"Linear({8 if index else 2}, 8)", *([norm] if norm else []), f"{activation}()"]
        found += [f"Residual({', '.join(block)})"] if residual and index else block
    return f"network={json.dumps([*found, 'Linear(8, 1)'])}"


@each_seed
def test_what_is_said_to_help_against_a_vanishing_gradient_helps(seed: int) -> None:
    def first_of_last(*changes: str) -> float:
        sizes = [float(g.norm()) for g in weight_gradients(fresh(name, seed, *changes))]
        return sizes[0] / sizes[-1]

    name = "vanishing-gradient"
    assert first_of_last(ten_deep("ReLU")) < 5e-3
    assert first_of_last(ten_deep("Sigmoid", "LayerNorm(8)")) < VANISHES
    for changes in (
        (ten_deep("ReLU"), "init=kaiming_normal_()"),
        (ten_deep("Sigmoid", "BatchNorm1d(8)"),),
        (ten_deep("ReLU", "BatchNorm1d(8)"),),
        (ten_deep("Sigmoid", residual=True),),
        (ten_deep("ReLU", residual=True),),
    ):
        assert first_of_last(*changes) > 5 * VANISHES


@each_seed
def test_a_dead_neuron_of_the_first_layer_never_moves_again(seed: int) -> None:
    start = fresh("dead-relu", seed)
    before, dead = first_weights(start).clone(), dead_neurons(start)
    assert dead.any()
    trained = train("dead-relu", seed).session.training.trainer
    assert dead_neurons(trained)[dead].all()
    assert torch.equal(first_weights(trained)[dead], before[dead])
    assert not weight_gradients(trained)[0][dead].any()


@each_seed
def test_some_of_the_points_to_overfit_have_a_wrong_label(seed: int) -> None:
    points = ready("overfit", seed).split.train
    true = clouds.circle(n=100, noise=0)
    indices = ready("overfit", seed).split.train_indices
    assert np.array_equal(points.x, true.x[indices])
    assert 1 <= (points.y != true.y[indices]).sum() <= 6


@each_seed
def test_both_spirals_start_from_the_same_weights_and_batches(seed: int) -> None:
    one, other = fresh("spiral-sgd", seed), fresh("spiral-adam", seed)
    assert same_bits(one, other)
    for a, b in zip(one.batches.next(), other.batches.next(), strict=True):
        assert torch.equal(a, b)


def test_momentum_at_0_9_makes_a_steady_step_tenfold_and_halves_a_zigzag() -> None:
    def last_step(signs: list[int]) -> float:
        start = fresh("momentum")
        [optimizer] = start.optimizers
        bias = [*start.network.parameters()][-1]
        before = bias.detach().clone()
        for sign in signs:
            before.copy_(bias.detach())
            bias.grad = torch.tensor([float(sign)])
            optimizer.step()
        return float((bias.detach() - before).abs())

    assert last_step([1] * 100) == pytest.approx(10 * 0.03, rel=0.01)
    assert last_step([1, -1] * 50) == pytest.approx(0.03 / 1.9, rel=0.01)


def test_adam_takes_steps_of_lr_however_small_the_gradient() -> None:
    start = fresh("spiral-adam")
    before = weights(start)
    start.train_straight(1)
    sizes = np.abs(np.array(weights(start)) - before)
    assert sizes == pytest.approx(np.full(len(sizes), 0.01), rel=0.01)


def test_muon_takes_the_hidden_matrices_and_adamw_the_rest() -> None:
    shares = ready("muon-mlp", 0).plan.shares
    assert shares == (
        ("0.weight", "2.weight"),
        ("0.bias", "2.bias", "4.weight", "4.bias"),
    )


@each_seed
def test_each_class_of_digits_softmax_has_a_picture_of_itself(seed: int) -> None:
    trained = train("digits-softmax", seed).session.training.trainer
    pictures, y = trained.batches.x.numpy(), trained.batches.y.numpy()
    ink = np.stack([pictures[y == digit].mean(axis=0) for digit in range(10)])
    against_the_rest = ink - pictures.mean(axis=0)
    learned = first_weights(trained).numpy()
    alike = np.corrcoef(learned, against_the_rest)[:10, 10:]
    assert alike.argmax(axis=1).tolist() == list(range(10))
    assert alike.diagonal().min() > 0.8


def shuffled(name: str, seed: int) -> Run:
    """A preset trained on pixels in another fixed order."""
    plain = ready(name, seed, "goal.times=1000")
    order = np.random.default_rng(seed).permutation(64)
    assert plain.split.val is not None
    parts = replace(
        plain.split,
        train=replace(plain.split.train, x=np.ascontiguousarray(plain.split.train.x[:, order])),
        val=replace(plain.split.val, x=np.ascontiguousarray(plain.split.val.x[:, order])),
    )
    session = Session(replace(plain, split=parts), lambda record: None)
    done = session.run(Request())
    return replace(train(name, seed), ended=done, session=session)


@pytest.mark.slow
def test_pixels_in_another_fixed_order_do_as_well() -> None:
    plain = [final(train("digits-mlp", seed, "goal.times=1000"), "accuracy") for seed in SEEDS]
    mixed = [final(shuffled("digits-mlp", seed), "accuracy") for seed in SEEDS]
    assert np.mean(mixed) == pytest.approx(np.mean(plain), abs=0.01)


def test_a_kernel_does_not_care_where_a_stroke_is() -> None:
    trained = train("digits-cnn").session.training.trainer
    convolution = layer(trained, 0)
    picture = torch.zeros(1, 1, 8, 8)
    picture[0, 0, 2:6, 3] = 1
    with torch.no_grad():
        maps, moved = convolution(picture), convolution(picture.roll(2, dims=3))
    assert torch.allclose(moved[..., 1:7, 3:7], maps[..., 1:7, 1:5], atol=1e-6)
    assert first_weights(trained).shape == (8, 1, 3, 3)


# sparse-embedding: "a step moves only the rows of the tokens in its batch".

DENSE = (
    'network=["Embedding(23, 16)", "Flatten()", "Linear(32, 64)", "ReLU()", "Linear(64, 23)"]',
    "optimizer=Adam(lr=0.01)",
)


def rows_that_moved(trained: Trainer) -> tuple[set[int], set[int]]:
    """The embedding's rows that one more step moves, and the tokens of its batch."""
    place = trained.batches.place()
    tokens = set(trained.batches.next()[0].flatten().tolist())
    trained.batches.go_to(place)
    before = next(trained.network.parameters()).detach().clone()
    trained.train_straight(1)
    moved = (next(trained.network.parameters()).detach() != before).any(dim=1)
    return set(moved.nonzero()[:, 0].tolist()), tokens


def test_a_step_of_sparse_adam_moves_the_rows_of_its_batch_alone() -> None:
    trained = fresh("sparse-embedding", 0, "train.batch_size=4")
    trained.train_straight(100)
    moved, tokens = rows_that_moved(trained)
    assert moved == tokens
    assert len(tokens) < 23


def test_adam_goes_on_moving_the_others_by_their_momentum() -> None:
    trained = fresh("sparse-embedding", 0, "train.batch_size=4", *DENSE)
    trained.train_straight(100)
    moved, tokens = rows_that_moved(trained)
    assert tokens < moved
