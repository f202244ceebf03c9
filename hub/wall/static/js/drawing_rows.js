// @ts-check
// What is drawn, as rows of words: the same that the form sends and the hub reads. Values only; nothing here shows.

/** @typedef {{kind: string, name: string, corners: string, forward: string, backward: string}} Row */
/** @typedef {[number, number]} Point */

const NUMBER = /^-?[0-9]+(?:[.,][0-9]+)?(?:[eE]-?[0-9]+)?$/;
const WITHOUT_SPACE = [/^(-?[0-9]+,[0-9]+),(-?[0-9]+,[0-9]+)$/, /^(-?[0-9.]+),(-?[0-9.]+)$/];
const COMMAS = /^-?[0-9]+(?:,-?[0-9]+){1,2}$/; // `1,0`: perhaps one number, perhaps two
const PLACES = 10_000; // a drag ends on parts of 0.0001: a third of a pixel of a wide picture
const FIRST = { road: "jalan", bank: "bantaran", line: "garis", purpose: "" };
/** @type {Record<string, Point[]>} */
const USUAL = {
  line: [[0.3, 0.5], [0.7, 0.5]],
  purpose: [[0.02, 0.02], [0.98, 0.02], [0.98, 0.98], [0.02, 0.98]],
};
/** @type {Point[]} */
const SQUARE = [[0.35, 0.4], [0.65, 0.4], [0.65, 0.7], [0.35, 0.7]];

/** The corners of a row, read as the hub reads them (`hub/drawing/corners.py`); empty where one cannot be. @param {Row} row @returns {Point[]} */
export function pointsOf(row) {
  const points = row.corners.split("\n").filter((line) => line.trim()).map(pointOf);
  return points.every((one) => one.length === 2 && one.every((part) => part >= 0 && part <= 1))
    ? /** @type {Point[]} */ (points)
    : [];
}

/** @param {string} line @returns {number[]} */
function pointOf(line) {
  let words = `${line.replace(/[[\]();]/g, " ")} `.replace(/\s+,\s*|,\s+/g, " ").trim().split(/\s+/);
  if (words.length === 1 && !COMMAS.test(words[0])) {
    words = WITHOUT_SPACE.map((form) => form.exec(words[0])).find(Boolean)?.slice(1) ?? words;
  }
  return words.every((word) => NUMBER.test(word)) ? words.map((word) => Number(word.replace(",", "."))) : [];
}

/** @param {Row} row @param {Point[]} points @returns {Row} */
export function withPoints(row, points) {
  return { ...row, corners: points.map(([x, y]) => `${x} ${y}`).join("\n") };
}

/** @param {Row} row @param {number} corner @param {Point} to @returns {Row} */
export function moved(row, corner, to) {
  return withPoints(row, pointsOf(row).map((point, n) => (n === corner ? rounded(to) : point)));
}

/** A corner more, between `corner` and the next one. @param {Row} row @param {number} corner @param {Point} [at] */
export function inserted(row, corner, at) {
  const points = pointsOf(row);
  const [[x1, y1], [x2, y2]] = [points[corner], points[(corner + 1) % points.length]];
  return withPoints(row, points.toSpliced(corner + 1, 0, rounded(at ?? [(x1 + x2) / 2, (y1 + y2) / 2])));
}

/** @param {Row} row @param {number} corner */
export function without(row, corner) {
  return withPoints(row, pointsOf(row).toSpliced(corner, 1));
}

/** A new place with these corners, or the usual ones. @param {string} kind @param {Row[]} rows @param {Point[]} [points] */
export function begun(kind, rows, points) {
  const row = { kind, name: kind === "purpose" ? "" : freeName(kind, rows), corners: "", forward: "", backward: "" };
  return withPoints(row, (points ?? USUAL[kind] ?? SQUARE).map(rounded));
}

/** @param {string} kind @param {Row[]} rows */
function freeName(kind, rows) {
  const word = /** @type {Record<string, string>} */ (FIRST)[kind] ?? "zona";
  const taken = new Set(rows.map((row) => row.name));
  for (let n = 1; ; n += 1) if (!taken.has(`${word}-${n}`)) return `${word}-${n}`;
}

/** @param {Point} point @returns {Point} */
function rounded([x, y]) {
  const part = (/** @type {number} */ value) => Math.round(Math.min(1, Math.max(0, value)) * PLACES) / PLACES;
  return [part(x), part(y)];
}

/** What was, what is, and what was taken back. */
export class History {
  /** @param {Row[]} rows */
  constructor(rows) {
    this.past = [JSON.stringify(rows)];
    this.future = /** @type {string[]} */ ([]);
  }

  /** @param {Row[]} rows */
  note(rows) {
    const now = JSON.stringify(rows);
    if (now === this.past.at(-1)) return;
    this.past.push(now);
    this.future = [];
  }

  /** @returns {Row[] | null} */
  undo() {
    if (this.past.length < 2) return null;
    this.future.push(/** @type {string} */ (this.past.pop()));
    return JSON.parse(/** @type {string} */ (this.past.at(-1)));
  }

  /** @returns {Row[] | null} */
  redo() {
    const next = this.future.pop();
    if (next === undefined) return null;
    this.past.push(next);
    return JSON.parse(next);
  }
}
