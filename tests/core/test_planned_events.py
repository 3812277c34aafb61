"""Planned events of a run, by the index of the first epoch after them."""

import math

from traindx.core.history import history_of
from traindx.core.planned_events import events, events_at
from traindx.core.timeline import timeline_of


def run(rates, **settings):
    return history_of([{"train/loss": 1.0, "lr/0": rate} for rate in rates], **settings)


def test_the_end_of_the_warm_up_is_known_from_the_settings():
    assert events(run([0.1] * 10, warmup_epochs=2.5)) == {3: "the warm-up ended (warmup_epochs=2.5)"}


def test_a_milestone_and_a_restart_are_seen_in_the_rate():
    found = events(run([0.1] * 5 + [0.01] * 5 + [0.1] * 5))
    assert found == {5: "the rate stepped from 0.1 to 0.01", 10: "the rate restarted, 0.01 to 0.1"}


def test_a_cosine_to_zero_has_no_milestone():
    rates = [0.05 * (1 + math.cos(math.pi * i / 50)) for i in range(50)]
    assert events(run(rates)) == {}


def test_mosaic_closes_that_many_epochs_before_the_planned_end():
    counted_from_one = history_of([{"train/box": 1.0}] * 50, planned_epochs=50, mosaic_closes=10)
    assert events(counted_from_one) == {40: "mosaic was closed (close_mosaic=10)"}
    counted_from_zero = history_of(
        [{"epoch": i, "train/box": 1.0} for i in range(50)], planned_epochs=50, mosaic_closes=10
    )
    assert list(events(counted_from_zero)) == [40]
    assert events(history_of([{"train/box": 1.0}] * 30, planned_epochs=50, mosaic_closes=10)) == {}


def test_an_epoch_after_an_event_still_belongs_to_it():
    history = run([0.1] * 5 + [0.01] * 5)
    assert events_at(history, 5) == events_at(history, 6) != events_at(history, 7) == ()


def test_the_timeline_of_a_log_has_the_closing_of_mosaic_at_the_same_epoch():
    for first in (0, 1):
        rows = [{"epoch": first + i, "train/box": 1.0} for i in range(50)]
        history = history_of(rows, planned_epochs=50, mosaic_closes=10)
        assert [h.at for h in timeline_of({"history": history})] == [int(history.epoch[i]) for i in events(history)]
