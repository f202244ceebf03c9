"""What can go wrong between a person and an alert.

AlertingError
├── UnknownAlertError  there is no alert of this id
├── StaleVersion       the alert has changed since the person saw it; carries the alert as it is now
└── RefusedError       the rules of the life cycle forbid it; the text says why and what to do
"""

from hub.alerting.alert import Alert


class AlertingError(Exception):
    """Something a person asked of an alert cannot be done."""


class UnknownAlertError(AlertingError, LookupError):
    """There is no alert of this id."""


class StaleVersion(AlertingError, ValueError):  # noqa: N818 - the state of the world, not a mistake
    """The alert has changed since the person saw it.

    Attributes:
        alert: as it is now.
    """

    def __init__(self, alert: Alert, *, seen_version: int) -> None:
        """Keep the alert as it is now."""
        self.alert = alert
        super().__init__(
            f"alert {alert.alert_id}: seen in version {seen_version}, now in version {alert.version} "
            f"with severity {alert.severity}; look at it again"
        )


class RefusedError(AlertingError, ValueError):
    """The rules of the life cycle forbid it.

    Attributes:
        sentence_id: why, and what to do, in Indonesian; empty where whoever asks has a sentence of its own.
    """

    def __init__(self, why_en: str, sentence_id: str = "") -> None:
        """Keep both; the text of the error is English, without a full stop."""
        self.sentence_id = sentence_id
        super().__init__(why_en)
