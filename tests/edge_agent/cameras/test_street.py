from collections import Counter
from itertools import pairwise

import pytest

from edge_agent.cameras.street import BUILDS, STREET_M, Heading, Street


def driven(*, vehicles_per_min: float = 40.0, seed: int = 1, until_s: float = 120.0) -> Street:
    street = Street(vehicles_per_min=vehicles_per_min, seed=seed)
    street.run_to(until_s)
    return street


def test_the_same_seed_gives_the_same_street_however_often_it_is_looked_at() -> None:
    often = Street(vehicles_per_min=40.0, seed=1)
    for tenth in range(1201):
        often.run_to(tenth / 10)
    assert often.crossed == driven().crossed
    assert often.vehicles() == driven().vehicles()
    assert driven(seed=2).crossed != driven().crossed


def test_as_many_come_as_were_asked_for_and_motorcycles_lead() -> None:
    crossed = driven(vehicles_per_min=20.0, until_s=1800.0).crossed
    assert sum(crossed.values()) == pytest.approx(600, rel=0.12)
    kinds: Counter[str] = Counter()
    for (_, kind), count in crossed.items():
        kinds[kind] += count
    assert [kind for kind, _ in kinds.most_common()] == ["motorcycle", "car", "truck", "bus"]
    assert {heading for heading, _ in crossed} == set(Heading)


def test_nobody_drives_into_another_or_backwards() -> None:
    street = Street(vehicles_per_min=120.0, seed=3)
    for tenth in range(1, 1500):
        street.run_to(tenth / 10)
        for lane in street.lanes.values():
            for ahead, behind in pairwise(lane):
                assert behind.front_m < ahead.front_m - ahead.build.length_m
            assert all(0 <= vehicle.speed_mps < 1.3 * vehicle.build.speed_mps for vehicle in lane)


def test_every_vehicle_that_leaves_was_counted_once() -> None:
    street = Street(vehicles_per_min=60.0, seed=4)
    seen: set[int] = set()
    kept = []
    for step in range(1, 2400):
        street.run_to(step / 20)
        for vehicle in street.vehicles():
            if id(vehicle) not in seen:
                seen.add(id(vehicle))
                kept.append(vehicle)
    past = sum(vehicle.centre_m >= STREET_M / 2 for vehicle in kept)
    assert sum(street.crossed.values()) == past > 50


def test_a_street_without_vehicles_stays_empty() -> None:
    street = driven(vehicles_per_min=0.0, until_s=600.0)
    assert street.vehicles() == []
    assert not street.crossed


def test_shares_add_up() -> None:
    assert sum(build.share for build in BUILDS.values()) == pytest.approx(1.0)
