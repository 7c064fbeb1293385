"""The surfaces against the mathematics of TensorFlow Playground, and two curves."""

from collections.abc import Callable

import numpy as np
import pytest

from tui_nn.data.dataset import Dataset
from tui_nn.data.regression import gauss_bumps, line, plane, sine
from tui_nn.spec.targets import Values

Generator = Callable[..., Dataset]
each = pytest.mark.parametrize(
    "generate", [plane, gauss_bumps, sine, line], ids=lambda generate: generate.__name__
)


@each
def test_the_same_seed_gives_the_same_bits_and_another_does_not(generate: Generator) -> None:
    one, two, other = generate(seed=7), generate(seed=7), generate(seed=8)
    assert one.x.tobytes() == two.x.tobytes()
    assert one.y.tobytes() == two.y.tobytes()
    assert not np.array_equal(one.x, other.x)


@each
def test_noise_moves_targets_and_leaves_the_points(generate: Generator) -> None:
    clean, noisy = generate(), generate(noise=0.2)
    assert np.array_equal(clean.x, noisy.x)
    assert (clean.y != noisy.y).any()


@each
def test_targets_are_one_number_a_sample(generate: Generator) -> None:
    data = generate(n=31)
    assert data.kind == Values((1,))
    assert data.y.shape == (31, 1)
    assert data.y.dtype == np.float32
    assert data.class_names == ()


@pytest.mark.parametrize("generate", [plane, gauss_bumps])
def test_surfaces_fill_playgrounds_square(generate: Generator) -> None:
    data = generate()
    assert data.x.shape == (1200, 2)
    assert 5.9 < np.abs(data.x).max() <= 6


def test_a_plane_is_a_tenth_of_the_sum() -> None:
    data = plane()
    np.testing.assert_allclose(data.y[:, 0], data.x.sum(axis=1) / 10, atol=1e-6)


def test_plane_noise_reads_the_target_beside_the_point() -> None:
    moved = plane(noise=0.5).y - plane().y
    # The sum of two even draws within ±6 · 0.5, divided by 10.
    assert np.abs(moved).max() <= 0.6 + 1e-6
    assert moved.std() == pytest.approx(0.3 * np.sqrt(2 / 3), rel=0.06)


CENTRES = {
    (-4, 2.5): 1, (0, 2.5): -1, (4, 2.5): 1,
    (-4, -2.5): -1, (0, -2.5): 1, (4, -2.5): -1,
}  # fmt: skip


def test_bumps_are_cones_of_height_1_and_radius_2() -> None:
    data = gauss_bumps()
    expected = np.zeros(len(data.x))
    for centre, sign in CENTRES.items():
        distance = np.hypot(*(data.x.astype(float) - centre).T)
        height = np.maximum(1 - distance / 2, 0)
        stronger = height > np.abs(expected)
        expected[stronger] = sign * height[stronger]
    np.testing.assert_allclose(data.y[:, 0], expected, atol=1e-6)


def test_near_a_centre_a_bump_has_its_sign_and_far_from_all_it_is_flat() -> None:
    data = gauss_bumps(n=5000)
    for centre, sign in CENTRES.items():
        nearest = np.hypot(*(data.x - centre).T).argmin()
        assert data.y[nearest, 0] == pytest.approx(sign, abs=0.1)
    corner = (np.abs(data.x) > 5).all(axis=1)
    assert corner.any()
    assert (data.y[corner] == 0).all()


def test_a_sine_is_the_sine_of_its_input() -> None:
    data = sine()
    assert data.input_names == ("x",)
    assert data.x.shape == (200, 1)
    assert np.abs(data.x).max() <= np.float32(np.pi)
    np.testing.assert_allclose(data.y, np.sin(data.x.astype(float)), atol=1e-6)


def test_a_line_has_its_slope_and_intercept() -> None:
    data = line(slope=-3, intercept=0.5)
    assert data.x.shape == (100, 1)
    np.testing.assert_allclose(data.y, -3 * data.x + 0.5, atol=1e-6)


@pytest.mark.parametrize("generate", [sine, line])
def test_noise_of_a_curve_is_a_standard_deviation(generate: Generator) -> None:
    moved = generate(n=5000, noise=0.3).y - generate(n=5000).y
    assert moved.std() == pytest.approx(0.3, rel=0.05)
