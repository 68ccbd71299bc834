// The page: who uses it, what they see, and what becomes of each change.

import { Backend, reason } from "./backend.js";
import { ChatPane } from "./chat.js";
import { drawList } from "./chat_list.js";
import { Connection } from "./connection.js";
import { h, icon } from "./dom.js";
import { meaning } from "./links.js";
import { alertWindow, toast } from "./notices.js";
import { Posts } from "./posts.js";
import { say, speak } from "./words.js";

/** What is remembered of who used the page last. */
const LAST_PERSON = "person";

/** The first of the demo people, until somebody else is chosen. */
const FIRST_PERSON = "mina";

/** Each language by its own name. */
const LANGUAGE_NAMES = { en: "English", ko: "한국어" };

const app = {
  backend: null,
  screen: null,
  act: (chat) => ({
    command: (words) => app.say(chat.id, words),
    tap: (message, row, column) => tap(chat, message, row, column),
    copy: async (text) => {
      await navigator.clipboard?.writeText(text);
      toast(say("copied"));
    },
  }),
  say: (chat, text, topic) => does("say", { chat, text, topic }),
  start: (payload, group) => does("start", { payload, group }),
  does: (action) => does(action, {}),
  back: () => view("list"),
  follow,
  readChanged: () => listLater(),
};

const panes = Object.fromEntries(["private", "channel", "group"].map((kind) => [kind, new ChatPane(kind, app)]));
const connection = new Connection(app);
const posts = new Posts(app);
const platform = document.getElementById("platform");
const listPlace = document.getElementById("chat-list");
const line = document.getElementById("line");

/** While the screen is being fetched: the changes that came meanwhile, applied behind it. */
let meanwhile = null;
let fetchAgain = false;
let stopWatching = () => {};
let listIsDue = false;

async function does(action, body) {
  const answer = await app.backend.post(action, body);
  if (!answer.ok) toast(reason(answer));
  return answer.ok;
}

async function tap(chat, message, row, column) {
  const { text } = message.buttons[row][column];
  const answer = await app.backend.post("tap", { chat: chat.id, message: message.id, row, column, text });
  if (!answer.ok) return toast(reason(answer));
  const said = answer.body.answer;
  if (!said) return toast(say("noAnswer"));
  if (said.text) (said.show_alert ? alertWindow : toast)(said.text);
  if (said.url) go(meaning(said.url, app.screen));
}

/** A click on a link that Telegram's app, or the platform, would open itself. */
function follow(event) {
  const link = event.target.closest("a[href]");
  const found = link && meaning(link.href, app.screen);
  if (!found) return;
  event.preventDefault();
  go(found);
}

function go(found) {
  if (!found) return;
  if (found.platform !== undefined) {
    view("platform");
    const part = ["posts", "calendar"].includes(found.platform) ? posts.root : platform.querySelector(".card");
    part.scrollIntoView({ block: "nearest" });
    part.querySelector("button, a, input, select, textarea")?.focus();
    return;
  }
  view(found.chat);
  if (found.start) panes[found.chat].offerStart(found.start);
  else panes[found.chat].focus();
}

/** Which part narrow screens show; wide ones show all. */
function view(name) {
  document.body.dataset.view = name;
  // Where there is room for two chats, the one with the bot is always there.
  if (["channel", "group"].includes(name)) document.body.dataset.beside = name;
  for (const pane of Object.values(panes)) {
    if (pane.chat && name === pane.root.id) pane.toEnd();
    pane.look();
  }
  listLater();
}

function open(name) {
  view(name);
  if (name === "platform") platform.querySelector("h2").focus();
  else panes[name].focus();
}

function listLater() {
  if (listIsDue) return;
  listIsDue = true;
  requestAnimationFrame(() => {
    listIsDue = false;
    if (!app.screen) return;
    drawList(listPlace, panes, app.screen.me.account_name, document.body.dataset.view, open);
  });
}

async function fetchScreen() {
  if (meanwhile) {
    fetchAgain = true;
    return;
  }
  meanwhile = [];
  const { backend } = app;
  const answer = await backend.get("");
  const changes = meanwhile;
  meanwhile = null;
  if (backend !== app.backend || fetchAgain) {
    fetchAgain = false;
    return fetchScreen();
  }
  if (!answer.ok) return;
  showScreen(answer.body);
  changes.forEach(told);
}

function showScreen(screen) {
  const isOther = app.screen?.me.account !== screen.me.account;
  app.screen = screen;
  if (isOther) {
    speak(screen.me.language);
    drawPeople();
  }
  for (const [kind, pane] of Object.entries(panes)) {
    const chat = screen.chats.find((known) => known.kind === kind);
    if (chat) pane.show(chat);
  }
  if (isOther) {
    document.getElementById("platform-title")?.replaceChildren(say("platform"));
    connection.begin();
    posts.begin();
  } else connection.look();
  listLater();
  followAddress();
}

/** `/?start=…` opens the chat with a Start button, as `https://t.me/…?start=…` does. */
function followAddress() {
  const start = new URLSearchParams(location.search).get("start");
  if (!start) return;
  history.replaceState(null, "", "/");
  go({ chat: "private", start });
}

function told(change) {
  if (meanwhile) {
    meanwhile.push(change);
    return;
  }
  if (change.change === "again") return fetchScreen();
  const pane = Object.values(panes).find((known) => known.chat?.id === change.chat);
  if (!pane) return fetchScreen();
  if (change.change === "deleted") pane.remove(change.message);
  else pane.put(change.message);
  // The first words of a person make the bot one that may write.
  if (pane.chat.bot === "stranger") fetchScreen();
  if (pane.chat.kind === "private") connection.look();
  else posts.look();
  listLater();
}

/** Who uses the page. */
function become(account) {
  stopWatching();
  localStorage.setItem(LAST_PERSON, account);
  app.backend = new Backend(account);
  stopWatching = app.backend.watch({
    opened: () => {
      line.textContent = "";
      fetchScreen();
    },
    told,
    lost: () => (line.textContent = say("lost")),
  });
}

function drawPeople() {
  const buttons = app.screen.people.map((person) => {
    const isMe = person.account === app.screen.me.account;
    const choose = () => {
      if (app.backend.address("") !== new Backend(person.account).address("")) become(person.account);
    };
    return h("button", { type: "button", "aria-pressed": String(isMe), lang: person.language, onclick: choose, data: { account: person.account } }, person.name, h("span", {}, LANGUAGE_NAMES[person.language]));
  });
  const place = document.getElementById("people");
  const hadFocus = place.contains(document.activeElement);
  place.replaceChildren(...buttons);
  if (hadFocus) place.querySelector("[aria-pressed=true]").focus();
}

function build() {
  document.getElementById("panes").append(...Object.values(panes).map((pane) => pane.root));
  const back = h("button", { class: "back", type: "button", onclick: app.back, data: { label: "back" } }, icon("back"));
  const title = h("h2", { id: "platform-title", tabindex: "-1" });
  platform.append(h("header", {}, back, title), h("div", { class: "cards" }, ...connection.parts, posts.root));
  document.addEventListener("visibilitychange", () => Object.values(panes).forEach((pane) => pane.look()));
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !document.getElementById("alert").open) view("list");
  });
}

build();
speak(document.documentElement.lang);
become(localStorage.getItem(LAST_PERSON) === "jun" ? "jun" : FIRST_PERSON);
