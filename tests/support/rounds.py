"""Turns of talk through a broker, to find out whether a box is silent while another is not."""

from contract.topics import down, up
from tests.support.rendered_brokers import Heard, Talker, drained


class Round:
    """Each turn the box and the hub say something to each other, and so does another box, as the measure."""

    def __init__(self, hub: Talker, box: Talker, other: Talker, *, box_id: str, other_id: str) -> None:
        self._box_id, self._other_id = box_id, other_id
        self._hub, self._box, self._other = hub, box, other
        self._n = 0

    def is_silent(self) -> bool:
        """Answer whether neither of the two heard the other this time."""
        self._n += 1
        word = str(self._n).encode()
        self._box.throw(up(self._box_id, "hello"), word)
        self._hub.publish(down(self._box_id, "ack"), word)
        self._hub.publish(down(self._other_id, "ack"), word)
        assert self._other.next() == Heard(down(self._other_id, "ack"), word)
        self._other.publish(up(self._other_id, "hello"), word)
        said = drained(self._hub, Heard(up(self._other_id, "hello"), word))
        heard = []
        while not self._box.heard.empty():
            heard.append(self._box.heard.get())
        return not said and not heard
