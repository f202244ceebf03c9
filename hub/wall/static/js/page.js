// @ts-check
// Small hands for the page: set a text or an attribute only where it differs, so that nothing is laid out in vain.

/** @param {Element | null} element @param {string} text */
export function setText(element, text) {
  if (element && element.textContent !== text) element.textContent = text;
}

/** @param {Element | null} element @param {string} name @param {string} value */
export function setAttribute(element, name, value) {
  if (element && element.getAttribute(name) !== value) element.setAttribute(name, value);
}

/** @param {Element | null} element @param {boolean} isHidden */
export function setHidden(element, isHidden) {
  if (element instanceof HTMLElement && element.hidden !== isHidden) element.hidden = isHidden;
}

/** @param {ParentNode} root @param {string} name */
export function part(root, name) {
  return root.querySelector(`[data-part="${name}"]`);
}

/** An HTML element with a class and a text. @param {string} tag @param {string} [className] @param {string} [text] */
export function make(tag, className = "", text = "") {
  const element = document.createElement(tag);
  if (className) element.className = className;
  if (text) element.textContent = text;
  return element;
}

/** An SVG element with attributes. @param {string} tag @param {Record<string, string | number>} [attributes] */
export function draw(tag, attributes = {}) {
  const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, String(value));
  return element;
}
