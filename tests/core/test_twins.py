"""What the losses of twins say: labels against one another's, what is lost by a change, which trials are planned."""

from __future__ import annotations

import math

import numpy as np
import pytest

from traindx.checks.twins.labels_fit_no_better_than_others import labels_fit_no_better_than_others
from traindx.core.check import NotEnough
from traindx.core.tryout import Tryouts
from traindx.core.twin_plan import Seen, Trial, planned, wanted_batches
from traindx.core.twins import Gap, Twin, Twins, gap, hidden, pairing, unsettled, unused
from traindx.core.twins_examples import NOT_FINITE, plain_and, with_twins
from traindx.core.twins_read import twins_from
from traindx.core.twins_words import COLUMNS, twins_overview


def of(tryouts: Tryouts) -> Twins:
    """The twins alone."""
    assert tryouts.twins is not None
    return tryouts.twins


def drawn(random: np.random.Generator, gain: float, batches: int, orders: int) -> Twins:
    """Batches whose own order is one of many, but for what was gained by learning."""
    twins = []
    for b in range(batches):
        level = 2.3 + random.normal(0, 0.5)
        twins.append(Twin("base", "later", b, level - gain + random.normal(0, 0.1)))
        twins += [Twin("shuffled", "later", b, level + random.normal(0, 0.1)) for _ in range(orders)]
    return Twins(tuple(twins))


@pytest.mark.parametrize(("batches", "orders"), [(1, 6), (2, 3), (8, 1)])
def test_labels_that_say_nothing_seldom_seem_to_belong(batches: int, orders: int) -> None:
    random = np.random.default_rng(0)
    found = [pairing(drawn(random, 0.0, batches, orders)) for _ in range(400)]
    assert sum(p is not None and p.belongs for p in found) <= 12


@pytest.mark.parametrize(("batches", "orders"), [(1, 6), (2, 3), (8, 1)])
def test_labels_that_are_learned_belong(batches: int, orders: int) -> None:
    random = np.random.default_rng(1)
    found = [pairing(drawn(random, 1.0, batches, orders)) for _ in range(100)]
    assert sum(p is not None and p.belongs for p in found) >= 95


def test_labels_that_the_loss_does_not_use_are_not_judged() -> None:
    twins = [Twin("base", "later", b, 0.5) for b in (0, 1)]
    twins += [Twin("shuffled", "later", b, 0.5) for b in (0, 1) for _ in range(3)]
    assert pairing(Twins(tuple(twins))) is None


def test_a_loss_that_is_not_finite_is_not_judged() -> None:
    assert pairing(of(with_twins(later={"base": NOT_FINITE}))) is None
    assert gap(of(with_twins(later={"base": NOT_FINITE, "running": 2.0})), "running") is None


def test_what_is_lost_is_a_share_of_what_was_learned() -> None:
    found = gap(of(with_twins(later={"base": 0.8, "start": 2.3, "running": 1.55})), "running")
    assert found is not None and found.lost == pytest.approx(0.5)
    assert math.isnan(Gap(base=2.4, nothing=2.3, changed=3.0).lost)


def test_a_network_that_is_too_sure_of_itself_has_learned_what_tells_labels_apart() -> None:
    found = gap(of(with_twins(later={"base": 2.3, "start": 2.4, "running": 1e6}, shuffled=8.0)), "running")
    assert found is not None and found.nothing == pytest.approx(8.0, abs=0.1) and found.lost > 1
    unsure = gap(of(with_twins(later={"base": 2.3, "start": 2.4, "running": 1e6}, shuffled=2.3)), "running")
    assert unsure is not None and unsure.nothing == pytest.approx(2.4, abs=0.1)


def test_dropout_hides_what_the_weights_have_learned_and_not_what_it_costs_by_itself() -> None:
    found = hidden(of(with_twins(later={"base": 2.0, "no_dropout": 0.8})))
    assert found is not None and found.learned and found.shows == pytest.approx(0.2)
    costly = hidden(of(with_twins(later={"start": 4.9, "base": 9.0, "no_dropout": 3.6})))
    assert costly is not None and not costly.learned


def test_a_loss_that_fell_to_what_held_back_samples_have_was_not_learned_by_heart() -> None:
    falling = tuple(14.0 - 0.07 * i for i in range(110))
    facts = {"tryouts": with_twins(later={"base": 5.2, "start": 14.0}, shuffled=5.3, losses=falling)}
    with pytest.raises(NotEnough, match="too little was learned"):
        list(labels_fit_no_better_than_others(facts))


def test_zeros_that_change_the_gradients_alone_are_seen() -> None:
    same = {"zeroed": 2.31}
    assert unused(of(with_twins(same, {"zeroed": 0.8}, apart=0.0))) == "later"
    assert unused(of(with_twins(same, {"zeroed": 0.8}, apart=0.5))) == ""


def test_a_quarter_of_an_epoch_is_held_back_at_most_and_one_batch_at_the_least() -> None:
    assert [wanted_batches(32, n) for n in (None, 100, 6, 1)] == [2, 2, 1, 1]
    assert [wanted_batches(n, 1000) for n in (1, 2, 8, 16, 256)] == [8, 8, 4, 2, 2]


def test_only_what_there_is_is_tried() -> None:
    bare = {t.kind for moment in ("first", "later") for t in planned(moment, Seen(2, 32))}
    assert bare == {"base", "repeat", "zeroed", "shuffled", "start"}
    rich = Seen(2, 32, "bfloat16", "cuda", 20, True, 3, True, True)
    kinds = {t.kind for moment in ("first", "later") for t in planned(moment, rich)}
    assert kinds >= {"full", "processor", "swapped", "undone", "running", "refreshed", "no_dropout", "average"}
    assert Trial("shuffled", "later", 1, 2) in planned("later", rich)
    assert not [t for t in planned("later", Seen(8, 1)) if t.kind == "shuffled"]


def test_a_momentum_tells_what_is_left_of_new_statistics() -> None:
    assert unsettled(of(with_twins(momentum=0.1)), 100) < 1e-4
    assert unsettled(of(with_twins(momentum=0.0)), 100) == 1.0
    assert math.isnan(unsettled(of(with_twins(momentum=math.nan)), 100))


def test_events_become_twins_and_what_is_unknown_is_nan() -> None:
    lines = [
        (
            "twins_of",
            {"steps": 5, "batches": 1, "samples": 8, "held_out": True, "momentum": None, "losses": [2.0, None]},
        ),
        ("twin", {"twin": "base", "moment": "first", "batch": 0, "loss": None, "gradient": 1.0, "number": 0}),
    ]
    found = twins_from(lines, 40)
    assert (found.steps, found.samples, found.planned, found.held_out) == (5, 8, 40, True)
    assert math.isnan(found.twins[0].loss) and math.isnan(found.momentum) and math.isnan(found.losses[1])


def test_each_twin_has_a_line_that_says_what_it_decides_or_why_it_does_not() -> None:
    (table,) = twins_overview(of(plain_and(with_twins(), later={"base": 2.3}, shuffled=2.31)))
    rows = {str(row[0]): str(row[2]) for row in table.rows}  # type: ignore[union-attr]
    assert table.columns == COLUMNS  # type: ignore[union-attr]
    assert (
        rows["one another's labels"].startswith("not decided")
        and "augmentation-too-strong" in rows["without augmentation"]
    )
    assert rows["in full precision"].startswith("not tried") and all(rows.values())
