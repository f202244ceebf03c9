// @ts-check
// Keeps the tiles of cameras true: the hub writes them anew when one has changed or grown old, ages grow here.

import { setAttribute, setText } from "./page.js";
import { age, say } from "./wording.js";

const ASK_EVERY_MS = 2000;
const OF_NOW = ["fresh", "late", "slow"];

const section = /** @type {HTMLElement} */ (document.getElementById("views"));
let isWanted = false;
let isAsking = false;
let askedMs = 0;

/** Say that a tile is no longer what it was. */
export function viewsChanged() {
  isWanted = true;
  void ask();
}

/** Fetch the tiles as the hub writes them; what comes meanwhile is asked for once more, by the next second. */
async function ask() {
  if (isAsking || !isWanted || performance.now() - askedMs < ASK_EVERY_MS) return;
  isAsking = true;
  isWanted = false;
  askedMs = performance.now();
  try {
    const answer = await fetch(`/dinding/kamera?lang=${document.documentElement.lang}`, { signal: AbortSignal.timeout(8000) });
    if (answer.ok) take(new DOMParser().parseFromString(await answer.text(), "text/html"));
  } catch {
    isWanted = true; // the word on the link says that the hub is away; the next second tries again
  } finally {
    isAsking = false;
  }
}

/** A wall with cameras has another map than one without: that is another page. @param {Document} page */
function take(page) {
  const tiles = [...page.querySelectorAll(".view")];
  if (String(tiles.length > 0) !== document.body.dataset.views) location.reload();
  section.replaceChildren(...tiles);
}

/** What grows old by itself. @param {number} now @param {boolean} isGone whether the hub is */
export function viewsSecond(now, isGone) {
  for (const tile of /** @type {NodeListOf<HTMLElement>} */ (section.querySelectorAll(".view[data-at]"))) {
    const ageMs = now - Number(tile.dataset.at);
    const old = { age: age(ageMs / 1000) };
    const isDoubted = tile.dataset.doubted === "true";
    setText(tile.querySelector(".age"), isDoubted ? say("umur ± {age}", old) : say("umur {age}", old));
    const isOld = isGone || ageMs > 1000 * Number(tile.dataset.stale);
    if (!isOld || !OF_NOW.includes(tile.dataset.state ?? "")) continue;
    setAttribute(tile, "data-state", "stale");
    setText(tile.querySelector(".what"), say("DATA BASI"));
    viewsChanged();
  }
  void ask();
}
