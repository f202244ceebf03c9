"""What a person writes to an alert: some words, and not too many."""

from hub.alerting.errors import RefusedError


def verify_words(text: str, *, longest: int, what: str, what_id: str) -> str:
    """Return the words without the space around them.

    Args:
        text: as the person wrote it.
        longest: characters.
        what: its name in English, with its article.
        what_id: its name in Indonesian.

    Raises:
        RefusedError: there are no words, or too many.
    """
    words = text.strip()
    if not words:
        raise RefusedError(f"{what} needs words: write some", f"{what_id} belum diisi. Tulis dahulu.")
    if len(words) > longest:
        raise RefusedError(
            f"{what} has at most {longest} characters, got {len(words)}: shorten it",
            f"{what_id} paling panjang {longest} huruf, sekarang {len(words)}. Ringkaskan.",
        )
    return words
