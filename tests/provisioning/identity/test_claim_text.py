"""What stands in the QR comes out as it went in, and what is not a label is refused in words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provisioning.identity import claim_text, crockford
from provisioning.identity.claim_code import LENGTH, check_character
from provisioning.identity.claim_text import ClaimText, parsed
from provisioning.identity.errors import ClaimTextError

FINGERPRINT = "64c4e78d92740f5bfea58a9135987168aa49abfc99bfa4e5cdbfa76614e542e7"
BODY = "KX4M2P9T0ABCW7RD5QZH"
CODE = BODY + check_character(BODY)

bodies = st.text(alphabet=crockford.ALPHABET, min_size=LENGTH, max_size=LENGTH)
names = st.from_regex(r"[a-z0-9]([a-z0-9-]{0,20}[a-z0-9])?(\.[a-z]{2,10}){0,3}", fullmatch=True)
hosts = names | st.ip_addresses(v=4).map(str) | st.ip_addresses(v=6).map("[{}]".format)


@given(body=bodies, print_=st.binary(min_size=32, max_size=32), host=hosts, port=st.integers(1, 65_535))
def test_what_goes_in_comes_out(body: str, print_: bytes, host: str, port: int) -> None:
    text = ClaimText(code=body + check_character(body), fingerprint=print_.hex(), address=f"{host}:{port}")
    assert parsed(text.encoded()) == text
    assert claim_text.address(text.address) == text.address


def test_the_form_is_as_stated_and_fits_the_alphanumeric_mode() -> None:
    text = ClaimText(code=CODE, fingerprint=FINGERPRINT, address="192.168.10.2:8443").encoded()
    assert text == f"JW1:{CODE}:{FINGERPRINT.upper()}:192.168.10.2:8443"
    assert set(text) <= set("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:")


@pytest.mark.parametrize(
    ("given_", "meant"),
    [
        ("hub.Kota.example", "hub.kota.example:443"),
        ("https://hub.kota.example:8443/", "hub.kota.example:8443"),
        ("[fd00::2]:8443", "[fd00::2]:8443"),
        ("[FD00:0:0:0::0:2]:8443", "[fd00::2]:8443"),
    ],
)
def test_an_address_may_be_given_as_people_give_it(given_: str, meant: str) -> None:
    assert claim_text.address(given_) == meant


def test_a_host_is_told_without_its_brackets() -> None:
    assert [claim_text.host_of(one) for one in ("[fd00::2]:443", "hub.example:1")] == ["fd00::2", "hub.example"]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "http://hub.example",
        "hub:0",
        "hub:65536",
        "a b",
        "-hub",
        "[1.2.3.4]",
        "[zz::]",
        "[fe80::1%eth0]:8443",
        "x" * 81,
        "hub/path",
        "hub:²",
    ],
)
def test_what_is_no_address_is_refused(text: str) -> None:
    with pytest.raises(ClaimTextError, match="hub address"):
        claim_text.address(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "https://example.org",
        f"JW2:{CODE}:{FINGERPRINT}:hub:443",
        f"JW1:{CODE}:{FINGERPRINT}",
        f"JW1:{CODE[::-1]}:{FINGERPRINT}:hub:443",
        f"JW1:{CODE}:{FINGERPRINT[:-1]}:hub:443",
        f"JW1:{CODE}:{FINGERPRINT}:hub:443:1",
    ],
)
def test_what_is_no_label_is_refused(text: str) -> None:
    with pytest.raises(ClaimTextError, match="label"):
        parsed(text)


@given(text=st.text(max_size=200))
def test_whatever_a_camera_reads_is_a_label_or_refused(text: str) -> None:
    with pytest.raises(ClaimTextError):
        parsed(f"JW1:{text}")


def test_the_code_does_not_show_where_the_text_is_printed() -> None:
    assert CODE not in repr(ClaimText(code=CODE, fingerprint=FINGERPRINT, address="hub:443"))
