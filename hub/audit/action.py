"""What is written into the audit log. The word before the dot is the group that `hub audit show --action` takes."""

from enum import StrEnum


class Action(StrEnum):
    """A deed, in the past."""

    LOG_BEGUN = "log.begun"
    """The first row; its subject is the epoch of the database."""

    SIGNED_IN = "sign_in.done"
    SIGN_IN_FAILED = "sign_in.failed"
    SIGNED_OUT = "sign_in.ended"

    ALERT_ACKNOWLEDGED = "alert.acknowledged"
    ALERT_DOWNGRADED = "alert.downgraded"
    ALERT_BORNE_OUT = "alert.borne_out"
    ALERT_SHELVED = "alert.shelved"
    ALERT_UNSHELVED = "alert.unshelved"
    ALERT_COMMENTED = "alert.commented"
    ALERT_TOLD_RT = "alert.told_rt"

    CITY_IMPORTED = "city.imported"
    """Stations, thresholds, bindings, quotas, recipients from a file."""

    CLAIM_MADE = "claim.made"
    CLAIM_REVOKED = "claim.revoked"
    """Both of a code of a site; the code itself is never written."""
    AUTHORITY_MADE = "authority.made"
    AUTHORITY_ROTATED = "authority.rotated"
    AUTHORITY_RENEWED = "authority.renewed"
    """The hub's own certificates, not its issuing key."""

    USER_SAVED = "user.saved"
    """Added, or given a new password."""
    TOKEN_MADE = "token.made"

    PROPOSAL_MADE = "proposal.made"
    PROPOSAL_APPROVED = "proposal.approved"
    """The rows of the deed itself follow, by the same transaction."""
    PROPOSAL_WITHDRAWN = "proposal.withdrawn"
    PROPOSAL_EXPIRED = "proposal.expired"
