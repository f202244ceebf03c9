"""Taking over a desired state."""

import msgspec
from msgspec.structs import replace

from contract.desired import Applied, Desired, DesiredSource
from contract.level.settings import Thresholds
from edge_agent.alarm.desired import Refused, applied_of, take_over


def source(offset_cm: float = 300.0) -> DesiredSource:
    thresholds = Thresholds(version=1, raise_cm=(120.0, 170.0, 220.0), clear_cm=(112.0, 162.0, 212.0))
    return DesiredSource(station="wai-ruhu-1", name="Wai Ruhu 1", offset_cm=offset_cm, thresholds=thresholds)


def document(version: int, *, db_epoch: str = "d1a0", **sources: DesiredSource) -> Desired:
    return Desired(db_epoch=db_epoch, version=version, sources=sources)


def offer(held: Desired | None, offered: Desired) -> Desired | Refused | None:
    return take_over(held, offered=applied_of(offered), body=msgspec.json.encode(offered))


def test_the_first_document_is_taken() -> None:
    assert offer(None, document(1, g1=source())) == document(1, g1=source())


def test_the_same_one_again_is_passed_over() -> None:
    assert offer(document(1, g1=source()), document(1, g1=source())) is None


def test_a_lower_version_of_the_same_epoch_is_passed_over() -> None:
    assert offer(document(8, g1=source()), document(7, g1=source(310))) is None


def test_a_lower_version_of_another_epoch_is_taken() -> None:
    taken = offer(document(8, g1=source()), document(1, db_epoch="e2b1", g1=source(310)))
    assert isinstance(taken, Desired)
    assert (taken.version, taken.sources["g1"].offset_cm) == (1, 310)


def test_a_source_that_is_not_named_keeps_what_it_had() -> None:
    taken = offer(document(8, g1=source(), g2=source(310)), document(9, g1=source(305)))
    assert isinstance(taken, Desired)
    assert {name: item.offset_cm for name, item in taken.sources.items()} == {"g1": 305, "g2": 310}


def test_a_drawing_for_a_camera_keeps_no_threshold_from_the_gauge_whatever_it_holds() -> None:
    strange = msgspec.Raw(b'{"view":7,"drawing":{"zones":{"air":{"kind":"waterline"}}}}')
    taken = offer(None, replace(document(1, g1=source()), views={"c1": strange}))
    assert taken == document(1, g1=source()), "and it is not kept here"


def test_a_document_that_does_not_decode_is_refused_with_a_reason() -> None:
    refused = take_over(None, offered=Applied(db_epoch="d1a0", version=9), body=b'{"version": 9}')
    assert isinstance(refused, Refused)
    assert "db_epoch" in refused.why


def test_thresholds_that_could_never_work_are_refused() -> None:
    body = msgspec.json.encode(document(9, g1=source())).replace(b"[120.0,170.0,220.0]", b"[120.0,90.0,220.0]")
    refused = take_over(None, offered=Applied(db_epoch="d1a0", version=9), body=body)
    assert isinstance(refused, Refused)
    assert "raise_cm" in refused.why
