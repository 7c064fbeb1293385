from dataclasses import replace

import numpy as np

from tui_nn.data.clouds import spiral
from tui_nn.data.dataset import Dataset
from tui_nn.data.describe import describe
from tui_nn.data.gates import not_gate
from tui_nn.data.split import split
from tui_nn.data.tables import diabetes, digits, edges, wine
from tui_nn.data.tokens import modular_addition
from tui_nn.spec.targets import Values


def lines(dataset: Dataset, val: float = 0.2) -> list[str]:
    return describe(dataset, split(dataset, val, seed=0))


def test_points_are_told_with_classes_ranges_and_parts() -> None:
    assert lines(spiral()) == [
        "500 points, each 2 inputs",
        "2 classes: 0 (250), 1 (250)",
        "inputs: x1 (-4.975 to 4.975), x2 (-4.309 to 4.309)",
        "train 400, val 100",
    ]


def test_a_table_is_told_with_its_extreme_columns_scaling_and_source() -> None:
    assert lines(wine()) == [
        "178 samples, each 13 inputs",
        "3 classes: class 0 (59), class 1 (71), class 2 (48)",
        "inputs: narrowest nonflavanoid phenols (0.13 to 0.66), widest proline (278 to 1,680)",
        "train 142, val 36",
        "standardised: each input has mean 0 and deviation 1 over the training part",
        "source: Wine, M. Forina et al., UCI, 1991",
    ]


def test_a_raw_table_is_not_called_standardised() -> None:
    assert not any("standardised" in line for line in lines(wine(standardize=False)))


def test_numbers_to_be_met_are_told_with_their_range() -> None:
    assert "target: 1 value, 25 to 346" in lines(diabetes())
    assert "target: 1x8x8 values, -4 to 4" in lines(edges())


def test_pictures_are_told_by_size_and_without_columns() -> None:
    told = lines(digits())
    assert told[0] == "1,797 pictures, each 1x8x8 inputs"
    assert told[2:4] == ["inputs: 0 to 1", "train 1,438, val 359"]


def test_64_columns_stay_one_line() -> None:
    assert lines(digits(flat=True))[2].count("pixel") == 2


def test_a_missing_validation_part_is_said() -> None:
    assert lines(not_gate(), val=0) == [
        "2 rows, each 1 input",
        "2 classes: 0 (1), 1 (1)",
        "inputs: x1 (0 to 1)",
        "train 2, no validation part",
    ]


def test_tokens_are_counted_and_have_no_range() -> None:
    assert lines(modular_addition()) == [
        "529 pairs, each 2 tokens of 23",
        "23 classes: 0 (23), 1 (23), 2 (23), …, 22 (23)",
        "train 423, val 106",
        "source: Grokking, A. Power et al., 2022",
    ]


def test_missing_values_are_counted_and_leave_the_ranges_alone() -> None:
    data = diabetes()
    x = data.x.copy()
    x[0, 0] = np.nan
    told = lines(replace(data, x=x, missing=1))
    assert told[2] == lines(data)[2]
    assert "missing: 1 value, each the mean of the training part" in told


def test_a_column_without_any_value_is_said_to_be_missing() -> None:
    x = spiral().x.copy()
    x[:, 1] = np.nan
    told = lines(replace(spiral(), x=x, missing=500))
    assert told[2] == "inputs: x1 (-4.975 to 4.975), x2 (all missing)"


def test_a_test_part_is_told() -> None:
    data = spiral()
    assert "train 300, val 100, test 100" in describe(data, split(data, 0.2, 0, 0.2))


def test_a_scaled_target_is_told_in_its_own_units() -> None:
    told = lines(replace(diabetes(), standardize_target=True))
    assert "target: 1 value, 25 to 346" in told
    assert any(line.startswith("target too") for line in told)


def test_a_range_has_as_many_digits_as_tell_its_ends_apart() -> None:
    wide = np.array([[1699999996.89], [1700000003.07]])
    told = lines(Dataset(x=wide, y=wide, kind=Values((1,))), val=0)
    assert "target: 1 value, 1,699,999,997 to 1,700,000,003" in told


def test_data_that_takes_much_memory_says_so() -> None:
    assert lines(digits(size=64))[0] == "1,797 pictures, each 1x64x64 inputs, 29 MB in memory"
