"""A published package, the few files that we take out of it, and their hashes."""

from typing import Annotated, Literal

from msgspec import Meta, Struct

from models.manifest import Digest

Name = Annotated[str, Meta(pattern=r"^[@a-zA-Z0-9][a-zA-Z0-9_./-]*$", description="a package's name")]


class Package(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One package. Its archive is thrown away when `files` have been taken out."""

    kind: Literal["npm", "wheel", "sdist", "debian"]
    name: Name
    version: str = ""
    """Empty for Debian: which version a release has is Debian's choice, and the files' hashes are enough."""
    sha256: Digest | None = None
    """Of the archive, where the version is pinned."""
    megabytes: float = 0.0
    """About how much is fetched, to tell whoever waits."""
    licence: str
    files: dict[str, Digest]
    """Paths inside the archive, and their SHA-256."""

    @property
    def label(self) -> str:
        """Name and version as people write them."""
        return f"{self.kind} {self.name} {self.version}".strip()

    @property
    def folder_name(self) -> str:
        """Where its files stand in a cache folder."""
        return f"{self.kind}-{self.name.replace('@', '').replace('/', '-')}-{self.version}".rstrip("-")
