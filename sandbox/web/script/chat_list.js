// The list of chats with the newest words and what is unread, and the way to the platform on narrow screens.

import { avatar, h, icon, spoken } from "./dom.js";
import { TOPIC_MADE } from "./message.js";
import { clock } from "./times.js";
import { say } from "./words.js";

/** How the faces of chats look. */
export const FACES = { private: "bot", channel: "channel", group: "group" };

/** Draws the list; `open` is called with `private`, `channel`, `group` or `platform`. */
export function drawList(place, panes, accountName, view, open) {
  const focused = place.contains(document.activeElement) ? document.activeElement.dataset.opens : null;
  const entries = Object.entries(panes).filter(([, pane]) => pane.chat);
  const items = entries.map(([kind, pane]) => chatItem(kind, pane, view === kind, open));
  const platform = h(
    "button", { type: "button", class: "entry", data: { opens: "platform" }, "aria-current": view === "platform" ? "page" : null, onclick: () => open("platform") },
    h("span", { class: "avatar platform-face", "aria-hidden": "true" }, icon("shop")),
    h("span", { class: "title" }, say("platform")),
    h("span", { class: "last" }, accountName),
  );
  place.replaceChildren(...items, h("li", { class: "to-platform" }, platform));
  if (focused) place.querySelector(`[data-opens="${focused}"]`)?.focus();
}

function chatItem(kind, pane, isOpen, open) {
  const { title } = pane.chat;
  const newest = pane.newest();
  const unread = pane.unread();
  const isTopic = newest?.other.includes(TOPIC_MADE);
  const words = isTopic ? say("topicMade") : newest ? newest.text || say("photo") : say("nothingYet");
  return h(
    "li", {},
    h(
      "button", { type: "button", class: "entry", data: { opens: kind }, "aria-current": isOpen ? "page" : null, onclick: () => open(kind) },
      avatar(title, FACES[kind]),
      h("span", { class: "title" }, title),
      newest && h("time", {}, clock(newest.date)),
      h("span", { class: "last" }, newest?.mine && !isTopic ? `${say("you")} ${words}` : words),
      unread > 0 && h("span", { class: "count", "aria-hidden": "true" }, unread),
      unread > 0 && spoken(say("unread", unread)),
    ),
  );
}
