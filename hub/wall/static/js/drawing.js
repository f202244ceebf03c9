// @ts-check
// Draws zones and lines on a view: with a pointer, a finger or keys. What is drawn stands in the form's fields at all
// times, and the hub judges it; without this script the fields are there to be filled in by hand.

import { setHidden, setText } from "./page.js";
import { begun, History, inserted, moved, pointsOf, withPoints, without } from "./drawing_rows.js";
import { Field } from "./drawing_field.js";
import { say } from "./wording.js";

/** @typedef {import("./drawing_rows.js").Row} Row */
/** @typedef {import("./drawing_rows.js").Point} Point */

const STEP = 0.005; // of the picture, an arrow key; with Shift ten times as far
const FAR = 10;
const TREMBLE_PX = 6;
const FIELDS = /** @type {const} */ (["kind", "name", "corners", "forward", "backward"]);
/** @template {Element} T @param {string} id @returns {T} */
const byId = (id) => /** @type {T} */ (/** @type {unknown} */ (document.getElementById(id)));

const form = /** @type {HTMLFormElement} */ (byId("drawing"));
const list = /** @type {HTMLElement} */ (byId("rows"));
const tools = /** @type {HTMLElement} */ (byId("tools"));
const most = Number(form.dataset.corners);
const field = new Field(/** @type {SVGSVGElement} */ (byId("field")), Number(form.dataset.height));
const inForce = /** @type {Row[]} */ (JSON.parse(byId("in-force").textContent ?? "[]"));
const history = new History(readRows());
const sent = JSON.stringify(readRows());
let rows = readRows();
let chosen = [...list.children].findIndex((place) => place.querySelector(".problem"));
let corner = 0;
/** @type {{kind: string, points: Point[]} | null} */
let drawing = null;
/** @type {{from: Point, at: Point} | null} */
let drag = null;
let isSending = false;

/** The rows of the form that hold anything. @returns {Row[]} */
function readRows() {
  return [...list.children].map((place) => {
    const value = (/** @type {string} */ name) => input(place, name).value;
    return { kind: value("kind"), name: value("name"), corners: value("corners").trim(), forward: value("forward"), backward: value("backward") };
  }).filter((row) => row.name || row.corners);
}

/** @param {Element} place @param {string} name */
function input(place, name) {
  return /** @type {HTMLInputElement} */ (place.querySelector(`[data-field="${name}"]`));
}

/** Write the rows into the form: as many fieldsets as rows, each keeping its element. */
function writeRows() {
  while (list.childElementCount > rows.length) list.lastElementChild?.remove();
  while (list.childElementCount < rows.length) {
    const made = /** @type {HTMLTemplateElement} */ (byId("row")).content.cloneNode(true);
    for (const named of /** @type {DocumentFragment} */ (made).querySelectorAll("[name]")) {
      named.setAttribute("name", (named.getAttribute("name") ?? "").replace("-N", `-${list.childElementCount}`));
    }
    list.append(made);
  }
  rows.forEach((row, n) => {
    const place = list.children[n];
    for (const name of FIELDS) if (input(place, name).value !== row[name]) input(place, name).value = row[name];
    place.toggleAttribute("data-chosen", n === chosen);
    setHidden(place.querySelector(".named"), row.kind === "purpose");
    setHidden(place.querySelector(".sides"), row.kind !== "line");
    setHidden(place.querySelector(".remove"), true);
    setText(place.querySelector("legend"), row.name || kindText(place));
  });
}

/** @param {Element} place */
function kindText(place) {
  return /** @type {HTMLSelectElement} */ (place.querySelector("select")).selectedOptions[0]?.text ?? "";
}

function show() {
  writeRows();
  field.show(rows, drawing ? -1 : chosen, corner, drawing?.points ?? []);
  field.svg.classList.toggle("drawing", drawing !== null);
  const row = rows[chosen];
  const count = row ? pointsOf(row).length : 0;
  for (const group of tools.querySelectorAll("[data-when]")) {
    setHidden(group, /** @type {HTMLElement} */ (group).dataset.when === "drawing" ? !drawing : !row || drawing !== null);
  }
  disable("undo", history.past.length < 2);
  disable("redo", !history.future.length);
  disable("reset", JSON.stringify(rows) === JSON.stringify(inForce));
  disable("finish", (drawing?.points.length ?? 0) < 3);
  disable("insert", row?.kind === "line" || count >= most);
  disable("cut", row?.kind === "line" || count <= 3);
  disable("turn", row?.kind !== "line");
  const isChanged = JSON.stringify(rows) !== sent;
  setHidden(byId("unsaved"), JSON.stringify(rows) === JSON.stringify(inForce));
  setHidden(byId("summary"), isChanged);
  const wipe = /** @type {HTMLInputElement | null} */ (form.elements.namedItem("wipe"));
  if (wipe) wipe.disabled = isChanged; // hidden, it would stand in the way of Enter without a word
  for (const problem of list.querySelectorAll(".problem")) setHidden(problem, isChanged);
}

/** @param {string} name @param {boolean} isOff */
function disable(name, isOff) {
  const button = /** @type {HTMLButtonElement} */ (tools.querySelector(`[data-do="${name}"]`));
  if (isOff && button === document.activeElement) field.focus(corner);
  button.disabled = isOff;
}

/** @param {string} text */
function tell(text) {
  setText(byId("said"), text);
}

/** Take over what was done to the chosen place. @param {Row} row */
function take(row) {
  rows = rows.map((one, n) => (n === chosen ? row : one));
}

function note() {
  history.note(rows);
  show();
}

/** @param {number} row @param {number} [at] */
function choose(row, at = 0) {
  [chosen, corner] = [row, at];
  show();
}

/** @param {Point} to */
function moveTo(to) {
  take(moved(rows[chosen], corner, to));
  const [x, y] = pointsOf(rows[chosen])[corner];
  tell(say("Sudut {n}: {x} ke kanan, {y} ke bawah", { n: corner + 1, x: x.toFixed(3), y: y.toFixed(3) }));
}

/** @param {string} kind */
function begin(kind) {
  if (rows.length > Number(form.dataset.most)) return tell(say("Sudah {n} tempat; hapus satu dahulu", { n: rows.length }));
  if (kind === "purpose" && rows.some((row) => row.kind === kind)) return choose(rows.findIndex((row) => row.kind === kind));
  drawing = { kind, points: [] };
  tell(kind === "line"
    ? say("Klik dua ujung garis. Enter: garis biasa di tengah; Esc: batal.")
    : say("Klik sudut demi sudut; klik sudut pertama atau Selesai untuk menutup. Enter: bidang biasa di tengah; Esc: batal."));
  show();
  field.svg.focus();
}

function finish() {
  if (!drawing) return;
  const least = drawing.kind === "line" ? 2 : 3;
  rows = [...rows, begun(drawing.kind, rows, drawing.points.length >= least ? drawing.points : undefined)];
  drawing = null;
  tell(say("Beri nama di daftar tempat, lalu periksa perubahan."));
  [chosen, corner] = [rows.length - 1, 0];
  note();
  field.focus(0);
}

/** A corner of the place that is being drawn. @param {Point} at */
function place(at) {
  if (!drawing) return;
  if (drawing.kind !== "line" && drawing.points.length >= 3 && field.nearest([drawing.points[0]], at) === 0) return finish();
  const last = drawing.points.at(-1);
  if (last && field.nearest([last], at, TREMBLE_PX) === 0) return; // a finger that taps twice means one corner
  drawing.points.push([Math.min(1, Math.max(0, at[0])), Math.min(1, Math.max(0, at[1]))]);
  if (drawing.points.length === (drawing.kind === "line" ? 2 : most)) return finish();
  show();
}

/** @type {Record<string, () => void>} */
const DEEDS = {
  undo: () => restore(history.undo()),
  redo: () => restore(history.redo()),
  reset: () => {
    rows = inForce;
    choose(-1);
    note();
  },
  finish,
  drop: () => {
    drawing = null;
    tell("");
    show();
  },
  insert: () => {
    if (rows[chosen].kind === "line" || pointsOf(rows[chosen]).length >= most) return;
    take(inserted(rows[chosen], corner));
    corner += 1;
    note();
    field.focus(corner);
  },
  cut: () => {
    if (rows[chosen].kind === "line" || pointsOf(rows[chosen]).length <= 3) return;
    take(without(rows[chosen], corner));
    corner = Math.max(0, corner - 1);
    note();
    field.focus(corner);
  },
  turn: () => {
    take(withPoints(rows[chosen], pointsOf(rows[chosen]).reverse()));
    note();
  },
  remove: () => {
    rows = rows.filter((_, n) => n !== chosen);
    [chosen, corner] = [-1, 0];
    note();
    field.svg.focus();
  },
};

/** @param {Row[] | null} before */
function restore(before) {
  if (!before) return;
  rows = before;
  if (chosen >= rows.length) [chosen, corner] = [-1, 0];
  corner = rows[chosen] ? Math.min(corner, Math.max(0, pointsOf(rows[chosen]).length - 1)) : 0;
  show();
}

/** @param {number} right @param {number} down */
function nudge(right, down) {
  const [x, y] = pointsOf(rows[chosen])[corner];
  moveTo([x + right * STEP, y + down * STEP]);
  note();
}

/** @type {Record<string, [number, number]>} */
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

/** @param {KeyboardEvent} event */
function onKey(event) {
  const isUndo = (event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "z";
  const arrow = ARROWS[event.key];
  /** @type {(() => void) | undefined} */
  let deed;
  if (isUndo) deed = event.shiftKey ? DEEDS.redo : DEEDS.undo;
  else if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "y") deed = DEEDS.redo;
  else if (drawing) deed = { Enter: finish, Escape: DEEDS.drop }[event.key];
  else if (rows[chosen] && arrow) deed = () => nudge(arrow[0] * (event.shiftKey ? FAR : 1), arrow[1] * (event.shiftKey ? FAR : 1));
  else if (rows[chosen]) deed = { Insert: DEEDS.insert, "+": DEEDS.insert, Delete: DEEDS.cut, Backspace: DEEDS.cut }[event.key];
  if (!deed) return;
  event.preventDefault();
  deed();
}

/** @param {PointerEvent} event */
function onDown(event) {
  if (!event.isPrimary || event.button) return;
  const at = field.at(event);
  event.preventDefault();
  if (drawing) return place(at);
  const points = rows[chosen] ? pointsOf(rows[chosen]) : [];
  const near = field.nearest(points, at);
  if (near >= 0) return grab(event, near, at);
  const row = /** @type {Element} */ (event.target).closest("[data-row]")?.getAttribute("data-row");
  if (row === null || row === undefined) return choose(-1);
  if (Number(row) !== chosen) {
    choose(Number(row));
    const corners = pointsOf(rows[chosen]);
    const mine = field.nearest(corners, at);
    return mine >= 0 ? grab(event, mine, at) : undefined;
  }
  const middles = points.map(([x, y], n) => /** @type {Point} */ ([(x + points[(n + 1) % points.length][0]) / 2, (y + points[(n + 1) % points.length][1]) / 2]));
  const middle = rows[chosen].kind === "line" || points.length >= most ? -1 : field.nearest(middles, at);
  if (middle < 0) return;
  take(inserted(rows[chosen], middle));
  grab(event, middle + 1, at);
}

/** @param {PointerEvent} event @param {number} which @param {Point} at */
function grab(event, which, at) {
  corner = which;
  drag = { from: at, at: pointsOf(rows[chosen])[which] };
  field.svg.setPointerCapture(event.pointerId);
  show();
  field.focus(which);
}

/** A corner goes as far as the finger does, and does not jump below it. @param {PointerEvent} event */
function onMove(event) {
  if (!drag) return;
  const now = field.at(event);
  moveTo([drag.at[0] + now[0] - drag.from[0], drag.at[1] + now[1] - drag.from[1]]);
  show();
}

function onUp() {
  if (!drag) return;
  drag = null;
  note();
}

field.svg.tabIndex = 0;
field.svg.addEventListener("pointerdown", onDown);
field.svg.addEventListener("pointermove", onMove);
for (const end of ["pointerup", "pointercancel"]) field.svg.addEventListener(end, onUp);
field.svg.addEventListener("keydown", onKey);
field.svg.addEventListener("focusin", (event) => {
  const which = /** @type {Element} */ (event.target).getAttribute("data-corner");
  if (which === null || drawing || Number(which) === corner) return;
  corner = Number(which);
  show();
});
tools.addEventListener("click", (event) => {
  const button = /** @type {Element} */ (event.target).closest("button");
  if (!button) return;
  if (button.dataset.add) begin(button.dataset.add);
  if (button.dataset.do) DEEDS[button.dataset.do]();
  if (button.dataset.move && rows[chosen]) {
    const [right, down] = button.dataset.move.split(" ").map(Number);
    nudge(right, down);
  }
});
list.addEventListener("focusin", (event) => {
  const row = [...list.children].findIndex((one) => one.contains(/** @type {Node} */ (event.target)));
  if (row !== chosen) choose(row);
});
list.addEventListener("input", () => {
  rows = [...list.children].map((_, n) => /** @type {Row} */ (Object.fromEntries(FIELDS.map((name) => [name, input(list.children[n], name).value]))));
  corner = rows[chosen] ? Math.min(corner, Math.max(0, pointsOf(rows[chosen]).length - 1)) : 0;
  show();
});
list.addEventListener("change", note);
form.addEventListener("submit", () => (isSending = true));
addEventListener("resize", show);
addEventListener("beforeunload", (event) => {
  if (!isSending && JSON.stringify(rows) !== sent) event.preventDefault();
});
for (const bar of tools.querySelectorAll(".tools")) setHidden(bar, false);
setHidden(document.querySelector(".keys"), false);
show();
