// One chat: its head, its messages, and below them what can be done: write, start, unblock, or only read.

import { FACES } from "./chat_list.js";
import { Composer } from "./composer.js";
import { avatar, h, icon, isShown, spoken } from "./dom.js";
import { TOPIC_MADE, drawn } from "./message.js";
import { day, dayNumber } from "./times.js";
import { Topics } from "./topics.js";
import { say } from "./words.js";

/** How far from the end counts as the end, in pixels? */
const END_SLACK = 40;

/** A chat on the page. `app` has `backend`, `screen`, `tap`, `say`, `start`, `back`, `readChanged`. */
export class ChatPane {
  #app;
  #chat;
  #reader;
  #messages = new Map();
  #pendingStart = null;
  #log;
  #composer;
  #newest;
  #foot;
  #head;
  #topics = new Topics(() => this.#turned());

  constructor(kind, app) {
    this.#app = app;
    const newest = h("button", { class: "newest", type: "button", hidden: true, onclick: () => this.toEnd() });
    this.#newest = newest;
    this.#head = h("header");
    this.#log = h("div", { class: "log", role: "log", tabindex: "0", onscroll: () => this.#scrolled() });
    this.#foot = h("footer");
    this.#composer = new Composer((text) => app.say(this.#chat.id, text, this.#topics.current));
    this.root = h("section", { class: `chat ${kind}`, id: kind }, this.#head, this.#topics.root, this.#log, newest, this.#foot);
    this.#log.addEventListener("click", (event) => app.follow(event));
    new ResizeObserver(() => this.#scrolled()).observe(this.#log);
  }

  get chat() {
    return this.#chat;
  }

  /** Shows a chat as the screen has it. Messages that are as they were keep their nodes. */
  show(chat) {
    const reader = this.#app.screen.me.account;
    const isOther = this.#chat?.id !== chat.id || this.#reader !== reader;
    const atEnd = isOther || this.#isAtEnd();
    if (isOther) {
      this.#log.replaceChildren();
      this.#messages.clear();
      this.#pendingStart = null;
      this.#composer.clear();
    }
    this.#chat = chat;
    this.#reader = reader;
    // What was there before is not news to a screen reader.
    this.#log.setAttribute("aria-live", "off");
    const kept = new Set(chat.messages.map((message) => message.id));
    for (const id of [...this.#messages.keys()]) if (!kept.has(id)) this.remove(id);
    this.#topics.set(chat.topics);
    chat.messages.forEach((message) => this.#put(message));
    this.#drawHead();
    this.#drawFoot();
    this.#drawEmpty();
    if (atEnd) this.toEnd();
    requestAnimationFrame(() => this.#log.setAttribute("aria-live", "polite"));
    this.#scrolled();
  }

  /** A new message, or one that has changed. */
  put(message) {
    const atEnd = this.#isAtEnd();
    const isNew = !this.#messages.has(message.id);
    this.#put(message);
    this.#drawEmpty();
    if (atEnd || (isNew && message.mine)) this.toEnd();
    this.#scrolled();
  }

  remove(id) {
    this.#messages.get(id)?.node.remove();
    this.#messages.delete(id);
  }

  /** A `/start` link was followed: a tap on Start sends its payload. */
  offerStart(payload) {
    this.#pendingStart = payload;
    this.#drawFoot();
    this.#foot.querySelector("button")?.focus();
  }

  toEnd() {
    this.#log.scrollTop = this.#log.scrollHeight;
  }

  focus() {
    const action = this.#foot.querySelector("textarea") ?? this.#foot.querySelector("button");
    // On a phone the keyboard would cover half of the chat.
    const hidesChat = action?.matches("textarea") && matchMedia("(pointer: coarse)").matches;
    (hidesChat ? this.#log : (action ?? this.#log)).focus({ preventScroll: true });
  }

  messages() {
    return [...this.#messages.values()].map((kept) => kept.message);
  }

  /** The words of the newest message, for the list. */
  newest() {
    return this.messages().at(-1);
  }

  /** How many messages of others are behind the last one that was seen. */
  unread() {
    const seen = this.#seen();
    const isNews = (message) => !message.mine && !message.other.includes(TOPIC_MADE);
    return this.messages().filter((message) => isNews(message) && message.id > seen).length;
  }

  #put(message) {
    const known = this.#messages.get(message.id);
    const text = JSON.stringify(message);
    if (known?.text === text) return;
    const node = drawn(message, this.#chat, this.#app.backend, this.#app.act(this.#chat));
    node.hidden = !this.#isInTopic(message);
    if (known) {
      replace(known.node, node, this.#log);
      Object.assign(known, { message, text, node });
      return;
    }
    this.#messages.set(message.id, { message, text, node });
    const last = this.#log.querySelector(".message:last-of-type");
    const before = last ? this.#messages.get(Number(last.dataset.id))?.message : null;
    if (!before || dayNumber(before.date) !== dayNumber(message.date)) {
      this.#log.append(h("p", { class: "day" }, dayName(message.date)));
    }
    this.#log.append(node);
  }

  #isInTopic(message) {
    return (message.topic ?? null) === this.#topics.current;
  }

  /** Another topic was chosen. */
  #turned() {
    for (const { message, node } of this.#messages.values()) node.hidden = !this.#isInTopic(message);
    this.#drawFoot();
    this.#drawEmpty();
    this.toEnd();
  }

  #drawHead() {
    const { title, kind, people, bot } = this.#chat;
    const isPrivate = kind === "private";
    const back = h(
      "button", { class: "back", type: "button", "aria-label": say("back"), onclick: () => this.#app.back() },
      icon("back"),
    );
    const under = isPrivate ? say("bot") : say(kind === "group" ? "members" : "subscribers", people);
    const canBlock = isPrivate && bot === "inside";
    const block = canBlock &&
      h("button", { class: "quiet", type: "button", onclick: () => this.#app.does("block") }, say("block"));
    const name = h("h2", { id: `${this.root.id}-title` }, title);
    this.root.setAttribute("aria-labelledby", name.id);
    this.#log.setAttribute("aria-label", say("log", title));
    this.#newest.setAttribute("aria-label", say("toBottom"));
    this.#head.replaceChildren(
      back, avatar(title, FACES[kind]),
      h("div", { class: "name" }, name, h("p", {}, under)), ...(block ? [block] : []),
    );
  }

  #drawFoot() {
    const { bot, kind, may_write: mayWrite } = this.#chat;
    const isPrivate = kind === "private";
    const wide = (words, act) => h("button", { class: "wide main", type: "button", onclick: act }, words);
    let shown;
    if (isPrivate && bot === "out") shown = wide(say("unblock"), () => this.#app.does("unblock"));
    else if (this.#pendingStart !== null || (isPrivate && bot === "stranger")) {
      shown = wide(say(kind === "group" ? "addToGroup" : "start"), () => this.#start());
    } else if (mayWrite) {
      this.#composer.set(isPrivate ? this.#app.screen.commands : []);
      shown = this.#composer.root;
    } else shown = h("p", { class: "read-only" }, say("readOnly"));
    if (this.#foot.firstChild !== shown) {
      const hadFocus = this.#foot.contains(document.activeElement);
      this.#foot.replaceChildren(shown);
      if (hadFocus) this.focus();
    }
  }

  async #start() {
    const payload = this.#pendingStart ?? "";
    this.#pendingStart = null;
    await this.#app.start(payload, this.#chat.kind === "group" ? this.#chat.id : null);
    this.#drawFoot();
  }

  #drawEmpty() {
    this.#log.querySelector(".empty")?.remove();
    if (this.messages().some((message) => this.#isInTopic(message))) return;
    const { description } = this.#app.screen.bot;
    const isStranger = this.#chat.kind === "private" && description;
    this.#log.append(
      h("div", { class: "empty" }, isStranger ? [h("strong", {}, say("whatCanIt")), h("p", {}, description)] : say("nothingYet")),
    );
  }

  #isAtEnd() {
    return this.#log.scrollHeight - this.#log.scrollTop - this.#log.clientHeight < END_SLACK;
  }

  /** What can be seen counts as read. */
  #scrolled() {
    if (!this.#chat) return;
    if (isShown(this.#log) && this.#isAtEnd() && !document.hidden) this.#markSeen();
    const unread = this.unread();
    this.#newest.hidden = this.#isAtEnd();
    this.#newest.replaceChildren(icon("down"), ...(unread ? [h("span", { class: "count" }, unread), spoken(say("unread", unread))] : []));
    this.#app.readChanged();
  }

  look() {
    this.#scrolled();
  }

  #key() {
    return `seen/${this.#app.backend.address("")}${this.#chat.id}`;
  }

  #seen() {
    return Number(localStorage.getItem(this.#key()) ?? 0);
  }

  #markSeen() {
    const newest = this.newest()?.id ?? 0;
    if (newest > this.#seen()) localStorage.setItem(this.#key(), newest);
  }
}

/** Puts a message's new node in the place of the old one; the focus stays where the person had it. */
function replace(old, fresh, log) {
  const buttons = (node) => [...node.querySelectorAll("button, a")];
  const focused = buttons(old).indexOf(document.activeElement);
  old.replaceWith(fresh);
  fresh.classList.add("changed");
  if (focused >= 0) (buttons(fresh)[focused] ?? log).focus({ preventScroll: true });
}

function dayName(unix) {
  const ago = dayNumber(Date.now() / 1000) - dayNumber(unix);
  if (ago === 0) return say("today");
  return ago === 1 ? say("yesterday") : day(unix);
}
