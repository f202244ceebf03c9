"""What can go wrong in ingest.

IngestError
├── PartFailedError  one station's or one fault's part of a transaction was undone
└── TlsFilesError    the authority, certificate or key of the hub cannot be loaded
"""

from hub.errors import HubError


class IngestError(HubError):
    """Ingest cannot do what it was started for."""


class PartFailedError(IngestError):
    """The part was undone, the rest of the transaction stands; the cause says what went wrong."""


class TlsFilesError(IngestError, ValueError):
    """The authority, certificate or key of the hub cannot be loaded."""
