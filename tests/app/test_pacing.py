"""How often panels are painted: times are given."""

from tui_nn.app.pacing import REST_S, SHARE, Pacing


def test_what_took_long_to_paint_comes_again_later() -> None:
    pacing = Pacing()
    pacing.painted(5, 10.0, 10.004)
    pacing.painted(8, 10.0, 10.0)
    again = 10.0 + 0.004 / SHARE
    assert not pacing.is_due(5, again - 0.001)
    assert pacing.is_due(5, again + 0.001)
    assert pacing.is_due(8, 10.0)


def test_what_is_forgotten_is_due_at_once() -> None:
    pacing = Pacing()
    for panel in (5, 6):
        pacing.painted(panel, 10.0, 11.0)
    pacing.forget((5, 7))
    assert (pacing.is_due(5, 10.1), pacing.is_due(6, 10.1)) == (True, False)


def test_a_terminal_that_is_behind_is_given_time() -> None:
    pacing = Pacing()
    assert not pacing.is_held(10.0)
    pacing.is_behind(10.0)
    assert pacing.is_held(10.0 + 0.9 * REST_S)
    assert not pacing.is_held(10.0 + 1.1 * REST_S)
