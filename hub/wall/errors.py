"""What can be wrong with the files that pages are made of.

WallError
├── CatalogueError  a catalogue of translations cannot be read
├── MapError        the coast or the map pack cannot be drawn
└── FrontEndError   a front-end library is not where set-up puts it
"""


class WallError(Exception):
    """A page cannot be made; the text says which file, why, and what to do."""


class CatalogueError(WallError, ValueError):
    """A catalogue of translations cannot be read."""


class MapError(WallError, ValueError):
    """The coast or the map pack cannot be drawn."""


class FrontEndError(WallError, FileNotFoundError):
    """A front-end library is not where set-up puts it."""
