"""Six keys go into a config file and nothing else of it changes."""

import stat
import tomllib
from pathlib import Path

import pytest

from provisioning.claim.box_config import BoxConfigFile, Keys
from provisioning.claim.errors import BoxConfigError

KEYS: Keys = {
    ("box", "node"): "n-7f3k2m9q",
    ("hub", "host"): "192.168.10.2",
    ("hub", "port"): 8883,
    ("hub.tls", "ca"): "/var/lib/jagawai/identity/bundle.pem",
    ("hub.tls", "certificate"): "/var/lib/jagawai/identity/certificate.pem",
    ("hub.tls", "key"): "/var/lib/jagawai/identity/key.pem",
}
WANTED_HUB = {
    "host": "192.168.10.2",
    "port": 8883,
    "tls": {
        "ca": "/var/lib/jagawai/identity/bundle.pem",
        "certificate": "/var/lib/jagawai/identity/certificate.pem",
        "key": "/var/lib/jagawai/identity/key.pem",
    },
}
EVERY_KEY = """# mine
[box] # who
home = "/var/lib/jagawai"
node="n-old00001"  # before
board = "pi"
[hub]
host = 'old.example' # gone
port   =   1883
first_connect_within_s = 30.0
[hub.tls]
ca = "a"
certificate = "b"
key = "c"
[gauge.g1]
driver = "ultrasonic"
"""


def merged(tmp_path: Path, text: str) -> str:
    path = tmp_path / "box.toml"
    path.write_text(text, encoding="utf-8")
    BoxConfigFile(path).merge(KEYS)
    return path.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "text",
    [
        '[box]\nhome = "/var/lib/jagawai"',
        '[box]\nhome = "/var/lib/jagawai"\n\n\n[gauge.g1]\ndriver = "ultrasonic"\n',
        '[gauge.g1]\ndriver = "ultrasonic"\n[ box ]\nhome = "/var/lib/jagawai"\n[hub.tls]\nca = "x"\n',
        EVERY_KEY,
        EVERY_KEY.replace("\n", "\r\n"),
    ],
    ids=["least", "gauge", "tables in another order", "every key", "lines of another system"],
)
def test_the_keys_are_there_and_everything_else_as_it_was(tmp_path: Path, text: str) -> None:
    before, after = tomllib.loads(text), tomllib.loads(merged(tmp_path, text))
    assert after["box"] == before["box"] | {"node": "n-7f3k2m9q"}
    assert after["hub"] == before.get("hub", {}) | WANTED_HUB
    assert after.get("gauge") == before.get("gauge")


def test_comments_stay_and_twice_is_once(tmp_path: Path) -> None:
    after = merged(tmp_path, EVERY_KEY)
    for comment in ("# mine", "# who", "# before", "# gone"):
        assert comment in after
    assert merged(tmp_path, after) == after


@pytest.mark.parametrize(
    "text",
    [
        'box = { home = "/var/lib/jagawai" }\n',
        '[box]\nhome = "/var/lib/jagawai"\nnode = """n-old\n00001"""\n',
        'hub.host = "x"\n[box]\nhome = "/var/lib/jagawai"\n',
    ],
    ids=["inline table", "long text", "dotted key"],
)
def test_an_unusual_file_is_left_alone_and_the_keys_are_told(tmp_path: Path, text: str) -> None:
    with pytest.raises(BoxConfigError, match=r'write by hand: box\.node = "n-7f3k2m9q"; hub\.host'):
        merged(tmp_path, text)
    assert (tmp_path / "box.toml").read_text(encoding="utf-8") == text
    assert [path.name for path in tmp_path.iterdir()] == ["box.toml"]


@pytest.mark.parametrize(
    ("text", "says"),
    [("[box]\n", "box.home is missing"), ("[box", "is no TOML"), (None, "check the path after --config")],
)
def test_a_file_that_cannot_be_used_says_why(tmp_path: Path, text: str | None, says: str) -> None:
    if text is not None:
        (tmp_path / "box.toml").write_text(text, encoding="utf-8")
    with pytest.raises(BoxConfigError, match=says):
        BoxConfigFile(tmp_path / "box.toml")


def test_rights_of_the_file_stay(tmp_path: Path) -> None:
    path = tmp_path / "box.toml"
    path.write_text('[box]\nhome = "x"\n', encoding="utf-8")
    path.chmod(0o644)
    BoxConfigFile(path).merge(KEYS)
    assert stat.S_IMODE(path.stat().st_mode) == 0o644


def test_a_node_id_that_is_none_never_reaches_the_file(tmp_path: Path) -> None:
    path = tmp_path / "box.toml"
    path.write_text('[box]\nhome = "x"\n', encoding="utf-8")
    with pytest.raises(BoxConfigError, match="expected 6 to 32"):
        BoxConfigFile(path).merge({**KEYS, ("box", "node"): '+"\n[evil]'})
