"""What is written into the audit log. The word before the dot is the group that `hub audit show --action` takes."""

from enum import StrEnum


class Action(StrEnum):
    """A deed, in the past."""

    LOG_BEGUN = "log.begun"
    """The first row; its subject is the epoch of the database."""
    LOG_RESTORED = "log.restored"
    """Rows that may have stood behind the row before went with a restore; its subject is the new epoch."""

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
    CLAIM_TAKEN = "claim.taken"
    """A box became known by it."""
    CLAIM_COPIED = "claim.copied"
    """A used code came with another key."""
    AUTHORITY_BEGUN = "authority.begun"
    """One of the three that follow is begun; where none follows it was refused or cut short."""
    AUTHORITY_MADE = "authority.made"
    AUTHORITY_ROTATED = "authority.rotated"
    AUTHORITY_RENEWED = "authority.renewed"
    """The hub's own certificates, not its issuing key."""

    USER_SAVED = "user.saved"
    """Added, or given a new password."""
    USER_ROLE_SET = "user.role_set"
    USER_DISABLED = "user.disabled"
    USER_ENABLED = "user.enabled"
    USER_LINK_MADE = "user.link_made"
    """By which the first administrator begins; the link itself is never written."""
    TOKEN_MADE = "token.made"
    TOKEN_REVOKED = "token.revoked"

    BACKUP_MADE = "backup.made"

    PROPOSAL_MADE = "proposal.made"
    PROPOSAL_APPROVED = "proposal.approved"
    """The rows of the deed itself follow, by the same transaction."""
    PROPOSAL_WITHDRAWN = "proposal.withdrawn"
    PROPOSAL_EXPIRED = "proposal.expired"
