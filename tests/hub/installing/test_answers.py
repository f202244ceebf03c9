"""What the installer must be told, and the config that it makes of it."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.config import load_config
from hub.installing.answers import Answers
from hub.installing.errors import QuestionError

RECIPIENT = "age1q"


@settings(max_examples=30)
@given(city=st.text(st.characters(blacklist_categories=["Cs", "Cc"]), min_size=1).filter(str.strip))
def test_any_name_of_a_city_comes_through_the_config(city: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.getbasetemp() / "hub.toml"
    path.write_text(Answers(city=city, zone="wita").config_text(hosts=["hub"], recipient=RECIPIENT), encoding="utf-8")
    config = load_config(path)
    assert (config.city.name, config.city.zone_name, config.city.utc_offset_h) == (city, "WITA", 8)


def test_an_address_of_version_6_stands_in_brackets(tmp_path: Path) -> None:
    path = tmp_path / "hub.toml"
    path.write_text(Answers(city="A", zone="WIB").config_text(hosts=["2001:db8::2"], recipient=RECIPIENT), "utf-8")
    assert load_config(path).web.public_url == "https://[2001:db8::2]:8443"


def test_what_was_not_given_is_asked_for() -> None:
    said = iter(["hub.kota.example 192.168.10.2", "/media/usb"])
    answers = Answers(ask=lambda _: next(said))
    assert answers.hosts() == ("hub.kota.example", "192.168.10.2")
    assert answers.stick() == Path("/media/usb")


def test_where_nobody_sits_the_option_is_named() -> None:
    with pytest.raises(QuestionError, match=r"--root: belum dikatakan"):
        Answers().stick()
    with pytest.raises(QuestionError, match="--zone: WIB"):
        Answers(city="A", zone="UTC").config_text(hosts=["hub"], recipient=RECIPIENT)
