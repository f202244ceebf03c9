"""Says in the terminal where to look, what is guarded by TLS, and why a browser warns."""

from collections.abc import Sequence

from contract.clock import ScaledClock
from hub.config import LOOPBACK
from hub.demo.files import secret
from hub.demo.people import ADMIN_PASSWORD
from hub.demo.place import Place
from hub.demo.ports import Ports
from hub.demo.scenario import BoxToStart
from hub.fleet.authority import shelf
from provisioning.identity import fingerprint


def say_where(
    place: Place, ports: Ports, boxes: Sequence[BoxToStart], *, clock: ScaledClock, api_token: str
) -> None:  # fmt: skip
    """Print it."""
    password = secret(place.secrets, ADMIN_PASSWORD)
    print(
        f"\nJagawai · PERAGAAN {clock.rate:g}x\n\n"
        f"  Dinding   http://{LOOPBACK}:{ports.web}/dinding\n"
        f"  Masuk     http://{LOOPBACK}:{ports.web}/masuk   admin / {password}\n"
        f"  Kamera    http://{LOOPBACK}:{ports.web}/kamera\n"
        f"  Telepon   http://{LOOPBACK}:{ports.phone}/\n"
        f"  API       Authorization: Bearer {api_token}\n"
        f"  Catatan   {place.logs}\n"
        f"{'' if ports.https is None else by_tls(place, ports, boxes)}\n"
        "Waspada pertama dalam 60 detik, Awas dalam 4 menit. Ctrl-C menghentikan semuanya.\n",
        flush=True,
    )


def by_tls(place: Place, ports: Ports, boxes: Sequence[BoxToStart]) -> str:
    """Return what is said of the demo with TLS."""
    authority = shelf.open_authority(place.home)
    root = authority.folder / shelf.ROOT
    https = f"https://{LOOPBACK}:{ports.https}"
    names = "".join(
        f"\n            CN={box.identity.node_id}  {box.site_id}" for box in boxes if box.identity is not None
    )
    return (
        f"\n  TLS       {https}/dinding   halaman yang sama / the same pages; yang di atas tanpa TLS, hanya mesin ini\n"
        f"  Kotak     MQTT hanya dengan TLS dan sertifikat / boxes by mutual TLS only: {LOOPBACK}:{ports.mqtt}{names}\n"
        f"  Otoritas  {fingerprint.short(authority.fingerprint)}, HANYA PERAGAAN / demo only; kunci akar / root key: "
        f"{place.root_key}\n\n"
        "  Peramban memperingatkan di alamat https: otoritas peragaan ini tidak dikenalnya. Itu benar.\n"
        "  The browser warns at the https address: it does not know this demo's authority. It is right to.\n"
        f"  Percaya / to trust it:  curl --cacert {root} {https}/healthz\n"
        "  Di peramban: impor berkas itu sebagai otoritas, dalam profil yang hanya untuk peragaan, lalu hapus lagi.\n"
        "  Langkah demi langkah untuk kota sungguhan / step by step for a real city: docs/city.md\n"
    )
