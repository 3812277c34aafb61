"""How two sets of boxes meet in each reading."""

from __future__ import annotations

import numpy as np

from traindx.core.box_calls import Given, facts_of
from traindx.core.box_meeting import inverted, meeting, overlaps, pooled
from traindx.core.target_boxes import Floats


def drawn(seed: int, count: int = 6) -> tuple[Floats, Floats]:
    """Boxes in a picture as shares, as corners and as centre and size."""
    draw = np.random.default_rng(seed)
    centre, size = draw.uniform(0.2, 0.8, (count, 2)), draw.uniform(0.05, 0.3, (count, 2))
    return np.hstack([centre - size / 2, centre + size / 2]), np.hstack([centre, size])


def test_overlap_of_boxes_without_area_is_zero() -> None:
    found = overlaps(np.array([[0, 0, 2, 2], [3, 3, 1, 1]], float), np.array([[0, 0, 2, 1], [1, 1, 3, 3]], float))
    assert np.allclose(found, [[0.5, 1 / 7], [0, 0]])


def test_centre_and_size_are_told_as_the_reading_in_which_boxes_meet() -> None:
    pairs = [drawn(n) for n in range(5)]
    found = meeting(pairs)
    assert found is not None and found.pairs == 30 and found.given < 0.1
    assert max(found.read, key=lambda name: found.read[name]) == "second: centre and size"
    assert found.read["second: centre and size"] > 0.99 > 0.6 > found.elsewhere["second: centre and size"]


def test_boxes_shifted_by_half_their_size_are_told() -> None:
    pairs = [(a, a - np.tile((a[:, 2:] - a[:, :2]) / 2, 2)) for a, _ in (drawn(n) for n in range(5))]
    found = meeting(pairs)
    assert found is not None and found.given < 0.35
    assert found.read["second: corners from a point that is taken for their centre"] > 0.99


def test_readings_that_leave_the_picture_are_not_kept() -> None:
    corners = [drawn(n)[0] for n in range(5)]
    found = meeting([(a, a) for a in corners])
    assert found is not None and found.given > 0.99
    assert not {"second: centre and size", "first: centre and size"} & set(found.read)


def test_the_same_boxes_everywhere_meet_others_as_well() -> None:
    middle = np.array([[0.5, 0.5, 0.5, 0.5]])
    found = meeting([(middle, drawn(n, 1)[0]) for n in range(20)])
    assert found is not None
    assert found.read["first: centre and size"] < found.elsewhere["first: centre and size"] + 0.1


def test_meetings_are_pooled_by_their_pairs() -> None:
    once, twice = meeting([drawn(n) for n in range(2)]), meeting([drawn(n) for n in range(2, 6)])
    assert once is not None and twice is not None
    whole = pooled([once, twice])
    assert whole is not None and whole.pairs == 36
    assert np.isclose(whole.given, (12 * once.given + 24 * twice.given) / 36)
    assert pooled([]) is None


def test_facts_count_boxes_that_are_no_corners() -> None:
    corners, centres = drawn(0)
    found = facts_of([Given.of(np.concatenate([corners, centres]), (6, 6), (True, False))])
    assert found["boxes"] == [6, 6] and found["inverted"] == [0, inverted(centres)] and inverted(centres) >= 5
    assert found["learns"] == [True, False] and found["meeting"]["pairs"] == 6


def test_padding_that_was_not_taken_off_is_told() -> None:
    found = meeting([(a * 100, a * 100 + [0, 17, 0, 17]) for a, _ in (drawn(n) for n in range(20))])
    assert found is not None and found.given < 0.35
    name = max(found.read, key=lambda name: found.read[name])
    assert name.startswith("first: as if moved by 1") and name.endswith("along y")
    assert found.read[name] > 0.6 > 0.4 > found.elsewhere[name]


def test_boxes_of_another_size_of_the_picture_are_told() -> None:
    found = meeting([(a * 100, a * [640, 480, 640, 480]) for a, _ in (drawn(n) for n in range(20))])
    assert found is not None
    name = max(found.read, key=lambda name: found.read[name])
    assert name == "first: as if scaled by 6.4 in width and 4.8 in height" and found.read[name] > 0.9


def test_boxes_in_their_places_tell_what_was_learned() -> None:
    corners = drawn(1, 30)[0]
    found = meeting([(corners, corners + 0.01)])
    assert found is not None and found.paired is not None and found.elsewhere == {}
    assert found.paired[0] > 0.7 > 0.2 > found.paired[1] and found.learned == found.paired[0] - found.paired[1]


def test_moves_of_several_validations_are_one_reading() -> None:
    moved = [
        meeting([(a * 100, a * 100 + [0, by, 0, by]) for a, _ in (drawn(n) for n in range(12))]) for by in (17, 23)
    ]
    whole = pooled([m for m in moved if m is not None])
    assert whole is not None
    name = max(whole.read, key=lambda name: whole.read[name])
    assert name.startswith("first: as if moved by 2") and whole.read[name] > 0.6 > whole.elsewhere[name]


def test_boxes_of_another_stride_around_their_centres_are_told() -> None:
    pairs = []
    for corners, centres in (drawn(n) for n in range(20)):
        small = np.hstack([centres[:, :2] - centres[:, 2:] / 16, centres[:, :2] + centres[:, 2:] / 16])
        pairs.append((small * 96, corners * 96))
    found = meeting(pairs)
    assert found is not None and found.given < 0.1
    name = max(found.read, key=lambda name: found.read[name])
    assert name == "first: as if 8 times as wide and 8 times as high around their centres" and found.read[name] > 0.9
