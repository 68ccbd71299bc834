// One message: its words, its picture, its buttons.

import { h, icon, spoken } from "./dom.js";
import { formatted } from "./entities.js";
import { safeAddress } from "./links.js";
import { clock, full } from "./times.js";
import { say } from "./words.js";

/** What Telegram itself writes into a group when a topic is opened. */
export const TOPIC_MADE = "forum_topic_created";

/** The message as nodes. `act` has `command(words)` and `tap(message, row, column)`. */
export function drawn(given, chat, backend, act) {
  const message = withoutPayload(given);
  if (message.other.includes(TOPIC_MADE)) return h("article", { class: "message", data: { id: message.id } }, h("p", { class: "day" }, say("topicMade")));
  const isPrivate = chat.kind === "private";
  const author = (chat.kind === "group" && message.author) || chat.title;
  const who = message.mine ? say("you") : chat.title;
  const bubble = h(
    "div", { class: "bubble" },
    isPrivate || (chat.kind === "group" && message.mine) ? spoken(`${who} `) : h("p", { class: "author" }, author),
    message.photo && photo(message, chat, backend),
    message.other.length > 0 && h("p", { class: "other" }, say("other", message.other.join(", "))),
    h("div", { class: "words" }, formatted(message.text, message.entities, act), meta(message)),
  );
  return h(
    "article", { class: message.mine ? "message mine" : "message", data: { id: message.id } },
    bubble,
    message.buttons.length > 0 && keyboard(message, act),
  );
}

/** Telegram's apps send the payload of a `/start` link, and show the command only. */
function withoutPayload(message) {
  const isStart = message.mine && /^\/start(@\w+)? [\w-]+$/.test(message.text);
  return isStart ? { ...message, text: message.text.split(" ")[0] } : message;
}

function meta(message) {
  const datetime = new Date(message.date * 1000).toISOString();
  return h(
    "span", { class: "meta" },
    message.silent && h("span", { class: "silent", title: say("silent") }, icon("silent"), spoken(say("silent"))),
    message.edited && h("span", {}, say("edited")),
    h("time", { datetime, title: full(message.date) }, clock(message.date)),
  );
}

function photo(message, chat, backend) {
  const { width, height, is_here: isHere, address } = message.photo;
  // The page's own pictures may be shown by their address; its policy lets no other be fetched.
  const own = address && URL.parse(address)?.origin === location.origin;
  if (isHere || own) {
    const src = isHere ? backend.address(`chats/${chat.id}/photos/${message.id}`) : address;
    return h("img", { class: "photo", src, alt: say("photo"), width, height, loading: "lazy" });
  }
  return h(
    "div", { class: "photo elsewhere" },
    h("span", { class: "frame", "aria-hidden": "true" }, "🖼"),
    h("span", {}, say("photoElsewhere")),
    h("span", { class: "address" }, address ?? ""),
  );
}

function keyboard(message, act) {
  const rows = message.buttons.map((row, rowIndex) =>
    h("div", { class: "row" }, row.map((button, column) => inlineButton(button, message, rowIndex, column, act))));
  return h("div", { class: "keyboard" }, rows);
}

function inlineButton(button, message, row, column, act) {
  const href = button.url && safeAddress(button.url);
  if (href) {
    return h(
      "a", { class: "inline", href, target: "_blank", rel: "noopener noreferrer" },
      button.text, icon("out"), spoken(` (${say("opensElsewhere")})`),
    );
  }
  const made = h("button", { class: "inline", type: "button", disabled: !button.taps && !button.copies }, button.text);
  made.addEventListener("click", async () => {
    if (button.copies) return act.copy(button.copies);
    if (made.getAttribute("aria-busy") === "true") return;
    made.setAttribute("aria-busy", "true");
    await act.tap(message, row, column);
    made.removeAttribute("aria-busy");
  });
  return made;
}
