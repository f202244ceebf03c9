"""Chromium for tests: one browser, a fresh profile per page, and an eye on what the page does behind our back."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

from playwright.sync_api import Browser, BrowserContext, Page, Response, sync_playwright

CHROMIUM = Path("/usr/bin/chromium")
AXE = Path(__file__).resolve().parents[2] / "node_modules" / "axe-core" / "axe.min.js"
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
WALL = (3840, 2160)
HALF_WALL = (1920, 1080)
PHONE = (390, 844)
DESK = (1280, 900)

CLIPPED = """() => {
  const found = [];
  for (const element of document.querySelectorAll("body *")) {
    if (element.childElementCount || !element.textContent.trim() || !element.getClientRects().length) continue;
    if (element.closest("svg, .skip, pre") || element.matches("h3 .place")) continue;
    for (let box = element.parentElement; box && box !== document.body; box = box.parentElement) {
      const style = getComputedStyle(box);
      if (style.overflowX === "visible" && style.overflowY === "visible") continue;
      const inner = element.getBoundingClientRect(), outer = box.getBoundingClientRect();
      const over = Math.max(inner.right - outer.right, inner.bottom - outer.bottom, outer.left - inner.left,
        outer.top - inner.top);
      if (over > 1) found.push(`${element.textContent.trim().slice(0, 40)} by ${Math.round(over)} px`);
      break;
    }
  }
  const wide = document.documentElement.scrollWidth - innerWidth;
  if (wide > 0) found.push(`the page is ${wide} px too wide`);
  return found;
}"""


@dataclass(slots=True)
class Watched:
    """A page and what it did: where it went, what went wrong, how much it fetched."""

    page: Page
    strangers: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    fetched: list[Response] = field(default_factory=list)

    def fetched_bytes(self) -> int:
        """Return the size of everything that was fetched, streams aside."""
        return sum(len(one.body()) for one in self.fetched if "event-stream" not in one.headers.get("content-type", ""))

    def clipped(self) -> list[str]:
        """Return every text that its box cuts off."""
        found: list[str] = self.page.evaluate(CLIPPED)
        return found

    def violations(self) -> list[str]:
        """Return what axe finds wrong."""
        self.page.evaluate(AXE.read_text(encoding="utf-8"))
        found: dict[str, Any] = self.page.evaluate("() => axe.run()")
        return [f"{v['id']}: {v['help']}: {[node['html'][:120] for node in v['nodes']]}" for v in found["violations"]]

    def text(self, selector: str) -> str:
        """Return the words of an element, spaces made even."""
        return " ".join(self.page.locator(selector).inner_text().split())


@contextmanager
def chromium(*, is_kiosk: bool = False) -> Iterator[Browser]:
    """Run the machine's Chromium without a window; a kiosk may play sound without a touch."""
    flags = [*FLAGS, *(["--autoplay-policy=no-user-gesture-required"] if is_kiosk else [])]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=flags)
        try:
            yield browser
        finally:
            browser.close()


@contextmanager
def watched(
    browser: Browser,
    *,
    size: tuple[int, int] = WALL,
    scheme: Literal["light", "dark"] = "light",
    scripts: bool = True,
    context: BrowserContext | None = None,
) -> Iterator[Watched]:
    """Open an empty page; at the end nothing may have left this machine and no script may have failed."""
    own = context or browser.new_context(
        viewport={"width": size[0], "height": size[1]}, color_scheme=scheme, java_script_enabled=scripts
    )
    page = own.new_page()
    seen = Watched(page)
    page.on(
        "request", lambda one: None if urlsplit(one.url).hostname == "127.0.0.1" else seen.strangers.append(one.url)
    )
    page.on("pageerror", lambda error: seen.errors.append(str(error)))
    page.on("response", lambda one: seen.fetched.append(one))  # noqa: PLW0108 - Playwright marks the function
    try:
        yield seen
    finally:
        page.close()
        if context is None:
            own.close()
    assert not seen.strangers, f"the page asked other machines: {seen.strangers}"
    assert not seen.errors, f"scripts failed: {seen.errors}"
