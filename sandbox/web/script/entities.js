// Formatted text as nodes: each entity becomes an element around its stretch of the text.
//
// Offsets are UTF-16 units, as JavaScript's strings count. Telegram nests entities properly; one that does not
// fit into what is around it is cut.

import { h } from "./dom.js";
import { safeAddress } from "./links.js";
import { full, telegramTime } from "./times.js";
import { say } from "./words.js";

const PLAIN = {
  bold: "strong", italic: "em", underline: "u", strikethrough: "s", code: "code", blockquote: "blockquote",
};

/** The nodes of a text; `act.command` is called with a tapped command. */
export function formatted(text, entities, act) {
  const sorted = [...entities].sort((a, b) => a.offset - b.offset || b.length - a.length);
  return stretch(text, sorted, 0, text.length, act);
}

function stretch(text, entities, from, until, act) {
  const nodes = [];
  let at = from;
  for (let index = 0; index < entities.length; ) {
    const entity = entities[index];
    const start = Math.max(entity.offset, at);
    const end = Math.min(entity.offset + entity.length, until);
    let next = index + 1;
    while (next < entities.length && entities[next].offset < end) next += 1;
    if (start < end) {
      if (start > at) nodes.push(plain(text.slice(at, start), nodes));
      const inside = stretch(text, entities.slice(index + 1, next), start, end, act);
      nodes.push(element(entity, text.slice(start, end), inside, act));
      at = end;
    }
    index = next;
  }
  if (at < until) nodes.push(plain(text.slice(at, until), nodes));
  return nodes;
}

/** Text between entities; behind a block the line has ended already. */
function plain(words, before) {
  const isBehindBlock = before.at(-1)?.nodeName?.match(/^(BLOCKQUOTE|PRE)$/);
  return isBehindBlock ? words.replace(/^\n/, "") : words;
}

function element(entity, words, inside, act) {
  if (PLAIN[entity.type]) return h(PLAIN[entity.type], {}, inside);
  switch (entity.type) {
    case "pre":
      return h("pre", { data: { language: entity.language ?? "" } }, h("code", {}, inside));
    case "url":
      return link(words, inside);
    case "text_link":
      return link(entity.url, inside);
    case "mention":
      return link(`https://t.me/${words.slice(1)}`, inside);
    case "email":
      return link(`mailto:${words}`, inside);
    case "bot_command":
      return h("button", { class: "command", type: "button", onclick: () => act.command(words) }, inside);
    case "spoiler":
      return spoiler(inside);
    case "expandable_blockquote":
      return expandable(inside);
    case "date_time":
      return time(entity, inside);
    default:
      return h("span", { class: entity.type }, inside);
  }
}

function link(address, inside) {
  const href = safeAddress(address);
  return href ? h("a", { href, target: "_blank", rel: "noopener noreferrer" }, inside) : h("span", {}, inside);
}

function time(entity, inside) {
  const shown = telegramTime(entity.unix_time, entity.date_time_format ?? "");
  const datetime = new Date(entity.unix_time * 1000).toISOString();
  return h("time", { datetime, title: full(entity.unix_time) }, shown ?? inside);
}

function spoiler(inside) {
  const words = h("span", { class: "words", "aria-hidden": "true" }, inside);
  const cover = h("span", { class: "spoiler", role: "button", tabindex: "0", "aria-label": say("hidden") }, words);
  const reveal = (event) => {
    if (event.type === "keydown" && event.key !== "Enter" && event.key !== " ") return;
    event.preventDefault();
    cover.replaceWith(h("span", { class: "spoiler shown" }, inside));
  };
  cover.addEventListener("click", reveal);
  cover.addEventListener("keydown", reveal);
  return cover;
}

/** A quote that shows three lines until it is opened; one that has no more needs no button. */
function expandable(inside) {
  const words = h("div", { class: "words" }, inside);
  const toggle = h("button", { type: "button", class: "toggle", "aria-expanded": "false", hidden: true }, say("more"));
  const quote = h("blockquote", { class: "expandable" }, words, toggle);
  toggle.addEventListener("click", () => {
    const open = quote.classList.toggle("open");
    toggle.setAttribute("aria-expanded", String(open));
    toggle.textContent = say(open ? "less" : "more");
  });
  new ResizeObserver(() => {
    if (!quote.classList.contains("open")) toggle.hidden = words.scrollHeight <= words.clientHeight + 1;
  }).observe(words);
  return quote;
}
