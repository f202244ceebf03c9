"""The phone's page: an inbox of 390 x 844 pixels with one card a message, Indonesian."""

from collections.abc import Sequence
from datetime import timedelta
from html import escape

from contract.clock import aware
from hub.dispatch.channel import Letter

UTC_OFFSET_H = 9
ZONE_NAME = "WIT"

_ROLES = {"officer": "petugas", "lurah": "lurah", "rt": "ketua RT", "lead": "ketua regu", "oncall": "piket BPBD"}
_LEVEL_CLASSES = {1: "waspada", 2: "siaga", 3: "awas"}
_SHAPES = {"waspada": "▲", "siaga": "◆", "awas": "■", "selesai": "✓", "alat": "!"}

_CSS = """
*{box-sizing:border-box;margin:0}
body{background:#E4E7EA;color:#1B1F23;font:400 16px/1.4 system-ui,"Noto Sans",sans-serif}
.phone{max-width:390px;min-height:100vh;margin:0 auto;background:#F4F5F6}
header{position:sticky;top:0;background:#22262A;color:#fff;padding:12px 16px}
h1{font-size:20px}
header p{color:#C9CFD5;font-size:14px}
main{padding:12px;display:grid;gap:12px}
article{background:#fff;border:1px solid #9AA3AB;border-radius:8px;overflow:hidden}
h2{font-size:16px;padding:8px 12px;display:flex;gap:8px;background:#E4E7EA}
h2 time{margin-left:auto;font-weight:400;font-variant-numeric:tabular-nums}
article p{padding:8px 12px 0}
.to{font-size:14px;color:#3F474E}
.waspada h2{background:#F5C518;color:#111}
.siaga h2{background:#FF8A1F;color:#111}
.awas{border:3px solid #B3201A}
.awas h2{background:#B3201A;color:#fff}
a{display:block;margin:12px;padding:12px;min-height:48px;border-radius:8px;background:#1B4F8A;color:#fff;
text-align:center;text-decoration:none;font-weight:600}
a:focus-visible{outline:3px solid #1B1F23;outline-offset:2px}
.none{padding:48px 16px;text-align:center;color:#3F474E}
article>:last-child{margin-bottom:12px}
"""
_SCRIPT = """
let seen = document.querySelector("main").dataset.newest;
async function look() {
  try {
    const newest = await (await fetch("/newest")).text();
    if (newest !== seen) {
      const page = new DOMParser().parseFromString(await (await fetch("/")).text(), "text/html");
      document.querySelector("main").replaceWith(page.querySelector("main"));
      seen = newest;
    }
  } finally {
    setTimeout(look, 1000);
  }
}
look();
"""


def page(letters: Sequence[Letter]) -> str:
    """Return the inbox with `letters`, newest first."""
    cards = "".join(_card(letter) for letter in letters) or '<p class="none">Belum ada pesan.</p>'
    return (
        '<!doctype html><html lang="id"><head><meta charset="utf-8"><title>Telepon peragaan</title>'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        '<link rel="icon" href="data:,"><noscript><meta http-equiv="refresh" content="3"></noscript>'
        f"<style>{_CSS}</style></head><body><div class=phone>"
        "<header><h1>Pesan</h1><p>Telepon peragaan: semua penerima di satu layar</p></header>"
        f'<main aria-live="polite" data-newest="{escape(newest(letters))}">{cards}</main></div>'
        f"<script>{_SCRIPT}</script></body></html>"
    )


def newest(letters: Sequence[Letter]) -> str:
    """Return what changes when a message comes."""
    return letters[0].delivery_id if letters else ""


def _card(letter: Letter) -> str:
    css, title = _look(letter)
    at = (aware(letter.created_ms) + timedelta(hours=UTC_OFFSET_H)).strftime("%H:%M")
    role = _ROLES.get(letter.role, letter.role)
    link = f'<a href="{escape(letter.link)}">Buka pesan</a>' if letter.link else ""
    return (
        f'<article class="{css}" data-delivery="{escape(letter.delivery_id)}">'
        f'<h2><span aria-hidden="true">{_SHAPES[css]}</span>{escape(title)}<time>{at} {ZONE_NAME}</time></h2>'
        f'<p class="to">Kepada {escape(letter.to)} ({escape(role)})</p><p>{escape(letter.text)}</p>{link}</article>'
    )


def _look(letter: Letter) -> tuple[str, str]:
    """Return the class and title of a card."""
    if letter.kind != "level":
        return ("alat", "GANGGUAN") if letter.severity else ("selesai", "PULIH")
    if letter.severity in _LEVEL_CLASSES:
        return _LEVEL_CLASSES[letter.severity], letter.word.upper()
    return "selesai", "SELESAI"
