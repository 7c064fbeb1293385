"""The clouds against the mathematics of TensorFlow Playground and scikit-learn."""

from collections.abc import Callable

import numpy as np
import pytest

from tui_nn.data.clouds import (
    blobs,
    checkerboard,
    circle,
    gauss,
    imbalanced,
    moons,
    rings,
    spiral,
    xor_cloud,
)
from tui_nn.data.dataset import Dataset
from tui_nn.spec.targets import Classes

Generator = Callable[..., Dataset]
ALL: list[Generator] = [
    circle, xor_cloud, gauss, spiral, moons, blobs, rings, checkerboard, imbalanced
]  # fmt: skip
PLAYGROUND: list[Generator] = [circle, xor_cloud, gauss, spiral]

each = pytest.mark.parametrize("generate", ALL, ids=lambda generate: generate.__name__)


@each
def test_the_same_seed_gives_the_same_bits(generate: Generator) -> None:
    one, two = generate(seed=7), generate(seed=7)
    assert one.x.tobytes() == two.x.tobytes()
    assert one.y.tobytes() == two.y.tobytes()


@each
def test_another_seed_gives_other_points(generate: Generator) -> None:
    extra = {} if generate in (blobs, imbalanced) else {"noise": 0.2}
    assert not np.array_equal(generate(seed=0, **extra).x, generate(seed=1, **extra).x)


@each
@pytest.mark.parametrize("n", [2, 3, 20, 501])
def test_there_are_exactly_as_many_points_as_asked_for(generate: Generator, n: int) -> None:
    extra = {"classes": 2} if generate in (blobs, rings) else {}
    cloud = generate(n=n, **extra)
    assert cloud.x.shape == (n, 2)
    assert np.isfinite(cloud.x).all()
    assert set(cloud.y.tolist()) <= {0, 1}


@each
def test_points_are_points_with_two_coordinates(generate: Generator) -> None:
    cloud = generate()
    assert len(cloud.x) == (1000 if generate is imbalanced else 500)
    assert (cloud.sample_name, cloud.input_names) == ("point", ("x1", "x2"))
    assert not cloud.standardize


@pytest.mark.parametrize("generate", [circle, gauss, spiral])
def test_playgrounds_classes_are_halves_the_positive_one_first(generate: Generator) -> None:
    assert generate().y.tolist() == [1] * 250 + [0] * 250


@pytest.mark.parametrize("generate", [circle, xor_cloud, checkerboard])
def test_noise_moves_classes_and_leaves_the_points(generate: Generator) -> None:
    clean, noisy = generate(seed=3), generate(seed=3, noise=0.3)
    assert np.array_equal(clean.x, noisy.x)
    assert 0 < (clean.y != noisy.y).sum() < 250


def test_a_circle_is_a_disc_of_2_5_in_a_ring_from_3_5_to_5() -> None:
    cloud = circle(n=4000)
    radius = np.hypot(*cloud.x.astype(float).T)
    inner, outer = radius[cloud.y == 1], radius[cloud.y == 0]
    assert inner.max() < 2.5 + 1e-6
    assert outer.min() > 3.5 - 1e-6
    assert outer.max() < 5 + 1e-6
    # An even radius, not an even area: the mean lies half way.
    assert inner.mean() == pytest.approx(1.25, abs=0.05)
    assert outer.mean() == pytest.approx(4.25, abs=0.05)


def test_a_noisy_circle_flips_only_what_noise_can_carry_over_the_border() -> None:
    clean, noisy = circle(n=4000), circle(n=4000, noise=0.2)
    distance = np.abs(np.hypot(*clean.x.astype(float).T) - 2.5)
    # 0.2 · 5 in each direction is at most √2 away.
    assert distance[clean.y != noisy.y].max() < np.sqrt(2)


def test_xor_has_the_class_of_the_products_sign_and_keeps_off_the_axes() -> None:
    cloud = xor_cloud(n=4000)
    assert np.array_equal(cloud.y, cloud.x.prod(axis=1) >= 0)
    assert np.abs(cloud.x).min() >= np.float32(0.3)
    assert np.abs(cloud.x).max() <= np.float32(5.3)
    assert np.abs(cloud.x).max() > 5.2


@pytest.mark.parametrize(("noise", "variance"), [(0.0, 0.5), (0.25, 2.25), (0.5, 4.0)])
def test_gauss_clouds_have_playgrounds_centres_and_variance(noise: float, variance: float) -> None:
    cloud = gauss(n=20_000, noise=noise)
    for label, centre in ((1, 2), (0, -2)):
        points = cloud.x[cloud.y == label]
        np.testing.assert_allclose(points.mean(axis=0), [centre, centre], atol=0.1)
        np.testing.assert_allclose(points.var(axis=0), [variance, variance], rtol=0.06)


def test_each_spiral_point_lies_at_its_radius_and_angle() -> None:
    cloud = spiral()
    arm = np.arange(250)
    angle = 1.75 * 2 * np.pi * arm / 250
    expected = (5 * arm / 250)[:, None] * np.stack([np.sin(angle), np.cos(angle)], axis=1)
    np.testing.assert_allclose(cloud.x[:250], expected, atol=1e-6)


def test_the_arms_of_a_spiral_are_opposite() -> None:
    cloud = spiral()
    np.testing.assert_allclose(cloud.x[:250], -cloud.x[250:], atol=1e-6)


def test_spiral_noise_is_even_and_bounded() -> None:
    moved = spiral(n=4000, noise=0.5).x - spiral(n=4000).x
    assert np.abs(moved).max() <= 0.5 + 1e-6
    assert moved.std() == pytest.approx(0.5 / np.sqrt(3), rel=0.03)


def test_moons_are_half_circles_round_two_centres() -> None:
    cloud = moons(n=101, noise=0.0)
    upper, lower = cloud.x[cloud.y == 0], cloud.x[cloud.y == 1]
    assert (len(upper), len(lower)) == (50, 51)
    np.testing.assert_allclose(np.hypot(*upper.T), 1, atol=1e-6)
    np.testing.assert_allclose(np.hypot(*(lower - [1, 0.5]).T), 1, atol=1e-6)
    assert upper[:, 1].min() > -1e-6
    assert lower[:, 1].max() < 0.5 + 1e-6
    np.testing.assert_allclose(upper[[0, -1]], [[1, 0], [-1, 0]], atol=1e-6)


def test_moons_noise_is_a_standard_deviation() -> None:
    moved = moons(n=4000, noise=0.2).x - moons(n=4000, noise=0.0).x
    assert moved.std() == pytest.approx(0.2, rel=0.03)


def test_blobs_are_round_and_evenly_spaced_on_a_circle() -> None:
    cloud = blobs(n=12_000, classes=4, std=0.5)
    assert cloud.kind == Classes(4)
    assert cloud.class_names == ("0", "1", "2", "3")
    for label, centre in enumerate([(0, 4), (4, 0), (0, -4), (-4, 0)]):
        points = cloud.x[cloud.y == label]
        np.testing.assert_allclose(points.mean(axis=0), centre, atol=0.05)
        np.testing.assert_allclose(points.std(axis=0), 0.5, rtol=0.05)


@pytest.mark.parametrize(("n", "classes"), [(500, 3), (20, 20), (41, 20), (7, 2)])
def test_blobs_differ_by_one_point_at_most(n: int, classes: int) -> None:
    counts = np.bincount(blobs(n=n, classes=classes).y, minlength=classes)
    assert counts.sum() == n
    assert counts.max() - counts.min() <= 1


@pytest.mark.parametrize("classes", [2, 3, 5])
def test_rings_lie_evenly_out_to_a_radius_of_5(classes: int) -> None:
    cloud = rings(n=999, classes=classes, noise=0.0)
    radius = np.hypot(*cloud.x.astype(float).T)
    np.testing.assert_allclose(radius, 5 * (cloud.y + 1) / classes, atol=1e-5)
    counts = np.bincount(cloud.y, minlength=classes)
    assert cloud.kind == Classes(classes)
    assert counts.max() - counts.min() <= 1


def test_the_points_of_a_ring_lie_in_every_direction() -> None:
    cloud = rings(n=12_000, noise=0.0)
    for label in range(3):
        angle = np.arctan2(*cloud.x[cloud.y == label].T)
        shares = np.histogram(angle, bins=8, range=(-np.pi, np.pi))[0] / 4000
        np.testing.assert_allclose(shares, 1 / 8, atol=0.02)


def test_noise_on_rings_is_a_standard_deviation() -> None:
    moved = rings(n=4000, noise=0.3).x - rings(n=4000, noise=0.0).x
    assert moved.std() == pytest.approx(0.3, rel=0.03)


@pytest.mark.parametrize("squares", [2, 3, 4, 10])
def test_neighbours_on_a_checkerboard_are_of_different_classes(squares: int) -> None:
    cloud = checkerboard(n=4000, squares=squares)
    assert np.abs(cloud.x).max() <= 5
    side = 10 / squares
    column, row = ((cloud.x.astype(float) + 5) // side).T
    inside = (np.abs((cloud.x + 5) % side - side / 2) < side / 2 - 1e-4).all(axis=1)
    assert np.array_equal(cloud.y[inside], ((column + row) % 2 == 0)[inside])
    assert len({*zip(column[inside], row[inside], strict=True)}) == squares**2


def test_a_board_of_2_squares_is_the_xor_cloud() -> None:
    cloud = checkerboard(n=4000, squares=2)
    assert np.array_equal(cloud.y, cloud.x.prod(axis=1) >= 0)


@pytest.mark.parametrize(
    ("n", "share", "rare"), [(1000, 0.05, 50), (40, 0.05, 2), (999, 0.1, 100), (10, 0.5, 5)]
)
def test_the_rare_class_has_exactly_its_share(n: int, share: float, rare: int) -> None:
    cloud = imbalanced(n=n, share=share)
    assert np.bincount(cloud.y).tolist() == [n - rare, rare]
    assert cloud.class_names == ("no", "yes")


def test_the_imbalanced_clouds_are_round() -> None:
    cloud = imbalanced(n=20_000, share=0.5, std=0.5)
    for label, centre in ((0, -1), (1, 1)):
        points = cloud.x[cloud.y == label]
        np.testing.assert_allclose(points.mean(axis=0), centre, atol=0.03)
        np.testing.assert_allclose(points.std(axis=0), 0.5, rtol=0.03)


def test_the_best_rule_finds_of_the_rare_class_what_two_normal_distributions_say() -> None:
    cloud = imbalanced(n=200_000)
    answer = cloud.x.sum(axis=1) > np.log(19) / 2
    found = answer[cloud.y == 1].mean()
    right = cloud.y[answer].mean()
    # Φ(0.373) and its precision: the centres are √8 deviations apart, the odds 1 to 19.
    assert found == pytest.approx(0.6455, abs=0.015)
    assert right == pytest.approx(0.8284, abs=0.015)
    assert 2 * found * right / (found + right) == pytest.approx(0.7256, abs=0.015)
