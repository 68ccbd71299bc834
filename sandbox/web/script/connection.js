// The pretend platform's settings page: who is signed in, the connection to Telegram, and what happens.

import { reason } from "./backend.js";
import { avatar, h } from "./dom.js";
import { clock, ZONE } from "./times.js";
import { say } from "./words.js";

/** How often is asked whether the link was used? */
const VERIFY_MS = 700;

/** How often is asked how the connection stands? A block, for one, reaches the service a moment after the chat. */
const STATUS_MS = 2_000;

const EVENTS = ["published", "failed", "unconfirmed", "automation", "announcement"];

/** The account, its connection and the event buttons. `app` has `backend`, `screen`, `follow`. */
export class Connection {
  #app;
  #status = null;
  #link = null;
  #groupLink = null;
  #waiting;
  #nextLook;
  #asking = false;
  #askAgain = false;
  #place = h("section", { class: "card", "aria-labelledby": "telegram-title" });
  #events = h("section", { class: "card", "aria-labelledby": "happens-title" });
  #said = h("p", { class: "said", role: "status" });
  #told = h("p", { class: "said", role: "status" });
  #account = h("div", { class: "account" });

  constructor(app) {
    this.#app = app;
    this.parts = [this.#account, this.#place, this.#events];
    this.#place.addEventListener("click", (event) => app.follow(event));
  }

  /** Another person, or the first one. */
  begin() {
    clearTimeout(this.#waiting);
    this.#link = null;
    this.#groupLink = null;
    this.#status = null;
    this.#said.textContent = "";
    this.#told.textContent = "";
    const { account_name: name } = this.#app.screen.me;
    this.#account.replaceChildren(
      avatar(name, "shop"), h("p", {}, h("span", {}, say("signedIn")), h("strong", {}, name)),
    );
    this.#drawEvents();
    this.#draw();
    this.look();
  }

  /** Asks how the connection stands; what happens while asking asks once more. */
  async look() {
    if (this.#asking) {
      this.#askAgain = true;
      return;
    }
    this.#asking = true;
    clearTimeout(this.#nextLook);
    const backend = this.#app.backend;
    const answer = await backend.get("platform/status");
    this.#asking = false;
    if (backend !== this.#app.backend || this.#askAgain) {
      this.#askAgain = false;
      return this.look();
    }
    this.#nextLook = setTimeout(() => this.look(), STATUS_MS);
    if (!answer.ok) return this.#say(reason(answer));
    const hasChanged = JSON.stringify(answer.body) !== JSON.stringify(this.#status);
    if (hasChanged && answer.body.places?.length > (this.#status?.places?.length ?? 0)) this.#groupLink = null;
    this.#status = answer.body;
    // Drawn anew only for news: a person may be on their way to one of its buttons.
    if (hasChanged) this.#draw();
  }

  #say(words) {
    this.#said.textContent = words;
  }

  async #connect() {
    this.#say("");
    const backend = this.#app.backend;
    const answer = await backend.post("platform/link", { zone: ZONE, language: this.#app.screen.me.language });
    if (backend !== this.#app.backend) return;
    if (!answer.ok) return this.#say(reason(answer));
    this.#link = answer.body;
    this.#draw();
    this.#place.querySelector(".open-link")?.focus();
    this.#wait(backend, this.#link);
  }

  /** A link that connects a group, of those in which the person is an administrator. */
  async #connectGroup() {
    this.#say("");
    const backend = this.#app.backend;
    const answer = await backend.post("platform/link", { zone: ZONE, language: this.#app.screen.me.language });
    if (backend !== this.#app.backend) return;
    if (!answer.ok) return this.#say(reason(answer));
    this.#groupLink = answer.body.group_url;
    this.#draw();
    this.#place.querySelector(".open-group")?.focus();
  }

  /** Waits until the link was used or is too old. */
  #wait(backend, link) {
    clearTimeout(this.#waiting);
    this.#waiting = setTimeout(async () => {
      const answer = await backend.post("platform/verify", { token: link.token });
      if (this.#link !== link) return;
      const state = answer.body?.state;
      if (answer.ok && state !== "pending") {
        this.#endLink();
        this.#say(state === "expired" ? say("expired") : "");
        return this.look();
      }
      this.#wait(backend, link);
    }, VERIFY_MS);
  }

  #endLink() {
    clearTimeout(this.#waiting);
    this.#link = null;
    this.#draw();
  }

  async #disconnect() {
    const answer = await this.#app.backend.post("platform/unlink");
    this.#say(answer.ok ? "" : reason(answer));
    this.look();
  }

  async #test() {
    this.#say("…");
    const answer = await this.#app.backend.post("platform/test");
    if (!answer.ok) this.#say(reason(answer));
    else this.#say(answer.status === 200 ? say("testSent") : say("testQueued"));
  }

  async #happens(kind) {
    const answer = await this.#app.backend.post("platform/event", { kind });
    this.#told.textContent = answer.ok ? say("told") : reason(answer);
  }

  #state() {
    if (!this.#status?.linked) return ["none", say("notConnected")];
    return this.#status.telegram_enabled ? ["good", say("connected")] : ["paused", say("paused")];
  }

  #draw() {
    const [state, words] = this.#state();
    const linked = this.#status?.linked ?? false;
    const button = (kind, key, act, off = false) =>
      h("button", { type: "button", class: kind, disabled: off, onclick: act }, say(key));
    const hadFocus = this.#place.contains(document.activeElement);
    this.#place.replaceChildren(
      h("h3", { id: "telegram-title" }, say("telegram"), h("span", { class: `chip ${state}`, id: "connection" }, words)),
      ...(linked && !this.#link ? [this.#settings()] : []),
      ...(this.#link ? [this.#linkBox()] : []),
      ...(linked && this.#groupLink ? [this.#groupBox()] : []),
      h(
        "p", { class: "buttons" },
        !linked && !this.#link && button("main", "connect", () => this.#connect()),
        linked && button("main", "test", () => this.#test(), state !== "good"),
        linked && !this.#groupLink && button("", "connectGroup", () => this.#connectGroup()),
        linked && button("", "disconnect", () => this.#disconnect()),
      ),
      this.#said,
    );
    if (hadFocus && !this.#place.contains(document.activeElement)) {
      this.#place.querySelector("a, button:not(:disabled)")?.focus({ preventScroll: true });
    }
  }

  #linkBox() {
    const { url, qr_svg: qr, expires_at: expires } = this.#link;
    return h(
      "div", { class: "link" },
      h("img", { src: `data:image/svg+xml,${encodeURIComponent(qr)}`, alt: say("qr"), width: 132, height: 132 }),
      h(
        "div", {},
        h("a", { class: "button main open-link", href: url, target: "_blank", rel: "noopener noreferrer" }, say("openLink")),
        h("p", { class: "address" }, url),
        h("p", { class: "small" }, say("goodUntil", clock(Date.parse(expires) / 1000))),
      ),
      h("p", { class: "waiting" }, say("waiting"), " ", h("button", { type: "button", class: "quiet", onclick: () => this.#endLink() }, say("cancel"))),
    );
  }

  /** Telegram's link for groups leads to a group as a whole: a topic is chosen by saying the same in it. */
  #groupBox() {
    const start = new URL(this.#groupLink).searchParams.get("startgroup");
    const words = `/start@${this.#app.screen.bot.user.username} ${start}`;
    const copied = async () => {
      await navigator.clipboard?.writeText(words);
      this.#say(say("copied"));
    };
    return h(
      "div", { class: "group-link" },
      h("a", { class: "button main open-group", href: this.#groupLink, target: "_blank", rel: "noopener noreferrer" }, say("openInGroup")),
      h("p", { class: "small" }, say("forTopic"), " ", h("button", { type: "button", class: "quiet", onclick: copied }, say("copy"))),
      h("p", { class: "address" }, words),
    );
  }

  #settings() {
    const { digest, zone, quiet_hours: quiet } = this.#status.settings;
    const groups = (this.#status.places ?? []).map((place) => place.title).join(", ");
    const pairs = [
      [say("digest"), digest.enabled ? this.#digestTime(digest.time) : say("off")],
      [say("zone"), zone ?? "UTC"],
      [say("quiet"), quiet ? `${quiet.from}–${quiet.until}` : say("off")],
      [say("groups"), groups || say("none")],
    ];
    return h("dl", {}, pairs.flatMap(([name, value]) => [h("dt", {}, name), h("dd", {}, value)]));
  }

  /** To the minute, which the hours in the chat are not: who tries it need not wait for long. */
  #digestTime(time) {
    const input = h("input", { type: "time", name: "time", value: time, required: true, "aria-label": say("digestTime") });
    return h(
      "form", { class: "digest", onsubmit: (event) => this.#setDigest(event, input.value) },
      input, h("button", { type: "submit", class: "quiet" }, say("set")),
    );
  }

  async #setDigest(event, time) {
    event.preventDefault();
    const answer = await this.#app.backend.post("platform/settings", { digest: { time } });
    this.#say(answer.ok ? say("digestSet", time, answer.body.settings.digest.when_empty) : reason(answer));
    this.look();
  }

  #drawEvents() {
    const buttons = EVENTS.map((kind) =>
      h("button", { type: "button", data: { event: kind }, onclick: () => this.#happens(kind) }, say(kind)));
    this.#events.replaceChildren(
      h("h3", { id: "happens-title" }, say("happens")), h("p", { class: "small" }, say("happensHint")),
      h("p", { class: "events" }, buttons), this.#told,
    );
  }
}
