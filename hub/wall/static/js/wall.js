// @ts-check
// Keeps the wall true: takes the state that came with the page, follows the event stream, lets ages grow.
// Every event carries a whole state, so a patch can be lost or come twice and nothing is wrong for long.

import { fillBanner, fillBannerTimes, listen } from "./banner.js";
import { fillClock, fillFleet, fillLink, fillLoad, fillPlace, fillTimeline } from "./board.js";
import { HubClock } from "./clock.js";
import { fillLedger } from "./ledger.js";
import { setHidden } from "./page.js";
import { Sound } from "./sound.js";
import { Stream } from "./stream.js";
import { fillAge, fillTile, stateOf, withoutHub } from "./tile.js";
import { viewsChanged, viewsSecond } from "./views.js";

const SECOND_MS = 1000;
const AFRESH_EVERY_MS = 60000;
const MINUTE_MS = 60000;
const TOLD_MOST = 99;

/** @type {any} */
let wall = JSON.parse(document.getElementById("snapshot")?.textContent ?? "{}");
/** @type {Map<string, any>} */
let stations = new Map(wall.stations.map((/** @type {any} */ st) => [st.id, st]));
const clock = new HubClock(wall.hub_ms, wall.rate);
const sound = matchMedia("(min-width: 901px)").matches ? new Sound() : null;
const rivers = /** @type {HTMLElement} */ (document.getElementById("rivers"));
const right = /** @type {HTMLElement} */ (document.getElementById("right"));
const blank = /** @type {HTMLTemplateElement} */ (document.getElementById("tile"));

/** @type {Set<string>} */
const dirty = new Set();
/** @type {string[]} */
let toldIds = [];
let isPlanned = false;
/** @type {import("./stream.js").Link} */
let link = "good";
let drawnMinute = 0;
let lastWordMs = clock.now();

/** @param {any} st */
function state(st) {
  const known = stateOf(st, clock.now());
  return link === "gone" ? withoutHub(known) : known;
}

/** @param {string} id */
const tileOf = (id) => rivers.querySelector(`[data-station="${CSS.escape(id)}"]`);

/** @param {...string} what */
function plan(...what) {
  for (const one of what) dirty.add(one);
  if (isPlanned) return;
  isPlanned = true;
  requestAnimationFrame(flush);
}

function flush() {
  isPlanned = false;
  const now = clock.now();
  if (dirty.has("layout")) layTiles();
  for (const st of stations.values()) {
    if (!dirty.has(`station/${st.id}`) && !dirty.has("stations")) continue;
    const tile = tileOf(st.id);
    if (tile) fillTile(tile, st, state(st), now);
    fillPlace(st, state(st));
  }
  const first = wall.alarms.open[0];
  const st = first && stations.get(first.station_id);
  fillBanner(wall.alarms, st, st ? state(st) : "never", now);
  if (dirty.has("alarms")) {
    fillLedger(wall.alarms.ledger);
    drawnMinute = 0;
  }
  if (dirty.has("alarms") || dirty.has("layout")) fillLoad(wall.alarms.load, wall.layout);
  if (dirty.has("nodes")) fillFleet(wall.nodes);
  dirty.clear();
  second();
  if (toldIds.length) afterPaint(toldIds.splice(0));
}

/** Say that events are on the screen; for whoever measures how long that takes. @param {string[]} ids */
function afterPaint(ids) {
  const channel = new MessageChannel();
  channel.port1.onmessage = () => {
    channel.port1.close();
    dispatchEvent(new CustomEvent("jagawai:painted", { detail: { ids, at_ms: Date.now() } }));
  };
  channel.port2.postMessage(null);
}

/** Bring the tiles into the order of the layout; one that is new has no chart yet, so ask for everything. */
function layTiles() {
  const tiles = wall.layout.shown.map((/** @type {string} */ id) => {
    dirty.add(`station/${id}`);
    const known = tileOf(id);
    if (known) return known;
    if (!stations.get(id)?.chart) void afresh();
    const tile = /** @type {Element} */ (blank.content.firstElementChild?.cloneNode(true));
    tile.setAttribute("data-station", id);
    return tile;
  });
  const isThere = (/** @type {Element} */ tile, /** @type {number} */ n) => rivers.children[n] === tile;
  const isSame = tiles.length === rivers.children.length && tiles.every(isThere);
  if (!isSame) rivers.replaceChildren(...tiles);
  right.dataset.rows = String(Math.ceil(tiles.length / 2));
}

/** What changes by itself. */
function second() {
  const now = clock.now();
  fillClock(now);
  fillBannerTimes(wall.alarms, now);
  for (const id of wall.layout.shown) {
    const tile = tileOf(id);
    const st = stations.get(id);
    if (tile && st) fillAge(tile, st, state(st), now);
  }
  viewsSecond(now, link === "gone");
  for (const st of stations.values()) fillPlace(st, state(st));
  const minute = Math.floor(now / MINUTE_MS);
  if (minute !== drawnMinute) {
    drawnMinute = minute;
    fillTimeline(wall.alarms.marks, wall.city.utc_offset_h * 3600000, now);
  }
  hearing(now);
}

/** @param {number} now */
function hearing(now) {
  if (!sound) return;
  const stale = [...stations.values()].filter((st) => st.severity >= 2 && ["stale", "lost"].includes(state(st)));
  sound.update(wall.alarms.open, stale.map((st) => st.id), link === "gone", now);
  setHidden(document.getElementById("mute"), !sound.isMute);
}

/** Take a whole snapshot; the stream goes on. */
async function afresh() {
  try {
    const answer = await fetch("/api/v1/wall", { signal: AbortSignal.timeout(10000) });
    if (answer.ok) take(await answer.json());
  } catch {
    // The watch over the stream says that the hub is away; the next minute tries again.
  }
}

/** @param {any} snapshot */
function take(snapshot) {
  wall = snapshot;
  stations = new Map(wall.stations.map((/** @type {any} */ st) => [st.id, st]));
  viewsChanged();
  clock.set(wall.hub_ms, wall.rate);
  plan("layout", "stations", "alarms", "nodes");
}

/** @param {string} kind @param {any} data @param {string} id */
function onEvent(kind, data, id) {
  lastWordMs = clock.now();
  if (id) toldIds = [...toldIds.slice(-TOLD_MOST), id];
  if (kind === "tik") {
    clock.set(data.hub_ms, data.rate);
    wall.processes = data.processes;
    if (data.version !== wall.version) location.reload();
  } else if (kind === "station") {
    stations.set(data.id, data);
    plan(`station/${data.id}`);
  } else if (kind === "view") {
    if (wall.layout.views.includes(data.id)) viewsChanged();
  } else if (kind === "reset") {
    void afresh();
  } else {
    const isSame = kind === "layout" && JSON.stringify(wall.layout) === JSON.stringify(data);
    if (kind === "layout" && String(wall.layout.views) !== String(data.views)) viewsChanged();
    wall[kind] = data;
    if (!isSame) plan(kind);
  }
}

/** @param {import("./stream.js").Link} now @param {number} silentMs */
function onLink(now, silentMs) {
  const was = link;
  link = now;
  const boxes = wall.nodes.online + wall.nodes.quiet + wall.nodes.lost;
  fillLink(link, silentMs, wall.processes, boxes, lastWordMs);
  if (was !== link) plan("stations");
  if (was === "gone") void afresh();
}

listen(() => void afresh());
document.getElementById("mute")?.addEventListener("click", () => sound?.start());
sound?.start();
new Stream(wall.as_of, onEvent, onLink);
setInterval(second, SECOND_MS);
setInterval(() => void afresh(), AFRESH_EVERY_MS);
plan("layout", "stations", "alarms", "nodes");
