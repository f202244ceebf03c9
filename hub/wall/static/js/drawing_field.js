// @ts-check
// The picture with what is drawn on it: shows rows, and says where in the picture a pointer is.

import { draw } from "./page.js";
import { pointsOf } from "./drawing_rows.js";
import { say } from "./wording.js";

/** @typedef {import("./drawing_rows.js").Row} Row */
/** @typedef {import("./drawing_rows.js").Point} Point */

const WIDTH = 1600;
const REACH_PX = 26; // of a finger
const CORNER_PX = 8;
const ARROW_PX = 34;

export class Field {
  /** @param {SVGSVGElement} svg @param {number} height */
  constructor(svg, height) {
    this.svg = svg;
    this.height = height;
    this.shapes = /** @type {SVGGElement} */ (svg.querySelector(".shapes"));
    this.corners = /** @type {SVGGElement} */ (draw("g", { class: "corners" }));
    svg.append(this.corners);
  }

  /** How much larger the page is shown, as on a wall: pixels of the screen in one of the style sheet. */
  get zoom() {
    return this.svg.currentCSSZoom ?? 1;
  }

  /** Units of the drawing in a pixel of the style sheet. */
  get unit() {
    return (this.zoom * WIDTH) / Math.max(1, this.svg.getBoundingClientRect().width);
  }

  /** Where a pointer is, as parts of the picture. @param {PointerEvent} event @returns {Point} */
  at(event) {
    const box = this.svg.getBoundingClientRect();
    return [(event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height];
  }

  /** How far apart two points are on the screen, px. @param {Point} a @param {Point} b */
  apart(a, b) {
    const box = this.svg.getBoundingClientRect();
    return Math.hypot((a[0] - b[0]) * box.width, (a[1] - b[1]) * box.height);
  }

  /** The nearest of some points within reach, or -1. @param {Point[]} points @param {Point} at @param {number} [reach] */
  nearest(points, at, reach = REACH_PX) {
    const far = points.map((point) => this.apart(point, at));
    const least = Math.min(...far);
    return least <= reach * this.zoom ? far.indexOf(least) : -1;
  }

  /** @param {Row[]} rows @param {number} chosen @param {number} corner @param {Point[]} begun of a place that is being drawn */
  show(rows, chosen, corner, begun) {
    this.shapes.replaceChildren(...rows.map((row, n) => this.#shape(row, n, n === chosen)));
    if (begun.length) {
      const path = `M${begun.map((point) => this.#px(point)).join("L")}`;
      this.shapes.append(draw("path", { class: "begun", d: path }));
    }
    this.#showCorners(rows[chosen], corner, begun);
  }

  /** @param {Row} row @param {number} number @param {boolean} isChosen */
  #shape(row, number, isChosen) {
    const points = pointsOf(row);
    const group = draw("g", { "data-kind": row.kind, "data-row": number });
    if (isChosen) group.setAttribute("data-chosen", "");
    if (points.length < 2) return group;
    const path = `M${points.map((point) => this.#px(point)).join("L")}${row.kind === "line" ? "" : "Z"}`;
    group.append(draw("path", { d: path, class: "reach" }), draw("path", { d: path }));
    if (row.kind === "line") group.append(draw("path", { class: "arrow", d: this.#arrow(points[0], points[1]) }));
    if (row.name) group.append(this.#name(row, points));
    return group;
  }

  /** @param {Row} row @param {Point[]} points */
  #name(row, points) {
    const size = Math.max(16 * this.unit, 30);
    // A line's name stands at its first quarter: in the middle is the arrow, and often the name of a zone.
    const [from, to] = row.kind === "line" ? points.map(([x]) => x) : [0, 0];
    const x = row.kind === "line" ? from + (to - from) / 4 : points.reduce((sum, [part]) => sum + part, 0) / points.length;
    const y = row.kind === "line" ? points[0][1] + (points[1][1] - points[0][1]) / 4 : Math.min(...points.map(([, part]) => part));
    const down = row.kind === "line" ? -0.5 : 1.2;
    const text = /** @type {SVGTextElement} */ (draw("text", { x: x * WIDTH, y: y * this.height + down * size }));
    text.style.fontSize = `${size}px`;
    text.textContent = row.name;
    return text;
  }

  /** Towards where forward leads: the right of the line, seen from its start. @param {Point} start @param {Point} end */
  #arrow(start, end) {
    const [x1, y1, x2, y2] = [start[0] * WIDTH, start[1] * this.height, end[0] * WIDTH, end[1] * this.height];
    const length = Math.max(1, Math.hypot(x2 - x1, y2 - y1));
    const [x, y] = [(x1 + x2) / 2, (y1 + y2) / 2];
    const [dx, dy] = [(-(y2 - y1) / length) * ARROW_PX * this.unit, ((x2 - x1) / length) * ARROW_PX * this.unit];
    const head = `M${x + dx - dy / 4 - dx / 3},${y + dy + dx / 4 - dy / 3}L${x + dx},${y + dy}`;
    return `M${x},${y}L${x + dx},${y + dy}${head}L${x + dx + dy / 4 - dx / 3},${y + dy - dx / 4 - dy / 3}`;
  }

  /** Corners keep their elements while their number stays, so that the focus stays. @param {Row | undefined} row @param {number} corner @param {Point[]} begun */
  #showCorners(row, corner, begun) {
    const points = begun.length ? begun : row ? pointsOf(row) : [];
    while (this.corners.childElementCount > points.length) this.corners.lastElementChild?.remove();
    while (this.corners.childElementCount < points.length) this.corners.append(draw("circle", { tabindex: 0, role: "button" }));
    points.forEach(([x, y], n) => {
      const circle = this.corners.children[n];
      for (const [name, value] of Object.entries({ cx: x * WIDTH, cy: y * this.height, r: CORNER_PX * this.unit })) {
        circle.setAttribute(name, String(value));
      }
      circle.setAttribute("data-corner", String(n));
      circle.setAttribute("aria-pressed", String(n === corner));
      circle.setAttribute("aria-label", say("Sudut {n} dari {all}, {name}", { n: n + 1, all: points.length, name: row?.name ?? "" }));
    });
  }

  /** @param {number} corner */
  focus(corner) {
    /** @type {SVGElement | undefined} */ (this.corners.children[corner])?.focus();
  }

  /** @param {Point} point */
  #px([x, y]) {
    return `${x * WIDTH},${y * this.height}`;
  }
}
