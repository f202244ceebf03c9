"""What somebody unknown has said, made fit for a terminal and a log: no control characters, no end of it."""

SHOWN_MAX = 80
"""Characters; enough to tell what it was."""


def shown(text: object, *, most: int = SHOWN_MAX) -> str:
    """Return a text of which nothing but printable characters is left, cut to `most` of them."""
    whole = str(text)
    plain = "".join(one if one.isprintable() else "?" for one in whole[:most])
    return plain if len(whole) <= most else f"{plain}…"
