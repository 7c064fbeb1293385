"""How often panels are painted: times are given."""

from tui_nn.app.pacing import LONGEST_S, REST_S, SHARE, Pacing


def test_what_took_long_to_paint_comes_again_later() -> None:
    pacing = Pacing()
    for _ in range(2):
        pacing.painted(5, 10.0, 10.004)
        pacing.painted(8, 10.0, 10.0)
    again = 10.0 + 0.004 / SHARE
    assert not pacing.is_due(5, again - 0.001)
    assert pacing.is_due(5, again + 0.001)
    assert pacing.is_due(8, 10.0)


def test_what_took_long_once_comes_again_as_soon_as_ever() -> None:
    pacing = Pacing()
    pacing.painted(8, 10.0, 10.5)
    assert pacing.is_due(8, 10.5)
    pacing.painted(8, 11.0, 11.001)
    assert pacing.is_due(8, 11.0 + 0.001 / SHARE + 0.001)
    pacing.painted(8, 12.0, 12.9)
    assert pacing.is_due(8, 12.0 + 0.001 / SHARE + 0.001)


def test_the_dearest_panel_waits_for_no_more_than_a_second() -> None:
    pacing = Pacing()
    for began in (10.0, 11.0):
        pacing.painted(5, began, began + 0.2)
    assert not pacing.is_due(5, 11.0 + LONGEST_S - 0.001)
    assert pacing.is_due(5, 11.0 + LONGEST_S + 0.001)


def test_what_is_forgotten_is_due_at_once() -> None:
    pacing = Pacing()
    for panel in (5, 6, 5, 6):
        pacing.painted(panel, 10.0, 11.0)
    pacing.forget((5, 7))
    assert (pacing.is_due(5, 10.1), pacing.is_due(6, 10.1)) == (True, False)


def test_a_terminal_that_is_behind_is_given_time() -> None:
    pacing = Pacing()
    assert not pacing.is_held(10.0)
    pacing.is_behind(10.0)
    assert pacing.is_held(10.0 + 0.9 * REST_S)
    assert not pacing.is_held(10.0 + 1.1 * REST_S)
