"""By which drawing the box of a view counts, as the newest word of its camera says."""

from hub.api.shapes.view import View
from hub.drawing.following import Follows, follows
from hub.storage import outlines
from hub.storage.connection import Connection


def following_of(connection: Connection, view: View) -> Follows:
    """Return how a view's box stands to what is drawn on it."""
    newest = max(view.places, key=lambda one: one.at_ms, default=None)
    return follows(
        outlines.of_view(connection, view.id) if view.is_bound else (),
        has_camera=view.node_id is not None,
        drawing=None if newest is None else newest.drawing,
    )
