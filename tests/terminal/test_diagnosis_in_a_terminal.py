"""What is wrong is read, treated by one key and seen to be gone, in a real terminal."""

import re

import pytest

from tests.terminal.screen import shown


@pytest.mark.slow
def test_ten_sigmoids_are_diagnosed_treated_and_learn() -> None:
    with shown("vanishing-gradient", "--no-save") as child:
        child.until("train 200")
        child.send("e")
        child.until("epoch 1 of 50")
        child.send("i")
        child.until("0 Linear vanishes: |gradient| is")
        child.send("1")
        child.until("u takes it back")
        child.send("u")
        child.until("undone")
        child.until("0 Linear vanishes: |gradient| is")
        child.send("1")
        child.until("u takes it back")
        child.send("q")
        child.until("step 0 ")
        child.send(" ")
        child.until(lambda text: re.search(r"train accuracy (9\d|100)", text) is not None)
        child.send("q")
        child.until("n don't save")
        child.send("n")
        assert child.ended() == 0


@pytest.mark.slow
def test_a_rate_of_a_million_is_explained_and_the_training_saved_by_one_key() -> None:
    with shown("diabetes-regression", "optimizer=SGD(lr=1e6)", "--no-save") as child:
        child.until("step 0 ")
        child.send(" ")
        child.until("Diverged in step 2")
        child.until("i what helps")
        child.send("i")
        child.until("Before: largest")
        child.send("\r")
        child.until("u takes it back")
        child.send("q")
        child.until("step 0 ")
        child.send(" ")
        child.until(lambda text: re.search(r" (done|goal) ", text) is not None)
        child.send("q")
        assert child.ended() == 0
