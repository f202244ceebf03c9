// @ts-check
// While somebody waits for a picture, the page follows the hub's event stream, so that it comes without a reload; the
// rest of the time it is fetched again every few seconds like any other (desk.js), and leaves its connection free.

import { fresh } from "./desk.js";

const LOOK_EVERY_MS = 500;

/** @type {EventSource | null} */
let source = null;

function follow() {
  const waiting = /** @type {HTMLElement | null} */ (document.querySelector("[data-waiting]"));
  if (!waiting) {
    source?.close();
    source = null;
    return;
  }
  if (source) return;
  source = new EventSource(`/api/v1/events?since=${encodeURIComponent(waiting.dataset.waiting ?? "")}`);
  source.addEventListener("reset", () => void fresh());
  source.addEventListener("view", (event) => {
    if (JSON.parse(event.data).id === waiting.dataset.of) void fresh();
  });
}

follow();
setInterval(follow, LOOK_EVERY_MS);
