// @ts-check
// Numbers, times and sentences as people read them. The same as hub/wall/wording.py; a browser test holds both together.

/** @type {{language: string, sentences: Record<string, string>, reasons: Record<string, string>, levels: Record<string, string>, offset_h: number}} */
const words = JSON.parse(document.getElementById("words")?.textContent ?? "{}");

export const reasons = words.reasons;

/** @param {string} sentence @param {Record<string, string | number>} [values] */
export function say(sentence, values = {}) {
  const text = words.sentences[sentence] ?? sentence;
  return text.replace(/\{(\w+)\}/g, (_, name) => String(values[name]));
}

/** @param {number | null} severity */
export function level(severity) {
  return severity === null ? say("Belum ada data") : words.levels[severity];
}

/** @param {number} value @param {number} digits */
export function decimal(value, digits) {
  const scale = 10 ** digits;
  const text = (Math.floor(Math.abs(value) * scale + 0.5) / scale).toFixed(digits);
  const sign = value < 0 && Number(text) ? "−" : "";
  return sign + (words.language === "id" ? text.replace(".", ",") : text);
}

/** cm as metres, without the unit. @param {number | null} cm */
export function metres(cm) {
  return cm === null ? "–" : decimal(cm / 100, 2);
}

/** @param {number} cm */
export function change(cm) {
  return (Math.floor(cm + 0.5) > 0 ? "+" : "") + metres(cm);
}

/** Real seconds that something took. @param {number} value */
export function seconds(value) {
  const digits = value < 1 ? 2 : value < 10 ? 1 : 0;
  return value >= 300 ? age(value) : say("{n} dtk", { n: decimal(value, digits) });
}

/** @param {number} value seconds */
export function age(value) {
  const whole = Math.max(0, Math.trunc(value));
  if (whole < 60) return say("{n} dtk", { n: whole });
  if (whole < 3600) return say("{n} mnt", { n: Math.trunc(whole / 60) });
  if (whole < 86400) return say("{h} j {m} mnt", { h: Math.trunc(whole / 3600), m: Math.trunc((whole % 3600) / 60) });
  return say("{d} hr {h} j", { d: Math.trunc(whole / 86400), h: Math.trunc((whole % 86400) / 3600) });
}

const two = (/** @type {number} */ n) => String(n).padStart(2, "0");

/** Running time as mm:ss. @param {number} value seconds */
export function minutes(value) {
  const whole = Math.max(0, Math.trunc(value));
  const tail = `${two(Math.trunc((whole % 3600) / 60))}:${two(whole % 60)}`;
  return whole >= 3600 ? `${Math.trunc(whole / 3600)}:${tail}` : tail;
}

/** As LAST_MS of contract/clock.py: a broken clock may say a year that no Date holds. */
const LAST_MS = 253370764800000;

/** The city's clock as a Date whose UTC fields are the city's. @param {number} ms */
const local = (ms) => new Date(Math.min(ms, LAST_MS) + words.offset_h * 3600000);

/** @param {number} ms */
export function time(ms) {
  const at = local(ms);
  return `${two(at.getUTCHours())}:${two(at.getUTCMinutes())}`;
}

/** @param {number} ms */
export function timeS(ms) {
  return `${time(ms)}:${two(local(ms).getUTCSeconds())}`;
}

/** @param {number} ms */
export function date(ms) {
  const at = local(ms);
  const weekday = say("Sen Sel Rab Kam Jum Sab Min").split(" ")[(at.getUTCDay() + 6) % 7];
  return `${weekday} ${at.getUTCDate()} ${month(at)} ${at.getUTCFullYear()}`;
}

/** @param {Date} at */
function month(at) {
  return say("Jan Feb Mar Apr Mei Jun Jul Agu Sep Okt Nov Des").split(" ")[at.getUTCMonth()];
}

/** hh:mm, with the day when that is not today. @param {number} ms @param {number} now */
export function since(ms, now) {
  const at = local(ms);
  const isToday = at.toISOString().slice(0, 10) === local(now).toISOString().slice(0, 10);
  return isToday ? time(ms) : `${at.getUTCDate()} ${month(at)} ${time(ms)}`;
}
