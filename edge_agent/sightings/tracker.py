"""Detections of frame after frame become tracks.

ByteTrack's association (arXiv:2110.06864) over SORT's Kalman filter (arXiv:1602.00763), see `association` and
`motion`; no appearance is compared and no picture is needed. Rules:

- times are real: frames may come at 25 a second or at 2, and unevenly;
- a track is sure from its second detection on if one of them was good; and where a thing is hard to see and none was,
  when the weak ones add up to `EVIDENCE_LEAST` and it has moved by its own size, which clutter does not;
- a sure track keeps its number while it is hidden for up to `HIDDEN_MOST_S`;
- a track keeps to its family (car, bus and truck; motorcycle and bicycle), its label is a vote over its life;
- the order of the detections within a frame changes nothing;
- there are at most `TRACKS_MOST` tracks: what is found beyond is not followed and counted in `turned_away`.
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from edge_agent.inference.detections import Detections
from edge_agent.sightings import motion as motions
from edge_agent.sightings.association import Indices, associate
from edge_agent.sightings.boxes import Floats, anchors, areas, overlaps
from edge_agent.sightings.errors import FrameOrderError
from edge_agent.sightings.fusion import Fused, fused
from edge_agent.sightings.kinds import families
from edge_agent.sightings.motion import Motion
from edge_agent.sightings.track import Track

WEAK_SCORE = 0.15
"""Below it a detector speaks of shadows."""
CANDIDATE_SCORE = 0.2
"""From here on a detection may be the beginning of a track that others then bear out."""
PART_LEAST = 0.4
"""Of a weak detection that lies on a better one of its family: it is a part of that, as a truck's cab."""
EVIDENCE_LEAST = 1.5
"""Sum of the scores: five to eight weak detections in a row."""
MOVED_SIDES_LEAST = 1.0
"""Root of width times height; what a box jitters is a twentieth of it."""
SURE_HITS = 2
"""A chance detection seldom comes twice in one place."""
HIDDEN_MOST_S = 1.5
"""Behind a bus or a tree; longer, and another one may have come out."""
UNSURE_HIDDEN_MOST_S = 0.6
"""Of a track seen once: one missed frame at 2 to 4 frames a second, many at 25."""
PAUSE_MOST_S = 5.0
"""Between two frames: whatever was seen in the first gets a chance in the second, so that what stands is known at one
frame in some seconds too."""
FRESH_S = 0.35
"""A track seen so recently, or in the frame before, may be kept alive by a weak detection: two frames missed at six a
second."""
TRACKS_MOST = 256
"""A full street shows a few dozen."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Tracks:
    """All tracks as arrays of the same first length n."""

    motion: Motion
    number: Indices
    family: Indices
    votes: Floats
    """[n, classes] scores added up."""
    box: Floats
    """[n, 4] last detected, px."""
    score: Floats
    evidence: Floats
    """[n] scores of the things added up."""
    was_good: NDArray[np.bool_]
    is_sure: NDArray[np.bool_]
    born_at: Floats
    """[n, 2] anchor of the first detection, px."""
    hits: Indices
    born_up_ms: Indices
    seen_up_ms: Indices
    seen_frame: Indices
    """Number of that frame; two frames may bear the same time."""

    def only(self, chosen: np.ndarray) -> "_Tracks":
        return _Tracks(
            motion=self.motion.only(chosen),
            **{name: getattr(self, name)[chosen] for name in _ARRAYS},
        )


_ARRAYS = (
    "number",
    "family",
    "votes",
    "box",
    "score",
    "evidence",
    "was_good",
    "is_sure",
    "born_at",
    "hits",
    "born_up_ms",
    "seen_up_ms",
    "seen_frame",
)


class Tracker:
    """Follows what a detector finds. Numbers begin at 1."""

    def __init__(self, classes: tuple[str, ...]) -> None:
        self._families = families(classes)
        self._classes = classes
        self._next = 1
        self._frame = 0
        self._up_ms: int | None = None
        self._tracks = self._begun(Fused.none(len(classes)), 0)
        self.turned_away = 0
        """Good detections that would have begun a track where no more was allowed."""

    def step(self, detections: Detections, up_ms: int) -> list[Track]:
        """Return the tracks after a frame, by number: seen, hidden and not yet sure.

        Args:
            detections: of this frame, from a score of `fusion.HEARD_SCORE` or less on.
            up_ms: when the frame was taken, boot clock.

        Raises:
            FrameOrderError: the frame is older than the one before.
        """
        seconds = self._seconds_to(up_ms)
        found = fused(detections, self._families, WEAK_SCORE)
        tracks = self._still_known(up_ms)
        is_fresh = (tracks.seen_frame == self._frame) | (up_ms - tracks.seen_up_ms <= 1000 * FRESH_S)
        self._frame += 1
        tracks = replace(tracks, motion=motions.predict(tracks.motion, seconds))
        of_track = associate(tracks.motion, tracks.family, found.boxes(), is_fresh=is_fresh, is_sure=tracks.is_sure)
        self._tracks = self._with_births(self._updated(tracks, found, of_track, up_ms), found, of_track, up_ms)
        self._up_ms = up_ms
        return self._listed()

    def rest(self, up_ms: int) -> list[Track]:
        """Return the tracks after a frame that was the same as the one before, so that no detector looked at it.

        What was seen then is still there and stands.

        Raises:
            FrameOrderError: the frame is older than the one before.
        """
        self._seconds_to(up_ms)
        tracks = self._still_known(up_ms)
        is_fresh = tracks.seen_frame == self._frame
        self._frame += 1
        self._tracks = replace(
            tracks,
            motion=motions.at_rest(tracks.motion),
            seen_up_ms=np.where(is_fresh, up_ms, tracks.seen_up_ms),
            seen_frame=np.where(is_fresh, self._frame, tracks.seen_frame),
        )
        self._up_ms = up_ms
        return self._listed()

    def _seconds_to(self, up_ms: int) -> float:
        if self._up_ms is not None and up_ms < self._up_ms:
            raise FrameOrderError(
                f"bingkai tidak berurutan / frames out of order: {up_ms} ms after {self._up_ms} ms. "
                "Satu pelacak untuk satu kamera / Give each camera its own tracker"
            )
        return 0.0 if self._up_ms is None else (up_ms - self._up_ms) / 1000

    def _still_known(self, up_ms: int) -> _Tracks:
        tracks = self._tracks
        most_ms = np.where(tracks.is_sure, 1000 * HIDDEN_MOST_S, 1000 * UNSURE_HIDDEN_MOST_S)
        is_hidden_long = up_ms - tracks.seen_up_ms > most_ms
        is_fresh = (tracks.seen_frame == self._frame) & (up_ms - tracks.seen_up_ms <= 1000 * PAUSE_MOST_S)
        is_known = is_fresh | ~is_hidden_long
        return tracks if is_known.all() else tracks.only(is_known)

    def _updated(self, tracks: _Tracks, found: Fused, of_track: Indices, up_ms: int) -> _Tracks:
        """Return the tracks with their detections taken in; the others as predicted."""
        (seen,) = (of_track >= 0).nonzero()
        its = of_track[seen]
        fresh = {name: getattr(tracks, name).copy() for name in _ARRAYS}
        fresh["votes"][seen] += found.votes[its]
        fresh["box"][seen], fresh["score"][seen] = found.box[its], found.score[its]
        fresh["hits"][seen] += 1
        fresh["evidence"][seen] += found.score[its]
        fresh["was_good"][seen] |= found.is_good[its]
        fresh["seen_up_ms"][seen], fresh["seen_frame"][seen] = up_ms, self._frame
        corrected = motions.correct(tracks.motion.only(seen), found.box[its])
        updated = _Tracks(motion=motions.replaced(tracks.motion, seen, corrected), **fresh)
        fresh["is_sure"] |= _borne_out(updated)
        return updated

    def _with_births(self, tracks: _Tracks, found: Fused, of_track: Indices, up_ms: int) -> _Tracks:
        is_free = np.ones(len(found), np.bool_)
        is_free[of_track[of_track >= 0]] = False
        new = np.flatnonzero(is_free)
        if not len(new):
            return tracks
        new = new[(found.is_good | _may_be_more(found))[new]]
        if not len(new):
            return tracks
        room = TRACKS_MOST - len(tracks.number)
        best = np.sort(new[np.lexsort((-found.score[new], ~found.is_good[new]))][:room])
        self.turned_away += int(found.is_good[new].sum() - found.is_good[best].sum())
        return _joined(tracks, self._begun(found.only(best), up_ms))

    def _begun(self, found: Fused, up_ms: int) -> _Tracks:
        count = len(found)
        first = self._next
        self._next += count
        return _Tracks(
            motion=motions.begin(found.box),
            number=np.arange(first, first + count, dtype=np.int64),
            family=found.family,
            votes=found.votes,
            box=found.box,
            score=found.score,
            evidence=found.score,
            was_good=found.is_good,
            is_sure=np.zeros(count, bool),
            born_at=anchors(found.box),
            hits=np.ones(count, np.int64),
            born_up_ms=np.full(count, up_ms, np.int64),
            seen_up_ms=np.full(count, up_ms, np.int64),
            seen_frame=np.full(count, self._frame, np.int64),
        )

    def _listed(self) -> list[Track]:
        tracks = self._tracks
        labels = tracks.votes.argmax(axis=1) if len(tracks.number) else tracks.number
        speed = tracks.motion.speed
        return [
            Track(
                number=int(tracks.number[i]),
                label=self._classes[int(labels[i])],
                box_xyxy_px=tuple(tracks.box[i].tolist()),
                speed_px_s=(float(speed[i, 0]), float(speed[i, 1])),
                score=float(tracks.score[i]),
                mean_score=float(tracks.evidence[i] / tracks.hits[i]),
                hits=int(tracks.hits[i]),
                born_up_ms=int(tracks.born_up_ms[i]),
                seen_up_ms=int(tracks.seen_up_ms[i]),
                is_seen=bool(tracks.seen_frame[i] == self._frame),
                is_sure=bool(tracks.is_sure[i]),
                was_good=bool(tracks.was_good[i]),
            )
            for i in range(len(tracks.number))
        ]


def _may_be_more(found: Fused) -> NDArray[np.bool_]:
    """Return the mask [m] of the weak detections that may be the beginning of a track of their own."""
    shared = overlaps(found.box, found.box) / np.maximum(areas(found.box), 1e-9)[:, None]
    is_better = (found.score[None, :] > found.score[:, None]) & (found.family[None, :] == found.family[:, None])
    return np.asarray((found.score >= CANDIDATE_SCORE) & ~(is_better & (shared >= PART_LEAST)).any(axis=1))


def _borne_out(tracks: _Tracks) -> NDArray[np.bool_]:
    """Return the mask [n] of the tracks that are no chance."""
    moved_px = np.hypot(*(anchors(tracks.box) - tracks.born_at).T)
    does_move = moved_px >= MOVED_SIDES_LEAST * tracks.motion.sides
    is_thing = tracks.was_good | ((tracks.evidence >= EVIDENCE_LEAST) & does_move)
    return np.asarray((tracks.hits >= SURE_HITS) & is_thing)


def _joined(one: _Tracks, other: _Tracks) -> _Tracks:
    return _Tracks(
        motion=motions.joined(one.motion, other.motion),
        **{name: np.concatenate([getattr(one, name), getattr(other, name)]) for name in _ARRAYS},
    )
