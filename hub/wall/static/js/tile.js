// @ts-check
// Fills a station's tile. The same places and words as templates/_tile.html; a browser test holds both together.

import { draw, part, setAttribute, setHidden, setText } from "./page.js";
import { age, change, level, metres, reasons, say, since } from "./wording.js";

/** What the hub would call the station now, from its newest word and its age. @param {any} st @param {number} now */
export function stateOf(st, now) {
  const knownMs = st.at_ms ?? st.received_ms;
  if (knownMs === null) return "never";
  const ageS = (now - knownMs) / 1000;
  if (st.is_silent || ageS > st.lost_after_s) return "lost";
  if (st.is_stale || ageS > st.stale_after_s) return "stale";
  if (st.is_suspect || (st.flag !== 1 && st.flag !== 2)) return "suspect";
  return ageS > st.late_after_s ? "late" : "fresh";
}

/** A value of a hub that is gone is old, whatever its age says. @param {string} state */
export function withoutHub(state) {
  return state === "never" || state === "lost" ? state : "stale";
}

/** @param {string} state */
export const isUnknown = (state) => state === "never" || state === "lost" || state === "stale";

/** @param {any} st @param {string} state */
function trendText(st, state) {
  if (state === "never") return say("BELUM ADA DATA");
  if (isUnknown(state) && st.box_standing === "quarantined") return say("KOTAK DIKARANTINA");
  if (isUnknown(state) && st.box_standing === "revoked") return say("KOTAK DICABUT");
  if (state === "lost") return say("POS PUTUS");
  if (state === "stale") return say("DATA BASI");
  if (st.rise_cm === null) return "";
  if (Math.abs(st.rise_cm) < 1) return say("tetap");
  const arrow = st.rise_cm > 0 ? "↑" : "↓";
  return `${arrow} ${change(st.rise_cm)} m / ${say("{n} mnt", { n: Math.round(st.rise_in_s / 60) })}`;
}

/** An hour by a clock that nobody trusts is the hub's reckoning, or is not told at all.
 * @param {number | null} ms @param {boolean} isDoubted @param {number} now */
function sinceText(ms, isDoubted, now) {
  if (ms === null) return say("waktu tidak pasti");
  const time = since(ms, now);
  return isDoubted ? say("sejak kira-kira {time}", { time }) : say("sejak {time}", { time });
}

/** @param {any} st @param {string} state @param {number} now */
function nextText(st, state, now) {
  if (state === "never") return "";
  if (state === "lost" && st.silent_since_ms) return sinceText(st.silent_since_ms, false, now);
  if (state === "lost" || state === "stale") return sinceText(st.at_ms, st.is_at_doubted, now);
  if (st.rule_error) return say("ATURAN GAGAL");
  if (st.reason) return reasons[st.reason] ?? st.reason;
  if (!st.thresholds) return "";
  if (st.box_threshold_version && st.box_threshold_version !== st.thresholds.version) {
    return say("pos memakai ambang v{version}", { version: st.box_threshold_version });
  }
  return st.stage_cm === null ? "" : distanceText(st);
}

/** @param {any} st */
function distanceText(st) {
  const severity = st.severity ?? 0;
  if (severity >= 3) {
    const over = st.stage_cm - st.thresholds.raise_cm[2];
    return over >= 0
      ? say("{m} m di atas {level}", { m: metres(over), level: level(3) })
      : say("{m} m di bawah {level}", { m: metres(-over), level: level(3) });
  }
  const left = st.thresholds.raise_cm[severity] - st.stage_cm;
  const next = level(severity + 1);
  return left > 0 ? say("{m} m ke {level}", { m: metres(left), level: next }) : say("di atas {level}", { level: next });
}

/** @param {any} st */
function qualityText(st) {
  if (st.flag === null) return "";
  if (st.flag === 3) return say("mutu diragukan");
  if (st.flag === 4) return say("mutu gagal");
  if (st.flag === 9) return say("bacaan hilang");
  if (st.is_suspect) return say("perlu verifikasi");
  return st.flag === 2 ? say("mutu belum diuji") : say("mutu baik");
}

/** @param {any} st @param {string} state */
function chipText(st, state) {
  if (st.severity === null || (st.severity === 0 && isUnknown(state))) return "";
  return st.severity > 0 ? level(st.severity).toUpperCase() : level(0);
}

/** @param {Element} tile @param {any} chart */
export function fillChart(tile, chart) {
  setAttribute(tile.querySelector(".line"), "d", chart.line);
  setAttribute(tile.querySelector(".end"), "d", chart.end ? `M${chart.end[0]},${chart.end[1]}h0` : "");
  tile.querySelector(".holes")?.replaceChildren(
    ...chart.holes.map((/** @type {any} */ hole) => draw("rect", { x: hole.x, y: 0, width: hole.width, height: 400 })),
  );
  tile.querySelector(".marks")?.replaceChildren(
    ...chart.marks.map((/** @type {any} */ mark) =>
      draw("path", {
        class: "mark",
        "data-severity": mark.severity,
        "data-reached": mark.is_reached,
        d: `M0,${mark.y}h1200`,
      }),
    ),
  );
}

/** @param {any} st @param {number} now */
function ageText(st, now) {
  if (st.at_ms === null) return st.is_at_doubted ? say("waktu ukur tidak pasti") : "";
  const old = { age: age((now - st.at_ms) / 1000) };
  return st.is_at_doubted ? say("umur data ± {age}", old) : say("umur data {age}", old);
}

/** What grows old by itself. @param {Element} tile @param {any} st @param {string} state @param {number} now */
export function fillAge(tile, st, state, now) {
  setAttribute(tile, "data-state", state);
  const chip = chipText(st, state);
  setText(part(tile, "level"), chip);
  setHidden(tile.querySelector(".chip"), !chip);
  setText(part(tile, "trend"), trendText(st, state));
  setText(part(tile, "next"), nextText(st, state, now));
  setText(part(tile, "age"), ageText(st, now));
}

/** Everything. @param {Element} tile @param {any} st @param {string} state @param {number} now */
export function fillTile(tile, st, state, now) {
  const name = tile.querySelector(".name");
  setAttribute(tile, "data-station", st.id);
  setAttribute(tile, "data-severity", st.severity === null ? "" : String(st.severity));
  setText(tile.querySelector(".letter"), st.letter);
  setText(name, st.name);
  setAttribute(name, "href", `/sungai/${st.id}`);
  setText(part(tile, "place"), st.name.includes(st.river) ? "" : st.river);
  setAttribute(tile.querySelector(".chip use"), "href", `#shape-${st.severity ?? 0}`);
  setText(part(tile, "value"), metres(st.stage_cm));
  setText(part(tile, "quality"), qualityText(st));
  if (st.chart) fillChart(tile, st.chart);
  fillAge(tile, st, state, now);
}
