// @ts-check
// What stands around the tiles: map, fleet, load, time line, the word on the link.

import { draw, make, part, setAttribute, setHidden, setText } from "./page.js";
import { age, date, say, time } from "./wording.js";

const WIDTH = 3744;
const DAY_MS = 86400000;
const TICK_MS = 7200000;
const EDGE = 62;
const PROCESS_LATE_S = 15;

const byId = (/** @type {string} */ id) => /** @type {HTMLElement} */ (document.getElementById(id));

/** @param {any} st @param {string} state */
export function fillPlace(st, state) {
  const sign = document.querySelector(`#places [data-station="${CSS.escape(st.id)}"]`);
  setAttribute(sign, "data-state", state);
  setAttribute(sign, "data-severity", st.severity === null ? "" : String(st.severity));
  setAttribute(sign?.querySelector("use") ?? null, "href", `#shape-${st.severity ?? "none"}`);
}

/** @param {any} nodes */
export function fillFleet(nodes) {
  const counts = part(byId("fleet"), "counts");
  const text = ` ${say("baik")} · ${nodes.quiet} ${say("diam")} · ${nodes.lost} ${say("putus")}`;
  if (counts && counts.textContent !== nodes.online + text) {
    counts.replaceChildren(make("b", "", String(nodes.online)), text);
  }
  const dots = nodes.dots.map((/** @type {any} */ dot) => {
    const element = make("i");
    element.dataset.state = dot.state;
    return element;
  });
  part(byId("fleet"), "dots")?.replaceChildren(...dots);
}

/** @param {any} load @param {any} layout */
export function fillLoad(load, layout) {
  setText(part(byId("load"), "ten"), String(load.in_10_min));
  setText(part(byId("load"), "day"), String(load.in_24_h));
  setText(part(byId("load"), "folded"), layout.folded ? say("+{n} pos lain", { n: layout.folded }) : "");
}

/** @param {number} ms @param {number} now */
const x = (ms, now) => Math.round(10 * WIDTH * (1 - (now - ms) / DAY_MS)) / 10;

/** @param {any[]} marks @param {number} offsetMs the city's from UTC @param {number} now */
export function fillTimeline(marks, offsetMs, now) {
  const svg = byId("timeline");
  const ticks = [];
  for (let at = Math.floor((now - DAY_MS + offsetMs) / TICK_MS) * TICK_MS - offsetMs; at < now; at += TICK_MS) {
    if (x(at, now) < EDGE || x(at, now) > WIDTH - EDGE) continue;
    const tick = draw("g", { transform: `translate(${x(at, now)} 0)` });
    const label = draw("text", { y: 156 });
    label.textContent = time(at);
    tick.append(draw("path", { d: "M0,84V108" }), label);
    ticks.push(tick);
  }
  svg.querySelector(".ticks")?.replaceChildren(...ticks);
  svg.querySelector(".marks")?.replaceChildren(...marks.filter((m) => now - m.at_ms < DAY_MS).map((m) => sign(m, now)));
}

/** @param {any} mark @param {number} now */
function sign(mark, now) {
  const group = draw("g", {
    class: "mark",
    "data-severity": mark.severity,
    "data-kind": mark.kind,
    transform: `translate(${x(mark.at_ms, now)} 0)`,
  });
  const letter = draw("text", { y: 78 - 46 * mark.lane });
  letter.textContent = mark.letter;
  const href = `#shape-${mark.kind === "level" ? mark.severity : "none"}`;
  group.append(draw("use", { href, x: -22, y: 46 - 46 * mark.lane, width: 44, height: 44 }), letter);
  return group;
}

/** @param {number} now */
export function fillClock(now) {
  setText(byId("clock"), time(now));
  setText(byId("date"), date(now));
}

/**
 * @param {import("./stream.js").Link} link
 * @param {number} silentMs since the hub's last word
 * @param {any} processes
 * @param {number} boxes
 * @param {number} goneSince hub time of its last word
 */
export function fillLink(link, silentMs, processes, boxes, goneSince) {
  const silentS = silentMs / 1000;
  const stopped = stoppedText(processes, silentS);
  setAttribute(document.body, "data-link", link === "good" && stopped ? "late" : link);
  setHidden(byId("gone"), link !== "gone");
  if (link === "gone") {
    setText(byId("gone"), say("TAUTAN KE PUSAT TERPUTUS sejak {time}. Semua nilai sudah lama.", { time: time(goneSince) }));
    return;
  }
  const text = stopped || `${say("Tautan: baik")} · ${say("{n} simpul", { n: boxes })}`;
  setText(byId("link"), link === "late" ? say("Tautan terputus {age}", { age: age(silentS) }) : text);
}

/** @param {any} processes @param {number} silentS */
function stoppedText(processes, silentS) {
  if (processes.ingest_s === null) return say("Penerima data belum jalan");
  const ingestS = processes.ingest_s + silentS;
  if (ingestS > PROCESS_LATE_S + 5) return say("Penerima data berhenti {age}", { age: age(ingestS) });
  const dispatchS = processes.dispatch_s === null ? 0 : processes.dispatch_s + silentS;
  return dispatchS > PROCESS_LATE_S + 5 ? say("Pengirim pesan berhenti {age}", { age: age(dispatchS) }) : "";
}
