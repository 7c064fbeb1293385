"""The clouds against the mathematics of TensorFlow Playground and scikit-learn."""

from collections.abc import Callable

import numpy as np
import pytest

from tui_nn.data.clouds import blobs, circle, gauss, moons, spiral, xor_cloud
from tui_nn.data.dataset import Dataset
from tui_nn.spec.targets import Classes

Generator = Callable[..., Dataset]
ALL: list[Generator] = [circle, xor_cloud, gauss, spiral, moons, blobs]
PLAYGROUND: list[Generator] = [circle, xor_cloud, gauss, spiral]

each = pytest.mark.parametrize("generate", ALL, ids=lambda generate: generate.__name__)


@each
def test_the_same_seed_gives_the_same_bits(generate: Generator) -> None:
    one, two = generate(seed=7), generate(seed=7)
    assert one.x.tobytes() == two.x.tobytes()
    assert one.y.tobytes() == two.y.tobytes()


@each
def test_another_seed_gives_other_points(generate: Generator) -> None:
    extra = {} if generate is blobs else {"noise": 0.2}
    assert not np.array_equal(generate(seed=0, **extra).x, generate(seed=1, **extra).x)


@each
@pytest.mark.parametrize("n", [2, 3, 20, 501])
def test_there_are_exactly_as_many_points_as_asked_for(generate: Generator, n: int) -> None:
    extra = {"classes": 2} if generate is blobs else {}
    cloud = generate(n=n, **extra)
    assert cloud.x.shape == (n, 2)
    assert np.isfinite(cloud.x).all()
    assert set(cloud.y.tolist()) <= {0, 1}


@each
def test_points_are_points_with_two_coordinates(generate: Generator) -> None:
    cloud = generate()
    assert len(cloud.x) == 500
    assert (cloud.sample_name, cloud.input_names) == ("point", ("x1", "x2"))
    assert not cloud.standardize


@pytest.mark.parametrize("generate", [circle, gauss, spiral])
def test_playgrounds_classes_are_halves_the_positive_one_first(generate: Generator) -> None:
    assert generate().y.tolist() == [1] * 250 + [0] * 250


@pytest.mark.parametrize("generate", [circle, xor_cloud])
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
