"""Names of nodes, topics and keys have the forms that both sides check."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract import topics
from contract.errors import IdentityError
from contract.identity import NODE_ID_PATTERN, new_spool_id, record_key, verify_node_id


@given(st.from_regex(NODE_ID_PATTERN.replace("$", r"\Z"), fullmatch=True))
def test_a_node_id_of_the_form_passes_and_comes_back_out_of_its_topics(node_id: str) -> None:
    assert verify_node_id(node_id) == node_id
    for leaf in topics.UP_LEAVES:
        assert topics.parse_up(topics.up(node_id, leaf)) == (node_id, leaf)


@pytest.mark.parametrize(
    "wrong", ["", "a", "n-7F3K", "-abcdef", "abcdef-", "a b c d e", "n/7f3k2m", "n+7f3k2m", "a" * 33]
)
def test_a_node_id_of_another_form_is_refused_with_the_form(wrong: str) -> None:
    with pytest.raises(IdentityError, match="6 to 32 characters"):
        verify_node_id(wrong)


@pytest.mark.parametrize(
    "topic",
    ["jw/1/up/n-7f3k2m9q/other", "jw/2/up/n-7f3k2m9q/hello", "jw/1/dn/n-7f3k2m9q/ack", "x", "jw/1/up/a/b/hello"],
)
def test_what_is_no_topic_of_a_box_is_told_apart(topic: str) -> None:
    assert topics.parse_up(topic) is None


def test_spool_ids_are_128_random_bits() -> None:
    ids = {new_spool_id() for _ in range(100)}
    assert len(ids) == 100
    assert all(len(spool_id) == 32 and int(spool_id, 16) >= 0 for spool_id in ids)


def test_a_record_key_is_node_spool_and_seq() -> None:
    assert record_key("n-7f3k2m9q", "ab" * 16, 902) == f"n-7f3k2m9q/{'ab' * 16}/902"
