"""The rights as values, and as each renderer writes them, decide as the contract says: any name, any topic."""

import re
from pathlib import Path

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from contract.identity import NODE_ID_PATTERN
from hub.broker import mosquitto, nats_server
from hub.broker.description import Description
from hub.broker.errors import DescriptionError
from hub.broker.rights import matches, of_name

MINE, OTHER, DENIED = "n-7f3k2m9q", "n-2c9d4x8w", "n-0000dead"
UP, DOWN = {"records", "hello", "gone"}, {"ack", "desired", "command"}

node_ids = st.from_regex(NODE_ID_PATTERN, fullmatch=True)
names = st.sampled_from([MINE, OTHER, DENIED, "hub", "$SYS", "HUB", "n", "", "n-7f3k2m9Q", "-n-7f3k2m9q"]) | node_ids
levels = st.sampled_from(["jw", "1", "2", "up", "dn", "", "$SYS", "other", MINE, OTHER, DENIED, "hub", *UP, *DOWN])
near = st.tuples(st.just("jw"), st.just("1"), st.sampled_from(["up", "dn"]), names, levels).map("/".join)
topics = near | st.lists(levels, min_size=1, max_size=7).map("/".join)


def model(name: str, topic: str) -> tuple[bool, bool]:
    """Return whether the contract lets this name publish and hear on this topic."""
    parts = topic.split("/")
    is_ours, way, whose, leaf = parts[:2] == ["jw", "1"], parts[2:3], parts[3:4], parts[4:]
    if not is_ours:
        return (False, False)
    if name == "hub":
        return (way == ["dn"] and leaf in [[one] for one in DOWN], way == ["up"] and leaf in [[one] for one in UP])
    if name == DENIED or not re.fullmatch(NODE_ID_PATTERN, name) or whose != [name]:
        return (False, False)
    return (way == ["up"] and leaf in [[one] for one in UP], way == ["dn"])


def described(*, known: tuple[str, ...] = (MINE, OTHER, DENIED), denied: tuple[str, ...] = (DENIED,)) -> Description:
    folder = Path("/etc/mosquitto")
    return Description(
        listen="0.0.0.0", port=8883, authority=folder / "a.pem", server=folder / "s.pem", folder=folder, known=known,
        denied=denied,
    )  # fmt: skip


@given(name=names, topic=topics)
def test_the_pure_rights_decide_as_the_contract_does(name: str, topic: str) -> None:
    rights = of_name(name, denied=(DENIED,))
    assert (rights.may_publish(topic), rights.may_hear(topic)) == model(name, topic)


@given(node_id=node_ids, topic=near)
def test_a_denied_box_has_no_right_whatever_its_name(node_id: str, topic: str) -> None:
    rights = of_name(node_id, denied={node_id})
    assert not rights.may_publish(topic)
    assert not rights.may_hear(topic)


@given(name=st.sampled_from([MINE, OTHER, DENIED, "hub"]) | node_ids, topic=topics)
def test_the_access_list_of_mosquitto_says_the_same(name: str, topic: str) -> None:
    if topic.split("/")[3:4] == ["hub"]:
        assume(False)  # nobody is called so but the hub, to which its own branch is closed
    _, rights = mosquitto.render(described())
    assert as_mosquitto(rights.text, name, topic) == model(name, topic)


@given(name=st.sampled_from([MINE, OTHER, DENIED, "hub"]), topic=topics)
def test_the_users_of_nats_server_say_the_same(name: str, topic: str) -> None:
    (config,) = nats_server.render(described())
    assert as_nats_server(config.text, name, topic) == model(name, topic)


def test_nats_server_is_told_of_nobody_who_is_denied() -> None:
    (config,) = nats_server.render(described())
    assert re.findall(r'user: "CN=(.*?)"', config.text) == ["hub", MINE, OTHER]


@pytest.mark.parametrize(
    ("pattern", "topic", "expected"),
    [
        ("a/#", "a", True),
        ("a/#", "a/b/c", True),
        ("a/#", "ab", False),
        ("a/+", "a/b", True),
        ("a/+", "a", False),
        ("a/+", "a/b/c", False),
        ("a/+", "a/", True),
        ("#", "a/b", True),
        ("#", "$SYS/a", False),
        ("+/a", "$SYS/a", False),
        ("$SYS/#", "$SYS/a", True),
    ],
)
def test_a_filter_matches_as_mqtt_says(pattern: str, topic: str, *, expected: bool) -> None:
    assert matches(pattern, topic) is expected


@pytest.mark.parametrize("name", ["+", "n-1", 'n-7f3k2m9q" }', "n-7f3k2m9q\ntopic readwrite #", "hub"])
def test_a_name_that_is_no_node_id_gets_into_no_file(name: str) -> None:
    with pytest.raises(DescriptionError):
        described(known=(name,))
    with pytest.raises(DescriptionError):
        described(denied=(name,))


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("listen", "hub.example"),
        ("listen", "127.0.0.1\nallow_anonymous true"),
        ("authority", Path("relative.pem")),
        ("server", Path("/a b.pem")),
        ("folder", Path('/x"')),
        ("runs_as", "mosquitto\nx"),
    ],
)
def test_a_value_that_a_broker_would_read_as_something_else_is_refused(key: str, value: object) -> None:
    good = {"listen": "::1", "port": 8883, "authority": Path("/a"), "server": Path("/s"), "folder": Path("/f")}
    Description(**good)  # type: ignore[arg-type]
    with pytest.raises(DescriptionError):
        Description(**{**good, key: value})  # type: ignore[arg-type]


def as_mosquitto(text: str, name: str, topic: str) -> tuple[bool, bool]:
    """Decide as mosquitto does: a denial of the user first, then the user's topics, then the patterns."""
    user, allowed, denied, patterns = "", [], [], []
    for line in text.splitlines():
        match line.split():
            case ["user", who]:
                user = who
            case ["topic", "deny", what] if user == name:
                denied.append(what)
            case ["topic", right, what] if user == name:
                allowed.append((right, what))
            case ["pattern", right, what]:
                patterns.append((right, what.replace("%u", name)))
            case ["topic", _, _] | ["#", *_] | []:
                pass
            case other:
                raise AssertionError(other)
    if any(matches(what, topic) for what in denied):
        return (False, False)
    may = {right for right, what in allowed + patterns if matches(what, topic)}
    return ("write" in may, "read" in may)


def as_nats_server(text: str, name: str, topic: str) -> tuple[bool, bool]:
    """Decide as nats-server does, by subjects; a name that is not there has no right."""
    found = re.search(rf'user: "CN={name}".*?publish: .*?\[(.*?)\].*?subscribe: .*?\[(.*?)\]', text)
    if found is None:
        return (False, False)
    subject = topic.replace("/", ".")
    # A level that is empty, or begins with a dollar sign, is written in another way; neither is ever allowed.
    if "" in topic.split("/"):
        subject = "-"
    publish, subscribe = (
        any(_is_under(one.strip('" '), subject) for one in found[index].split(",")) for index in (1, 2)
    )
    return (publish, subscribe)


def _is_under(wanted: str, subject: str) -> bool:
    pattern = re.escape(wanted).replace(r"\*", r"[^.]+").replace(">", r".+")
    return re.fullmatch(pattern, subject) is not None
