"""Has the cameras count by what was drawn at the hub, and tells what cannot be used. The rules are in `drawings`."""

import logging
from collections.abc import Iterable, Iterator, Mapping

from contract.config_file import BETWEEN
from contract.desired import Applied
from contract.views import View, digest
from edge_agent.cameras.drawings import WHOLE, Drawings, is_news, take_over
from edge_agent.cameras.notebook import Notebook
from edge_agent.cameras.view_post import ViewPost

VIEW_REFUSED = "view_refused"

log = logging.getLogger(__name__)


class DrawingDesk:
    """Between what the hub has said, the files of the box, and the views that are watched."""

    def __init__(self, *, notebook: Notebook, files: Mapping[str, View]) -> None:
        """Hold the parts.

        Args:
            notebook: remembers what the hub has drawn, and tells faults.
            files: what the box's own files hold, by source; a file that cannot be read is not there. Of a camera
                without one: a view on which nothing is drawn.
        """
        self._notebook = notebook
        self._files = files
        self._followed: Drawings | None = None

    def hear(self, offered: Applied, body: bytes) -> None:
        """Take what the newest document says; one that was looked at before costs nothing."""
        held = self._notebook.drawings
        if is_news(held, offered):
            self._notebook.note_drawings(take_over(held, offered=offered, body=body))

    def view_of(self, source: str) -> View | None:
        """Return by what a camera is to count; None: nobody has drawn anything that can be used."""
        drawn = self._notebook.drawings.by_source.get(source)
        return self._files.get(source) if drawn is None else drawn.drawing

    def changes(self, posts: Iterable[ViewPost]) -> Iterator[tuple[ViewPost, View]]:
        """Yield each view that counts by another drawing than it should, with that one; all are to be followed."""
        if self._notebook.drawings is self._followed:
            return
        self._followed = self._notebook.drawings
        for post in posts:
            view = self.view_of(post.source)
            if view is not None and digest(view) != post.drawing:
                log.info("%s: counts by %s from now on", post.source, self.words(post.source))
                yield post, view

    def is_drawn(self, source: str) -> bool:
        """Answer whether the hub's drawing is there for a camera."""
        return source in self._notebook.drawings.by_source

    def words(self, source: str) -> str:
        """Return by whose drawing a camera is to count, for the log."""
        drawn = self._notebook.drawings.by_source.get(source)
        if drawn is None and self._files.get(source) == View():
            return "belum ada gambar zona / nothing that is drawn"
        if drawn is None:
            return "gambar dari berkasnya / its own file"
        return f"gambar pusat / the hub's drawing, {drawn.view} versi {drawn.version}; its own file is passed over"

    def tell(self, sources: Iterable[str]) -> None:
        """Write down what was refused, and that it is so no more."""
        refused = self._notebook.drawings.refused
        for source in (WHOLE, *sources):
            text = refused.get(source, "")
            said = _refusal(text) if text else ""
            ended = "Gambar zona dari pusat terpakai. / The hub's drawing is in use."
            self._notebook.note_fault(VIEW_REFUSED, source=source, is_active=bool(text), text=said or ended)


def _refusal(why: str) -> str:
    """Say it as records do; what is wrong with a drawing is in both languages, with its message in English alone."""
    indonesian, between, english = why.partition(BETWEEN)
    because = f": {indonesian}" if between else ""
    return (
        "Gambar zona dari pusat tidak dapat dipakai; yang lama tetap berlaku. Perbarui perangkat lunak kotak, atau "
        f"gambar lagi di pusat{because}. / The hub's drawing cannot be used; the one before holds. Update the box's "
        f"software, or draw again at the hub: {english or why}."
    )
