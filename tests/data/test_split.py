from dataclasses import replace

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tui_nn.data.clouds import circle, spiral
from tui_nn.data.dataset import Dataset
from tui_nn.data.gates import and_gate
from tui_nn.data.regression import sine
from tui_nn.data.split import Split, split
from tui_nn.data.tables import diabetes, wine
from tui_nn.spec.errors import InvalidInput
from tui_nn.spec.targets import Classes, Values

shares = st.floats(0, 1, exclude_max=True)
seeds = st.integers(0, 2**63 - 1)
labels = st.lists(st.integers(0, 4), min_size=2, max_size=120)


def classes(y: list[int]) -> Dataset:
    x = np.arange(len(y), dtype=np.float32)[:, None]
    return Dataset(x=x, y=np.array(y, np.int64), kind=Classes(5))


def possible(n: int, share: float) -> bool:
    size = round(n * share)
    return size < n and (size > 0 or share == 0)


def check_parts(parts: Split, dataset: Dataset, share: float) -> None:
    n = len(dataset.x)
    both = np.concatenate([parts.train_indices, parts.val_indices])
    assert sorted(both.tolist()) == list(range(n))
    assert len(parts.val_indices) == round(n * share)
    for part, indices in ((parts.train, parts.train_indices), (parts.val, parts.val_indices)):
        assert (np.diff(indices) > 0).all()
        if part is None:
            assert not len(indices)
        else:
            assert np.array_equal(part.x, dataset.x[indices])
            assert np.array_equal(part.y, dataset.y[indices])


@given(labels, shares, seeds)
def test_parts_share_no_sample_and_leave_none_out(y: list[int], share: float, seed: int) -> None:
    dataset = classes(y)
    if possible(len(y), share):
        check_parts(split(dataset, share, seed), dataset, share)
    else:
        with pytest.raises(InvalidInput):
            split(dataset, share, seed)


@given(labels, shares, seeds)
@example([0, 0, 1], 0.3, 0)
@example([0] * 4 + [1] * 4 + [2], 0.25, 0)
@example([0] * 3 + [1] * 3 + [2] * 2 + [3], 1 / 3, 0)
def test_each_class_keeps_its_share_to_the_nearest_sample(
    y: list[int], share: float, seed: int
) -> None:
    if not possible(len(y), share):
        return
    dataset = classes(y)
    total = round(len(y) * share)
    drawn = np.bincount(dataset.y[split(dataset, share, seed).val_indices], minlength=5)
    exact = total * np.bincount(dataset.y, minlength=5) / len(y)
    assert drawn.sum() == total
    assert (np.abs(drawn - exact) < 1).all()


def test_the_largest_remainders_get_the_samples_left_over() -> None:
    # 3 of 10: exact shares are 1.8, 0.9 and 0.3.
    dataset = classes([0] * 6 + [1] * 3 + [2])
    chosen = split(dataset, 0.3, seed=0).val_indices
    assert np.bincount(dataset.y[chosen], minlength=3).tolist() == [2, 1, 0]


@given(shares, seeds)
def test_values_are_split_without_strata(share: float, seed: int) -> None:
    dataset = sine(n=40)
    if possible(40, share):
        check_parts(split(dataset, share, seed), dataset, share)


@pytest.mark.parametrize("dataset", [circle(), sine()], ids=["classes", "values"])
def test_the_seed_alone_decides_who_is_drawn(dataset: Dataset) -> None:
    one, two, other = (split(dataset, 0.2, seed).val_indices for seed in (5, 5, 6))
    assert np.array_equal(one, two)
    assert not np.array_equal(one, other)


def test_the_draw_does_not_repeat_the_numbers_that_made_the_points() -> None:
    ranks = np.random.default_rng(0).permutation(40)[:10]
    assert not np.array_equal(split(sine(n=40, seed=0), 0.25, 0).val_indices, np.sort(ranks))


def test_without_validation_all_samples_are_for_training() -> None:
    parts = split(and_gate(), 0, seed=0)
    assert parts.val is None
    assert parts.train_indices.tolist() == [0, 1, 2, 3]
    assert not len(parts.val_indices)


def test_points_go_with_their_samples() -> None:
    dataset = spiral(features=("x1^2", "x2^2"))
    parts = split(dataset, 0.2, seed=0)
    assert dataset.points is not None
    assert parts.train.points is not None
    assert np.array_equal(parts.train.points, dataset.points[parts.train_indices])


@pytest.mark.parametrize("share", [-0.1, 1, 1.5, float("nan"), 0.1, 0.9])
def test_a_share_that_cannot_be_is_refused_with_a_way_out(share: float) -> None:
    with pytest.raises(InvalidInput) as caught:
        split(and_gate(), share, seed=0)
    assert caught.value.where == "train.val"
    assert caught.value.hint


def test_inputs_are_standardised_by_the_training_part_alone() -> None:
    raw = wine(standardize=False)
    parts = split(wine(), 0.25, seed=3)
    training = raw.x[parts.train_indices].astype(np.float64)
    assert parts.scaling.mean is not None
    assert parts.scaling.scale is not None
    assert parts.val is not None
    np.testing.assert_allclose(parts.scaling.mean, training.mean(axis=0), rtol=1e-12)
    np.testing.assert_allclose(parts.scaling.scale, training.std(axis=0), rtol=1e-12)
    np.testing.assert_allclose(parts.train.x.mean(axis=0), 0, atol=1e-5)
    np.testing.assert_allclose(parts.train.x.std(axis=0), 1, atol=1e-5)
    expected = (raw.x[parts.val_indices] - parts.scaling.mean) / parts.scaling.scale
    np.testing.assert_allclose(parts.val.x, expected, rtol=1e-6)
    assert parts.train.x.dtype == parts.val.x.dtype == np.float32


def test_standardising_asks_nothing_of_a_dataset_that_does_not_ask_for_it() -> None:
    raw = wine(standardize=False)
    parts = split(raw, 0.25, seed=3)
    assert parts.scaling.mean is None
    assert parts.scaling.scale is None
    assert np.array_equal(parts.train.x, raw.x[parts.train_indices])
    assert np.array_equal(parts.scaling.prepare(raw.x), raw.x)


def test_standardised_parts_are_not_standardised_again() -> None:
    parts = split(wine(), 0.25, seed=3)
    assert split(parts.train, 0.25, seed=3).scaling.mean is None


def test_raw_inputs_are_prepared_as_the_parts_were() -> None:
    dataset = diabetes()
    parts = split(dataset, 0.2, seed=1)
    assert np.array_equal(parts.scaling.prepare(dataset.x)[parts.train_indices], parts.train.x)
    assert parts.val is not None
    assert np.array_equal(parts.scaling.prepare(dataset.x)[parts.val_indices], parts.val.x)


def test_targets_stay_in_their_own_units() -> None:
    dataset = diabetes()
    parts = split(dataset, 0.2, seed=1)
    assert np.array_equal(parts.train.y, dataset.y[parts.train_indices])


def test_a_constant_column_becomes_0_and_not_infinite() -> None:
    x = np.column_stack([np.full(9, 0.1), np.arange(9)]).astype(np.float32)
    dataset = Dataset(x=x, y=np.arange(9) % 2, kind=Classes(2), standardize=True)
    parts = split(dataset, 0, seed=0)
    assert parts.scaling.scale is not None
    assert parts.scaling.scale[0] == 1
    np.testing.assert_allclose(parts.train.x[:, 0], 0, atol=1e-6)


@given(labels, st.floats(0, 0.5), st.floats(0, 0.45), seeds)
def test_a_test_part_shares_no_sample_with_the_others(
    y: list[int], val: float, test: float, seed: int
) -> None:
    dataset = classes(y)
    if not (possible(len(y), val) and possible(len(y), test)):
        return
    if round(len(y) * val) + round(len(y) * test) >= len(y):
        return
    parts = split(dataset, val, seed, test)
    together = [parts.train_indices, parts.val_indices, parts.test_indices]
    assert sorted(np.concatenate(together).tolist()) == list(range(len(y)))
    assert len(parts.test_indices) == round(len(y) * test)
    assert np.array_equal(parts.val_indices, split(dataset, val, seed).val_indices)
    if parts.test is not None:
        assert np.array_equal(parts.test.y, dataset.y[parts.test_indices])


def test_a_test_part_keeps_the_shares_of_the_classes() -> None:
    parts = split(classes([0] * 60 + [1] * 30 + [2] * 10), 0.2, seed=1, test=0.2)
    assert parts.test is not None
    assert np.bincount(parts.test.y).tolist() == [12, 6, 2]


def test_parts_that_leave_nothing_for_training_are_refused() -> None:
    with pytest.raises(InvalidInput, match="leave none for training") as caught:
        split(classes([0, 1] * 5), 0.5, seed=0, test=0.5)
    assert caught.value.where == "train.test"


def set_apart() -> Dataset:
    x = np.arange(10, dtype=np.float32)[:, None]
    return Dataset(x=x, y=np.arange(10) % 2, kind=Classes(2), apart=3)


def test_what_the_data_sets_apart_is_the_validation_part() -> None:
    parts = split(set_apart(), 0, seed=0, test=2 / 7)
    assert parts.val_indices.tolist() == [7, 8, 9]
    assert len(parts.test_indices) == 2
    assert max(parts.test_indices) < 7
    assert parts.val is not None
    assert parts.val.x[:, 0].tolist() == [7, 8, 9]


def test_where_validation_is_drawn_what_the_data_sets_apart_is_the_test_part() -> None:
    parts = split(set_apart(), 2 / 7, seed=0)
    assert parts.test_indices.tolist() == [7, 8, 9]
    assert len(parts.val_indices) == 2
    assert max(parts.val_indices) < 7


def test_a_test_part_beside_one_that_comes_with_the_data_is_refused() -> None:
    with pytest.raises(InvalidInput, match="brings its own test part") as caught:
        split(set_apart(), 0.2, seed=0, test=0.2)
    assert caught.value.where == "train.test"


def with_own_test() -> Dataset:
    return replace(set_apart(), apart=2, apart_for_test=1)


def test_what_the_data_sets_apart_for_test_is_the_test_part() -> None:
    parts = split(with_own_test(), 0, seed=0)
    assert (parts.val_indices.tolist(), parts.test_indices.tolist()) == ([7, 8], [9])
    alone = split(replace(with_own_test(), apart=0), 0.25, seed=0)
    assert alone.test_indices.tolist() == [9]
    assert len(alone.val_indices) == 2


@pytest.mark.parametrize(("val", "test", "key"), [(0.2, 0, "train.val"), (0, 0.2, "train.test")])
def test_a_share_of_a_part_that_the_data_brings_along_is_refused(
    val: float, test: float, key: str
) -> None:
    with pytest.raises(InvalidInput, match="brings its own") as caught:
        split(with_own_test(), val, 0, test)
    assert caught.value.where == key


def with_missing(standardize: bool) -> Dataset:
    x = np.array([[1, 10], [np.nan, 20], [3, np.nan], [5, 30], [np.nan, 40]], np.float32)
    return Dataset(
        x=x, y=np.arange(5) % 2, kind=Classes(2), missing=3, standardize=standardize, apart=1
    )


def test_a_missing_value_becomes_the_mean_of_the_training_part() -> None:
    parts = split(with_missing(standardize=False), 0, seed=0)
    assert parts.train.x.tolist() == [[1, 10], [3, 20], [3, 20], [5, 30]]
    assert parts.val is not None
    assert parts.val.x.tolist() == [[3, 40]]
    assert parts.val.missing == 0


def test_a_missing_value_in_a_standardised_column_is_0() -> None:
    parts = split(with_missing(standardize=True), 0, seed=0)
    np.testing.assert_allclose(parts.train.x[1, 0], 0, atol=1e-6)
    np.testing.assert_allclose(parts.train.x.std(axis=0), 1, rtol=1e-6)


def test_a_column_missing_in_the_whole_training_part_becomes_0() -> None:
    x = np.array([[np.nan], [np.nan], [1]], np.float32)
    dataset = Dataset(x=x, y=np.array([0, 1, 0]), kind=Classes(2), missing=2, apart=1)
    assert split(dataset, 0, seed=0).train.x.tolist() == [[0], [0]]


def test_scaled_targets_have_mean_0_and_deviation_1_over_the_training_part() -> None:
    raw = diabetes()
    parts = split(replace(raw, standardize_target=True), 0.2, seed=1)
    assert parts.val is not None
    np.testing.assert_allclose(parts.train.y.mean(), 0, atol=1e-6)
    np.testing.assert_allclose(parts.train.y.std(), 1, rtol=1e-6)
    training = raw.y[parts.train_indices].astype(np.float64)
    expected = (raw.y[parts.val_indices] - training.mean()) / training.std()
    np.testing.assert_allclose(parts.val.y, expected, rtol=1e-5)


def test_differences_that_float32_can_not_hold_survive_standardising() -> None:
    wide = 1.7e9 + np.arange(8, dtype=np.float64)[:, None]
    dataset = Dataset(x=wide, y=wide, kind=Values((1,)), standardize=True, standardize_target=True)
    train = split(dataset, 0, seed=0).train
    expected = (np.arange(8) - 3.5) / np.arange(8).std()
    for found in (train.x, train.y):
        assert found.dtype == np.float32
        np.testing.assert_allclose(found[:, 0], expected, rtol=1e-6)


@pytest.mark.parametrize(("scale", "unit"), [(3.0, 3.0), (1.0, 1.0)])
def test_one_scaled_target_has_a_unit_and_several_have_none(scale: float, unit: float) -> None:
    y = scale * np.array([[-1], [1]], np.float32)
    one = Dataset(y, y, Values((1,)), standardize_target=True)
    assert split(one, 0, seed=0).scaling.unit == unit
    two = replace(one, y=np.hstack([y, 7 * y]), kind=Values((2,)))
    assert split(two, 0, seed=0).scaling.unit == 1


@given(seeds)
def test_the_only_sample_of_a_class_is_for_training(seed: int) -> None:
    dataset = classes([0] * 33 + [1] * 33 + [2])
    parts = split(dataset, 0.5, seed, test=0.2)
    assert 66 in parts.train_indices
