"""docs/people.md shows the roles and rights that the code reads, no other and none less."""

from pathlib import Path

from hub.api.rights import GRANTS, Right, Role

PAGE = Path(__file__).resolve().parents[3] / "docs" / "people.md"


def test_the_table_of_the_page_is_the_table_of_the_code() -> None:
    lines = [line.strip("|").split("|") for line in PAGE.read_text(encoding="utf-8").splitlines() if line[:1] == "|"]
    head, _, *rows = [[cell.strip() for cell in line] for line in lines]
    roles = [Role(word) for word in head[1:]]
    assert set(roles) == set(Role)
    shown = {role: {Right(row[0]) for row in rows if row[n] == "✓"} for n, role in enumerate(roles, 1)}
    assert shown == {role: set(granted) for role, granted in GRANTS.items()}
