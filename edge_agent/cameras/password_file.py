"""Whether a camera's password file is what docs/cameras.md asks for, before the camera refuses us or others read it."""

import stat
from collections.abc import Iterator
from pathlib import Path

_OTHERS = 0o077
_WRITE = (
    "Tulis kata sandinya saja ke berkas ini, lalu chmod 600 / Write the password alone into this file, then chmod 600"
)


def problems(path: Path) -> Iterator[str]:
    """Yield what is wrong with a password file, each with what to do; never what stands in it.

    Args:
        path: of a file that holds one line, readable for the agent's user alone.
    """
    try:
        lines = path.read_text(encoding="utf-8").rstrip("\r\n").splitlines()
        mode = stat.S_IMODE(path.stat().st_mode)
    except FileNotFoundError:
        yield f"{path}: tidak ada / is not there. {_WRITE}"
        return
    except UnicodeDecodeError:
        yield f"{path}: bukan teks UTF-8 / is no UTF-8 text. {_WRITE}"
        return
    except OSError as exc:
        advice = "Periksa pemilik dan izin / Check owner and mode"
        yield f"{path}: tidak dapat dibaca / cannot be read: {exc.strerror}. {advice}"
        return
    if not lines:
        yield f"{path}: kosong / is empty. {_WRITE}"
    elif len(lines) > 1:
        yield f"{path}: harus satu baris / must be one line, got {len(lines)}. {_WRITE}"
    if mode & _OTHERS:
        yield (
            f"{path}: dapat dibaca pengguna lain / is open to other users: mode must be 600, got {mode:o}. "
            f"Coba / Try: chmod 600 {path}"
        )
