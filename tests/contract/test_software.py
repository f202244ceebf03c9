"""Which software this is."""

from importlib.metadata import version

import pytest

from contract.software import installed_version
from edge_agent import __main__ as edge_agent
from hub import __main__ as hub
from provisioning import __main__ as provision


@pytest.mark.parametrize(("program", "main"), [("hub", hub), ("edge-agent", edge_agent), ("provision", provision)])
def test_each_program_says_its_version(program: str, main: object, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main.main(["--version"])  # type: ignore[attr-defined]
    assert ended.value.code == 0
    assert capsys.readouterr().out == f"{program} {version('jagawai')}\n"
    assert installed_version() == version("jagawai")
