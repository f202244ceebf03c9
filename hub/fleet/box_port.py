"""Whether boxes find the port that is theirs: all they know is the address on their label."""

from contract.blobs import BOX_PORT_ABOVE
from hub.config import WebConfig
from provisioning.identity import claim_text
from provisioning.identity.errors import ClaimTextError


def warning(web: WebConfig, *, address: str | None = None) -> str | None:
    """Return what is to be said where boxes look for their port elsewhere than it is.

    Args:
        web: of the hub's config.
        address: host:port of a label; None: the one that labels are printed with by this config.
    """
    if web.tls is None:
        return None
    label = address or _address(web)
    looked_at, is_at = int(label.rpartition(":")[2]) + BOX_PORT_ABOVE, web.tls.boxes_at()
    if looked_at == is_at:
        return None
    return (
        f"PERINGATAN / WARNING: dengan label {label} kotak mencari portnya di {looked_at}, tetapi hub melayaninya di "
        f"{is_at} / with a label {label} boxes look for their port at {looked_at}, and the hub serves it at {is_at}. "
        f"Ubah / change web.tls.box_port, teruskan port itu di perute / forward it in the router, atau di tiap kotak / "
        f"or at each box: provision renew --box-port {is_at}"
    )


def _address(web: WebConfig) -> str:
    """Return host:port as a label by this config has it; boxes come by HTTPS only."""
    at_home = f"{web.tls.host}:{web.tls.port}" if web.tls is not None else ""
    if not web.public_url or web.public_url.startswith("http://"):
        return at_home
    try:
        return claim_text.address(web.public_url)
    except ClaimTextError:
        return at_home
