"""A real browser in tests: Debian's Chromium, headless, that talks to loopback alone."""

import contextlib
from collections.abc import Iterator

from playwright.sync_api import Page, Playwright, Request

CHROMIUM = "/usr/bin/chromium"
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


class StrangeRequestError(AssertionError):
    """A page asked for something outside this machine."""


@contextlib.contextmanager
def open_page(playwright: Playwright, *, width: int, height: int) -> Iterator[Page]:
    """Give an empty page of this size, CSS px; fails at the end if it asked for anything outside loopback."""
    browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
    strange: list[str] = []

    def note(request: Request) -> None:
        if not request.url.startswith(("http://127.0.0.1:", "data:", "blob:", "about:")):
            strange.append(request.url)

    try:
        page = browser.new_page(viewport={"width": width, "height": height})
        page.on("request", note)
        yield page
        if strange:
            raise StrangeRequestError(f"requests left this machine: {strange}")
    finally:
        browser.close()
