import re
from pathlib import Path

from contract.records import CODE_PATTERN
from edge_agent.cameras import errors
from edge_agent.cameras.state import FAULT_CODES, CameraState

PAGE = Path(__file__).parents[3] / "docs" / "cameras.md"


def test_the_technicians_page_explains_every_fault_in_both_languages() -> None:
    indonesian, _, english = PAGE.read_text(encoding="utf-8").partition("## English")
    for part in (indonesian, english):
        assert [code for code in FAULT_CODES if f"| `{code}` |" not in part] == []


def test_every_state_that_is_not_well_has_a_code_that_a_record_takes() -> None:
    well = {state for state in CameraState if state.fault_code is None}
    assert well == {CameraState.OPENING, CameraState.RUNNING}
    assert len(FAULT_CODES) == len(set(FAULT_CODES)) == len(CameraState) - len(well)
    assert all(re.match(CODE_PATTERN, code) for code in FAULT_CODES)
    assert CameraState.STALLED.fault_code == "camera_stalled"


def test_every_error_of_the_folder_has_a_state_and_stands_in_its_drawing() -> None:
    kinds = [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, errors.CameraError)]
    leaves = [kind for kind in kinds if kind not in (errors.CameraError, errors.CameraClosedError)]
    assert len({kind.state for kind in leaves}) == len(leaves)
    assert all(kind.__name__ in (errors.__doc__ or "") for kind in kinds)
