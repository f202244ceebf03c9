// @ts-check
// One event stream, and the watch over it. The browser comes back by itself after most failures; what it does not
// mend (an answer that is no stream, a line that is dead without saying so) is mended here.
//
// good -> late: no word for 12 s. late -> gone: none for 25 s. Any word: good. Real time, as the hub's sign of life each
// 5 s is, whatever the rate of its clock.

export const LATE_AFTER_MS = 12000;
/** People are promised the word "gone" within 30 s of the hub's end; it may end right after it spoke. */
export const GONE_AFTER_MS = 25000;
const LOOK_EVERY_MS = 500;
const OPEN_AGAIN_MS = 2000;
/** Into a dead line the browser calls ever more rarely; who calls afresh is heard soon after the line is back. */
const CONNECT_LONGEST_MS = 4000;
const KINDS = ["tik", "station", "view", "layout", "alarms", "nodes", "reset"];

/** @typedef {"good" | "late" | "gone"} Link */

export class Stream {
  /**
   * @param {string} since id of the change as of which the page stands
   * @param {(kind: string, data: any, id: string) => void} onEvent
   * @param {(link: Link, silentMs: number) => void} onLink called twice a second
   */
  constructor(since, onEvent, onLink) {
    this.since = since;
    this.onEvent = onEvent;
    this.onLink = onLink;
    this.heardMs = performance.now();
    this.openedMs = 0;
    /** @type {EventSource | null} */
    this.source = null;
    this.open();
    setInterval(() => this.look(), LOOK_EVERY_MS);
  }

  open() {
    this.source?.close();
    this.openedMs = performance.now();
    this.source = new EventSource(`/api/v1/events?since=${encodeURIComponent(this.since)}`);
    for (const kind of KINDS) this.source.addEventListener(kind, (event) => this.hear(kind, event));
  }

  /** @param {string} kind @param {MessageEvent} event */
  hear(kind, event) {
    this.heardMs = performance.now();
    if (event.lastEventId) this.since = event.lastEventId;
    this.onEvent(kind, JSON.parse(event.data), event.lastEventId);
  }

  look() {
    const now = performance.now();
    const silentMs = now - this.heardMs;
    const openMs = now - this.openedMs;
    const state = this.source?.readyState;
    const isClosed = state === EventSource.CLOSED && openMs > OPEN_AGAIN_MS;
    const longestMs = state === EventSource.CONNECTING ? CONNECT_LONGEST_MS : LATE_AFTER_MS;
    if (isClosed || (silentMs > LATE_AFTER_MS && openMs > longestMs)) this.open();
    this.onLink(silentMs > GONE_AFTER_MS ? "gone" : silentMs > LATE_AFTER_MS ? "late" : "good", silentMs);
  }
}
