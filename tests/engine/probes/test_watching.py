from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import pytest

from tui_nn.engine.probes.watching import PURSE_S, SHARE, Key, Moment, Watches
from tui_nn.spec.protocol import Phase
from tui_nn.spec.protocol.frames import (
    Activations,
    Confusion,
    Curves,
    LayerPass,
    Layers,
    Map,
    Metrics,
    Predictions,
    Probes,
    TrainingStep,
    Weights,
)

BLOCK_S = 0.01


def moment(step: int, phase: Phase = Phase.EVALUATE, branch: int = 0) -> Moment:
    return Moment(branch, step, phase)


@dataclass
class Loop:
    """A training loop that looks up every 10 ms, and pays for looks in its own time."""

    watches: Watches = field(default_factory=Watches)
    costs: Mapping[Key, float] = field(default_factory=dict)
    now: float = 100.0
    step: int = 0
    acknowledges: bool = True
    frames: Counter[Key] = field(default_factory=Counter)
    spent_s: float = 0.0
    order: list[Key] = field(default_factory=list)

    def watch(self, *probes: Probes, rate: float = 1000.0) -> None:
        for index, probe in enumerate(probes):
            self.watches.add((0, index), probe, rate)

    def turn(self, *, running: bool = True) -> list[Key]:
        at = moment(self.step)
        sent = []
        for watch in self.watches.due(self.now, at, running=running):
            cost = self.costs.get(watch.key, 0.001)
            self.now += cost
            self.spent_s += cost
            number = self.watches.sent(watch.key, self.now, at, cost)
            self.frames[watch.key] += 1
            sent.append(watch.key)
            if self.acknowledges:
                self.watches.seen(watch.key, number)
        self.order += sent
        return sent

    def run(self, seconds: float) -> None:
        end = self.now + seconds
        while self.now < end:
            self.step += 10
            self.now += BLOCK_S
            self.turn()


def test_a_new_watch_is_due_at_once() -> None:
    for running in (True, False):
        loop = Loop()
        loop.watch(Curves(), Predictions())
        assert loop.turn(running=running) == [(0, 0), (0, 1)]


def test_stopped_each_moment_is_shown_once_whatever_it_costs() -> None:
    loop = Loop(costs={(0, 0): 60.0, (0, 1): 0.001})
    loop.watch(Map(), Curves(), rate=0.01)
    assert len(loop.turn(running=False)) == 2
    assert loop.turn(running=False) == []
    loop.step += 1
    assert len(loop.turn(running=False)) == 2
    assert loop.turn(running=False) == []


@pytest.mark.parametrize(
    "other", [moment(6), moment(5, Phase.FORWARD), moment(5, branch=1)], ids=str
)
def test_another_branch_step_or_phase_is_another_moment(other: Moment) -> None:
    watches = Watches()
    watches.add((0, 1), Layers(), 20.0)
    watches.seen((0, 1), watches.sent((0, 1), 0.0, moment(5), 0.1))
    assert watches.due(0.001, moment(5), running=False) == []
    assert len(watches.due(0.001, other, running=False)) == 1


@pytest.mark.parametrize("running", [True, False])
def test_a_moment_that_became_another_is_shown_again(running: bool) -> None:
    loop = Loop()
    loop.watch(Map(), Confusion())
    loop.turn(running=running)
    assert loop.turn(running=running) == []
    loop.watches.renew()
    assert loop.turn(running=running) == [(0, 0), (0, 1)]
    assert loop.turn(running=running) == []


def test_the_cheapest_comes_first() -> None:
    loop = Loop(costs={(0, 0): 0.3, (0, 1): 0.001, (0, 2): 0.02})
    loop.watch(Map(), Curves(), Layers())
    loop.turn(running=False)
    loop.step += 1
    assert loop.turn(running=False) == [(0, 1), (0, 2), (0, 0)]


@pytest.mark.parametrize("running", [True, False])
def test_a_frame_waits_until_the_last_one_was_seen(running: bool) -> None:
    loop = Loop(acknowledges=False)
    loop.watch(Curves())
    loop.turn(running=running)
    for _ in range(20):
        loop.now += 1
        loop.step += 1
        assert loop.turn(running=running) == []
    loop.watches.seen((0, 0), 2)  # not sent yet
    loop.watches.seen((0, 0), 0)
    assert loop.turn(running=running) == []
    loop.watches.seen((0, 0), 1)
    assert loop.turn(running=running) == [(0, 0)]


@pytest.mark.parametrize(
    ("probe", "rate", "wanted"),
    [
        (Curves(), 1000, 20),
        (Layers(), 1000, 20),
        (Metrics(), 1000, 20),
        (Layers(), 3, 3),
        (Map(), 1000, 5),
        (Activations(), 1000, 5),
        (Weights(tensor="0.weight"), 2, 2),
    ],
)
def test_frames_come_no_faster_than_probe_and_watch_allow(
    probe: Probes, rate: float, wanted: int
) -> None:
    loop = Loop(costs={(0, 0): 0.0001})
    loop.watch(probe, rate=rate)
    loop.run(10)
    # A loop that looks up every 10 ms is late by up to one of them each time.
    assert wanted * 10 * 0.8 <= loop.frames[(0, 0)] <= wanted * 10 + 1


def test_mistakes_and_confusion_come_once_an_evaluation() -> None:
    loop = Loop(costs={(0, 0): 0.0001, (0, 1): 0.0001})
    loop.watch(Predictions(), Confusion())
    loop.run(5)
    assert loop.frames == {(0, 0): 1, (0, 1): 1}
    for _ in range(3):
        loop.watches.evaluated()
        loop.run(1)
    assert loop.frames == {(0, 0): 4, (0, 1): 4}


def test_nothing_is_shown_twice_while_training_waits_for_its_pace() -> None:
    loop = Loop(costs={(0, 0): 0.0})
    loop.watch(Curves())
    for _ in range(200):
        loop.now += 0.01
        loop.turn()
    assert loop.frames[(0, 0)] == 1


MIXED = {(0, 0): 0.0002, (0, 1): 0.004, (0, 2): 0.05, (0, 3): 0.4}


def test_watching_costs_its_share_of_a_minute_and_no_more() -> None:
    loop = Loop(costs=MIXED)
    loop.watch(Curves(), Layers(), Map(), Metrics())
    loop.run(60)
    first = sum(MIXED.values())
    assert loop.spent_s <= SHARE * 60 + first + 4 * PURSE_S
    assert loop.spent_s >= 0.7 * SHARE * 60


def test_the_cheap_come_often_and_the_dear_seldom_but_they_come() -> None:
    loop = Loop(costs=MIXED)
    loop.watch(Curves(), Layers(), Map(), Metrics())
    loop.run(120)
    curves, layers, some_map, metrics = (loop.frames[(0, index)] for index in range(4))
    assert curves > 120 * 14
    assert layers > 120 * 1.5
    assert some_map > 120 * 0.1
    assert metrics >= 3


def test_what_the_cheap_leave_goes_to_the_dear() -> None:
    alone, beside = Loop(costs={(0, 0): 0.3}), Loop(costs={(0, 0): 0.3, (0, 1): 0.00001})
    alone.watch(Map())
    beside.watch(Map(), Curves())
    alone.run(100)
    beside.run(100)
    assert alone.frames[(0, 0)] >= 9
    assert beside.frames[(0, 0)] >= alone.frames[(0, 0)] - 1


def test_one_slow_look_does_not_silence_a_watch() -> None:
    loop = Loop(costs={(0, 0): 0.001})
    loop.watch(Curves())
    loop.run(1)
    loop.costs = {(0, 0): 2.0}
    loop.run(0.1)
    loop.costs = {(0, 0): 0.001}
    before = loop.frames[(0, 0)]
    loop.run(2)
    assert loop.frames[(0, 0)] - before > 25


def test_a_look_that_has_become_dear_is_paid_for() -> None:
    loop = Loop(costs={(0, 0): 0.0001})
    loop.watch(Curves())
    loop.run(1)
    loop.costs = {(0, 0): 0.1}
    before = loop.spent_s
    loop.run(60)
    assert loop.spent_s - before < SHARE * 60 + 0.3


def test_looks_of_a_stop_are_free() -> None:
    loop = Loop(costs={(0, 0): 0.02})
    loop.watch(Layers())
    loop.run(2)
    for _ in range(50):
        loop.step += 1
        assert len(loop.turn(running=False)) == 1
    before = loop.frames[(0, 0)]
    loop.run(5)
    assert loop.frames[(0, 0)] - before >= 5


def test_time_that_stands_still_or_leaps_fills_no_purse_beyond_its_size() -> None:
    loop = Loop(costs={(0, 0): 0.01})
    loop.watch(Layers())
    loop.run(1)
    loop.now += 10_000
    before = loop.spent_s
    loop.run(1)
    assert loop.spent_s - before <= PURSE_S + SHARE + 0.01


def test_a_watch_that_is_gone_is_not_due() -> None:
    watches = Watches()
    for key in ((1, 1), (1, 2), (2, 1)):
        watches.add(key, Curves(), 20.0)
    watches.remove((1, 1))
    watches.remove((9, 9))
    watches.seen((9, 9), 1)
    assert [w.key for w in watches.due(0.0, moment(0), running=True)] == [(1, 2), (2, 1)]
    watches.leave(1)
    assert [w.key for w in watches.due(0.0, moment(0), running=True)] == [(2, 1)]
    assert watches.sent((1, 2), 0.0, moment(0), 0.1) == 0
    assert len(watches) == 1


def test_a_replaced_watch_goes_on_counting_and_waits_for_no_old_frame() -> None:
    watches = Watches()
    watches.add((0, 0), Curves(), 20.0)
    assert watches.sent((0, 0), 0.0, moment(0), 0.1) == 1
    watches.add((0, 0), Map(), 20.0)
    [watch] = watches.due(0.0, moment(0), running=True)
    assert watch.probe == Map()
    assert watches.sent((0, 0), 0.0, moment(0), 0.1) == 2
    watches.seen((0, 0), 1)
    assert watches.due(9.0, moment(1), running=False) == []


@pytest.mark.parametrize(
    ("probe", "wants"),
    [(Layers(), True), (Weights(tensor="0.weight"), True), (Curves(), False), (Map(), False)],
)
def test_only_what_shows_an_update_wants_the_parameters_before_it(
    probe: Probes, wants: bool
) -> None:
    watches = Watches()
    assert not watches.wants_before(0.0, running=True)
    watches.add((0, 0), probe, 20.0)
    assert watches.wants_before(0.0, running=True) is wants
    assert watches.wants_before(0.0, running=False) is wants


@pytest.mark.parametrize(
    ("probe", "waits"),
    [(Layers(), True), (Weights(tensor="0.weight"), True), (Curves(), False), (Map(), False)],
)
def test_while_running_an_update_is_shown_only_where_the_parameters_before_it_are_known(
    probe: Probes, waits: bool
) -> None:
    watches = Watches()
    watches.add((0, 0), probe, 20.0)
    due = watches.due(0.0, moment(1), running=True, has_before=False)
    assert [watch.probe for watch in due] == ([] if waits else [probe])
    assert len(watches.due(0.0, moment(1), running=True, has_before=True)) == 1
    assert len(watches.due(0.0, moment(1), running=False, has_before=False)) == 1


def test_the_parameters_before_are_wanted_only_where_a_frame_will_follow() -> None:
    loop = Loop(costs={(0, 0): 0.001})
    loop.watch(Layers())
    loop.turn()
    assert not loop.watches.wants_before(loop.now, running=True)  # its rate
    assert loop.watches.wants_before(loop.now, running=False)
    wanted = 0
    for _ in range(500):
        loop.step += 1
        loop.now += BLOCK_S
        before = loop.watches.wants_before(loop.now, running=True)
        sent = loop.turn()
        wanted += before
        assert not before or sent == [(0, 0)]
    assert wanted >= 50


def test_what_is_ready_waits_for_the_step_whose_update_is_shown() -> None:
    watches = Watches()
    watches.add((0, 0), Curves(), 20.0)
    watches.add((0, 1), TrainingStep(), 20.0)
    assert watches.due(0.0, moment(1), running=True, has_before=False) == []
    due = watches.due(0.001, moment(2), running=True, has_before=True)
    assert [watch.key for watch in due] == [(0, 0), (0, 1)]


def test_where_training_stands_next_the_parameters_before_are_wanted_whatever_was_seen() -> None:
    watches = Watches()
    watches.add((0, 0), Layers(), 20.0)
    watches.sent((0, 0), 0.0, moment(1), 0.001)
    assert not watches.wants_before(9.0, running=True)  # its frame was not seen yet
    assert watches.wants_before(9.0, running=False)


def test_a_watch_at_the_pace_of_training_gets_every_step() -> None:
    loop = Loop(costs={(0, 0): 0.0})
    loop.watch(Curves())
    for step in range(1, 200):
        loop.step, loop.now = step, 1e6 + step * 0.05
        assert loop.turn() == [(0, 0)]


def test_what_fits_into_the_pause_of_a_pace_is_free() -> None:
    watches = Watches()
    watches.add((0, 0), Map(), 5.0)
    watches.add((0, 1), Metrics(), 20.0)
    shown = []
    for step in range(1, 40):
        due = watches.due(step, moment(step), running=True, spare_s=0.25)
        shown.append([watch.key for watch in due])
        for watch in due:
            cost = {(0, 0): 0.2, (0, 1): 0.1}[watch.key]
            watches.seen(watch.key, watches.sent(watch.key, step, moment(step), cost))
    assert all((0, 1) in keys for keys in shown)
    assert shown[0] == [(0, 0), (0, 1)]
    assert 0 < sum((0, 0) in keys for keys in shown[1:]) < 10  # both together do not fit


def test_another_layer_that_is_lit_is_news_only_to_who_follows_it() -> None:
    watches = Watches()
    probes: tuple[Probes, ...] = (LayerPass(), LayerPass(layer="2"), Curves())
    for key, probe in enumerate(probes):
        watches.add((0, key), probe, 20.0)
    at = Moment(0, 1, Phase.FORWARD, 1, "0")
    for watch in watches.due(1.0, at, running=False):
        watches.seen(watch.key, watches.sent(watch.key, 1.0, at, 0.001))
    assert watches.due(1.0, at, running=False) == []
    due = watches.due(1.0, replace(at, layer="1"), running=False)
    assert [watch.key for watch in due] == [(0, 0)]
