"""What can go wrong between a producer, its outbox file, the inbox file and those who read them.

OutboxError
├── OutboxInUseError     a second process wants to write the same file
├── OutboxBusyError      somebody else holds the file this moment: try again
├── OutboxFullError      not even a class 0 record fits, or the disk takes no more writes
├── SpoolRebornError     the file was damaged; a new spool stands ready: do the step again
├── InboxRebornError     the same for the inbox: begun anew, lay everything down again
├── DisorderError        inside this folder: the file opens, but cannot be trusted
├── RecordRefusedError   a record with the wrong `seq`, or one that could never be sent
└── FileUnreadableError  for readers
    ├── FileAwayError    not there, or busy this moment: skip it and look again later
    └── FileDamagedError its pages do not make sense
"""


class OutboxError(Exception):
    """Something about an outbox or inbox file."""


class OutboxInUseError(OutboxError):
    """A second process wants to write the same file."""


class OutboxBusyError(OutboxError):
    """Somebody else holds the file this moment, or it does not open: try again."""


class OutboxFullError(OutboxError, OSError):
    """Nothing can be written: the quota is used up to the last page, or the disk takes no more writes."""


class SpoolRebornError(OutboxError):
    """The file was damaged. A new spool stands ready; what this transaction held was not written: do it again."""


class InboxRebornError(OutboxError):
    """The inbox was damaged and begun anew, empty: lay everything down again."""


class DisorderError(OutboxError):
    """The file opens, but what it says of itself cannot be true. Does not leave this folder: a new spool follows."""


class RecordRefusedError(OutboxError, ValueError):
    """A record has the wrong `seq`, or is too large to be sent ever."""


class FileUnreadableError(OutboxError):
    """A reader got nothing."""


class FileAwayError(FileUnreadableError):
    """The file is not there, or busy this moment: skip it and look again later."""


class FileDamagedError(FileUnreadableError):
    """The file's pages do not make sense."""
