// @ts-check
// The hub's (scaled) time between two signs of life: what it said last, and the time since then at its rate.

export class HubClock {
  /** @param {number} hubMs @param {number} rate scaled seconds per real second */
  constructor(hubMs, rate) {
    this.hubMs = hubMs;
    this.rate = rate;
    this.atMs = performance.now();
  }

  /** @param {number} hubMs @param {number} rate */
  set(hubMs, rate) {
    this.hubMs = hubMs;
    this.rate = rate;
    this.atMs = performance.now();
  }

  now() {
    return Math.floor(this.hubMs + (performance.now() - this.atMs) * this.rate);
  }
}
