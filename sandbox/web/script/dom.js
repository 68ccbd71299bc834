// Building the page out of nodes. No text is ever read as markup: the server's policy forbids it as well.

const SVG = "http://www.w3.org/2000/svg";

/** An element with properties and children; children that are null, undefined or false are left out. */
export function h(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (value === null || value === undefined || value === false) continue;
    if (name === "class") element.className = value;
    else if (name === "data") Object.assign(element.dataset, value);
    else if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

/** One of the page's icons; words beside it or a label say what it means. */
export function icon(name) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS(SVG, "use");
  use.setAttribute("href", `#i-${name}`);
  svg.append(use);
  return svg;
}

/** Words for screen readers only. */
export function spoken(words) {
  return h("span", { class: "spoken" }, words);
}

/** A round picture made of the first letter of a name. */
export function avatar(name, kind) {
  const letter = [...name][0] ?? "?";
  return h("span", { class: `avatar ${kind}`, "aria-hidden": "true" }, letter);
}

/** Whether a part of the page can be seen at this width, in this view. */
export function isShown(element) {
  return element.getClientRects().length > 0;
}
