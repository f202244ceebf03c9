// @ts-check
// Sounds of the wall, made here, one at a time, the most urgent first. An acknowledgement ends the sound, not the alarm.
//
// Awas every 4 s and louder once escalated, Siaga every 15 s, Waspada once per alert, a lost link once and then every
// five minutes, a station of Siaga or more that goes stale once and softly.

const AWAS = { tones: [660, 880, 1100], everyMs: 4000 };
const SIAGA = { tones: [660, 880], everyMs: 15000 };
const WASPADA = { tones: [520], everyMs: Infinity };
const LOST = { tones: [330, 260], everyMs: 300000 };
const STALE = { tones: [392], everyMs: Infinity };
const TONE_S = 0.2;
const USUAL = 0.25;
const LOUD = 0.8;
const SOFT = 0.08;

export class Sound {
  constructor() {
    /** @type {AudioContext | null} */
    this.context = null;
    this.current = "";
    this.playedMs = -Infinity;
    /** @type {Set<string>} */
    this.heard = new Set();
  }

  start() {
    this.context ??= new AudioContext();
    void this.context.resume();
  }

  get isMute() {
    return this.context?.state !== "running";
  }

  /** Called each second. @param {any[]} open alerts @param {string[]} stale stations @param {boolean} isGone @param {number} now */
  update(open, stale, isGone, now) {
    const wanted = choose(open, stale, isGone, now, this.heard);
    this.heard = new Set([...this.heard].filter((key) => !key.startsWith("stale/") || stale.includes(key.slice(6))));
    if (!wanted) {
      this.current = "";
      return;
    }
    const isOther = wanted.key !== this.current;
    if (!isOther && performance.now() - this.playedMs < wanted.form.everyMs) return;
    this.current = wanted.key;
    this.playedMs = performance.now();
    if (this.isMute) return;
    if (wanted.form.everyMs === Infinity) this.heard.add(wanted.key);
    this.play(wanted.form.tones, wanted.volume);
  }

  /** @param {number[]} tones Hz @param {number} volume */
  play(tones, volume) {
    const context = this.context;
    if (!context) return;
    tones.forEach((frequency, n) => {
      const at = context.currentTime + n * TONE_S;
      const gain = new GainNode(context, { gain: 0 });
      const tone = new OscillatorNode(context, { type: "triangle", frequency });
      gain.gain.setValueAtTime(0, at);
      gain.gain.linearRampToValueAtTime(volume, at + 0.02);
      gain.gain.setValueAtTime(volume, at + TONE_S - 0.03);
      gain.gain.linearRampToValueAtTime(0, at + TONE_S);
      tone.connect(gain).connect(context.destination);
      tone.start(at);
      tone.stop(at + TONE_S);
      tone.onended = () => gain.disconnect();
    });
  }
}

/**
 * What should be heard now, or null.
 * @param {any[]} open @param {string[]} stale @param {boolean} isGone @param {number} now @param {Set<string>} heard
 */
export function choose(open, stale, isGone, now, heard) {
  const calling = open.filter((a) => a.kind === "level" && a.acknowledged_ms === null && !(a.shelved_until_ms > now));
  const worst = calling.reduce((best, a) => (a.severity > (best?.severity ?? 0) ? a : best), /** @type {any} */ (null));
  if (worst?.severity === 3) {
    return { key: "awas", form: AWAS, volume: worst.escalation_step > 0 ? LOUD : USUAL };
  }
  if (worst?.severity === 2) return { key: "siaga", form: SIAGA, volume: USUAL };
  if (isGone) return { key: "lost", form: LOST, volume: USUAL };
  const fresh = calling.map((a) => `waspada/${a.id}/${a.version}`).find((key) => !heard.has(key));
  if (fresh) return { key: fresh, form: WASPADA, volume: USUAL };
  const quiet = stale.map((id) => `stale/${id}`).find((key) => !heard.has(key));
  return quiet ? { key: quiet, form: STALE, volume: SOFT } : null;
}
