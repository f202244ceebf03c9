import pytest

from hub.errors import PasswordError
from hub.passwords import verified_name, verify_choice


def test_a_name_is_kept_composed_and_without_spaces_around_it() -> None:
    assert verified_name("  Re\u0301ne ") == "R\u00e9ne"


@pytest.mark.parametrize(
    "name",
    [
        "",
        "  ",
        "a\nb",
        "a\u202eb",
        "x" * 101,
        "hub",
        "-",
        "shell:root",
        "Hub",
        "\uff28\uff35\uff22",
        "SHELL:root",
        "shell : root",
        "\u2013",
    ],
)
def test_nobody_is_called_like_the_hub_like_a_shell_or_by_what_cannot_be_printed(name: str) -> None:
    with pytest.raises(PasswordError, match="Nama / name"):
        verified_name(name)


@pytest.mark.parametrize("name", ["r\u0456na", "\u0410dmin", "Ma\u03c1ia 2"])
def test_letters_of_two_scripts_are_no_name(name: str) -> None:
    with pytest.raises(PasswordError, match="satu aksara"):
        verified_name(name)


@pytest.mark.parametrize("name", ["\u041d\u0438\u043d\u0430", "Dr. O'Neill-Ru\u0161\u010di\u0107 2", "\u5c71\u7530"])
def test_names_of_any_one_script_are_names(name: str) -> None:
    assert verified_name(name) == name


@pytest.mark.parametrize(
    ("password", "told"), [("pendek", "10 to 500"), ("x" * 501, "got 501"), ("RINA RUMAHLATU", "name")]
)
def test_a_password_is_long_and_not_the_name(password: str, told: str) -> None:
    with pytest.raises(PasswordError, match=told) as caught:
        verify_choice(password, name="Rina Rumahlatu")
    assert password not in str(caught.value)


def test_four_words_are_a_password() -> None:
    verify_choice("sungai naik malam ini", name="rina")
