// @ts-check
// Keeps a page true while somebody looks at it: ages grow by the second, the page itself is fetched again every few
// seconds. A hidden page fetches nothing. No event stream here: browsers allow six connections to one hub.

import { setText } from "./page.js";
import { age, date, say, time } from "./wording.js";
import { HubClock } from "./clock.js";
import { GONE_AFTER_MS, LATE_AFTER_MS } from "./stream.js";

const clock = new HubClock(Number(document.body.dataset.hub), Number(document.body.dataset.rate));
const everyMs = 1000 * Number(document.body.dataset.live ?? 0);
let heardMs = performance.now();
let shownMs = performance.now(); // when what the page shows was heard
let askedMs = performance.now();
let isAsking = false;
let isWanted = false; // once more, when the answer is here

function second() {
  const now = clock.now();
  setText(document.getElementById("clock"), time(now));
  setText(document.querySelector(".bar .now > time"), date(now));
  for (const element of document.querySelectorAll("[data-at]")) {
    setText(element, age((now - Number(/** @type {HTMLElement} */ (element).dataset.at)) / 1000));
  }
  if (!everyMs) return;
  const silentMs = performance.now() - heardMs;
  const isLate = document.visibilityState === "visible" && silentMs > LATE_AFTER_MS;
  setText(document.getElementById("link"), isLate ? say("Tautan terputus {age}", { age: age(silentMs / 1000) }) : held());
  document.body.classList.toggle("old", isLate && silentMs > GONE_AFTER_MS);
  if (document.visibilityState === "visible" && performance.now() - askedMs >= everyMs) void fresh();
}

/** Why the page is not renewed though the hub answers, and how old it is; empty while it is new. */
function held() {
  const shownForMs = performance.now() - shownMs;
  if (document.visibilityState !== "visible" || shownForMs <= LATE_AFTER_MS) return "";
  return say("Isi halaman dari {age} lalu: menunggu isian dikirim atau pilihan dilepas", { age: age(shownForMs / 1000) });
}

/** Fetch this page again and take over what it says; what has the focus, or words not sent yet, keeps them. */
export async function fresh() {
  isWanted = isAsking;
  if (isAsking) return;
  isAsking = true;
  askedMs = performance.now();
  try {
    const answer = await fetch(location.href, { signal: AbortSignal.timeout(8000) });
    if (answer.ok) take(new DOMParser().parseFromString(await answer.text(), "text/html"));
  } catch {
    // The word on the link says how long the hub has been silent.
  } finally {
    isAsking = false;
    if (isWanted) void fresh(); // something came meanwhile that the answer may not have held
  }
}

/** @param {Document} page */
function take(page) {
  const now = document.getElementById("main");
  const next = page.getElementById("main");
  if (!now || !next) return;
  heardMs = performance.now();
  clock.set(Number(page.body.dataset.hub), Number(page.body.dataset.rate));
  if (now.contains(document.activeElement) || !getSelection()?.isCollapsed || isWriting(now)) return;
  shownMs = heardMs;
  const held = keptPictures(now, next);
  now.replaceChildren(...next.childNodes);
  for (const [slot, picture] of held) slot.replaceWith(picture);
}

/**
 * Make room in a new page for pictures that this one shows already: fetched again, each would be seen again, and the
 * hub writes down who sees one.
 * @param {HTMLElement} now @param {HTMLElement} next @returns {[Element, HTMLImageElement][]}
 */
function keptPictures(now, next) {
  return [...next.querySelectorAll("img")].flatMap((image) => {
    const shown = [...now.querySelectorAll("img")].find((one) => one.getAttribute("src") === image.getAttribute("src"));
    if (!shown) return [];
    const slot = image.ownerDocument.createElement("span");
    image.replaceWith(slot);
    shown.alt = image.alt;
    return [/** @type {[Element, HTMLImageElement]} */ ([slot, shown])];
  });
}

/** Whether a form holds words that were not sent yet: they must not vanish. @param {HTMLElement} main */
function isWriting(main) {
  const fields = /** @type {NodeListOf<HTMLInputElement | HTMLTextAreaElement>} */ (
    main.querySelectorAll("textarea, input:not([type=hidden])")
  );
  return [...fields].some((field) => field.value !== field.defaultValue);
}

document.addEventListener("visibilitychange", () => {
  if (document.visibilityState === "visible" && everyMs) void fresh();
});
if (everyMs || document.querySelector("[data-at]")) setInterval(second, 1000);
