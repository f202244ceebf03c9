"""Takes the picture of the wall that the README shows, from a hub that runs.

Run as `.venv/bin/python scripts/screenshot_wall.py [--url http://127.0.0.1:8080] [--out docs/wall.png]`; with
`--wait "dibaca 1"` it waits until the wall says so.
"""  # noqa: INP001 - a script, started by its path

import argparse
import os
import sys
from pathlib import Path

from playwright.sync_api import Error, sync_playwright

CHROMIUM = Path("/usr/bin/chromium")
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--autoplay-policy=no-user-gesture-required",
)
WIDTH, HEIGHT = 1920, 1080
WAIT_MOST_S = 300


def take(url: str, out: Path, *, wait_for: str) -> None:
    """Open the wall at `url`, wait until it follows the hub (and says `wait_for`), and save it."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=[*FLAGS])
        page = browser.new_page(viewport={"width": WIDTH, "height": HEIGHT})
        page.goto(f"{url}/dinding")
        page.wait_for_function(
            "(words) => document.body.dataset.link === 'good' && document.querySelector('#link').textContent"
            " && (!words || document.querySelector('main').innerText.includes(words))",
            arg=wait_for,
            timeout=1000 * WAIT_MOST_S,
        )
        page.evaluate("() => document.fonts.ready")
        out.parent.mkdir(parents=True, exist_ok=True)
        page.screenshot(path=out, animations="disabled")
        browser.close()


def main() -> int:
    """Take the picture; say where it is, or what is missing."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--url", default=f"http://127.0.0.1:{os.environ.get('JAGAWAI_WEB_PORT', '8080')}")
    parser.add_argument("--out", type=Path, default=Path("docs/wall.png"))
    parser.add_argument("--wait", default="", help="words that the wall must say first, such as 'dibaca 1'")
    arguments = parser.parse_args()
    if not CHROMIUM.exists():
        sys.stderr.write(f"{CHROMIUM} is not there. Try: apt-get install chromium\n")
        return 1
    try:
        take(arguments.url, arguments.out, wait_for=arguments.wait)
    except Error as problem:
        sys.stderr.write(f"{arguments.url}: no picture: {problem.message}\nTry: make demo, and wait for the wall.\n")
        return 1
    sys.stdout.write(f"{arguments.out}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
