// The pretend platform's posts: a form that schedules one, and the list with what became of each.

import { reason } from "./backend.js";
import { h } from "./dom.js";
import { safeAddress } from "./links.js";
import { dayAndClock } from "./times.js";
import { say } from "./words.js";

/** How often is the list fetched while something in it can change by itself? */
const REFRESH_MS = 1_500;

const SETTLED = ["published", "failed", "unconfirmed", "cancelled"];

/** `app` has `backend` and `screen`. */
export class Posts {
  #app;
  #posts = [];
  #refresh;
  #form;
  #list = h("ul", { class: "posts" });
  #said = h("p", { class: "said", role: "status" });
  root = h("section", { class: "card", "aria-labelledby": "posts-title" });

  constructor(app) {
    this.#app = app;
    this.#list.addEventListener("click", (event) => app.follow(event));
  }

  /** Another person, or the first one. */
  async begin() {
    this.#posts = [];
    this.#said.textContent = "";
    this.root.replaceChildren(h("h3", { id: "posts-title" }, say("posts")));
    const backend = this.#app.backend;
    const answer = await backend.get("platform/posts");
    if (backend !== this.#app.backend) return;
    this.#form = this.#drawForm();
    this.root.append(this.#form, this.#said, this.#list);
    this.#took(answer);
  }

  /** Fetches the list again; later once more, while a post is on its way. */
  async look() {
    if (!this.#form?.isConnected) return;
    const backend = this.#app.backend;
    const answer = await backend.get("platform/posts");
    if (backend === this.#app.backend) this.#took(answer);
  }

  #took(answer) {
    clearTimeout(this.#refresh);
    if (answer.ok) {
      this.#posts = Array.isArray(answer.body) ? answer.body : (answer.body.posts ?? []);
      this.#draw();
    } else this.#said.textContent = reason(answer);
    const moving = this.#posts.some((post) => !SETTLED.includes(post.status));
    if (moving) this.#refresh = setTimeout(() => this.look(), REFRESH_MS);
  }

  #drawForm() {
    const time = h("input", { type: "datetime-local", name: "time", id: "post-time" });
    const timeField = field("time", time);
    timeField.hidden = true;
    const choices = ["now", "inAMinute", "atATime"].map((key) => h("option", { value: key }, say(key)));
    const when = h("select", { name: "when", id: "post-when" }, choices);
    when.addEventListener("change", () => {
      timeField.hidden = when.value !== "atATime";
      time.required = !timeField.hidden;
    });
    const networks = this.#app.screen.networks.map((name) => h("option", { value: name }, say("networks")[name] ?? name));
    return h(
      "form", { class: "post", onsubmit: (event) => this.#schedule(event) },
      field("network", h("select", { name: "network", id: "post-network" }, networks)),
      field("text", h("textarea", { name: "text", id: "post-text", rows: "3", required: true })),
      field("media", h("input", { type: "url", name: "media", id: "post-media", placeholder: "https://", list: "pictures" })),
      h("datalist", { id: "pictures" }, h("option", { value: `${location.origin}/pictures/scones.jpg` })),
      field("when", when), timeField,
      h("label", { class: "check" }, h("input", { type: "checkbox", name: "needs_yes" }), say("needsYes")),
      h("button", { class: "main", type: "submit" }, say("schedule")),
    );
  }

  async #schedule(event) {
    event.preventDefault();
    const form = event.target;
    const given = new FormData(form);
    const instants = {
      now: () => new Date(),
      inAMinute: () => new Date(Date.now() + 60_000),
      atATime: () => new Date(given.get("time")),
    };
    const answer = await this.#app.backend.post("platform/posts", {
      network: given.get("network"),
      text: given.get("text"),
      media_url: given.get("media") || null,
      needs_approval: given.has("needs_yes"),
      publish_at: instants[given.get("when")]().toISOString(),
    });
    this.#said.textContent = answer.ok ? say("scheduled") : reason(answer);
    if (answer.ok) form.elements.text.value = "";
    this.look();
  }

  async #does(request) {
    const answer = await request;
    this.#said.textContent = answer.ok ? "" : reason(answer);
    this.look();
  }

  #draw() {
    const newestFirst = [...this.#posts].sort((a, b) => Date.parse(b.publish_at) - Date.parse(a.publish_at));
    const items = newestFirst.map((post) => this.#item(post));
    this.#list.replaceChildren(...(items.length > 0 ? items : [h("li", { class: "small" }, say("noPosts"))]));
  }

  #item(post) {
    const backend = this.#app.backend;
    const path = `platform/posts/${encodeURIComponent(post.id)}`;
    const small = (key, request) =>
      h("button", { type: "button", class: "quiet", onclick: () => this.#does(request()) }, say(key));
    const url = post.url && safeAddress(post.url);
    const awaits = post.status === "scheduled" && post.approval === "awaiting";
    const state = awaits ? say("awaiting") : (say("states")[post.status] ?? post.status);
    return h(
      "li", { data: { status: post.status } },
      h("p", {}, h("strong", {}, post.network), " ", h("span", { class: `chip ${post.status}` }, state)),
      h("p", { class: "words" }, post.text),
      post.error && h("p", { class: "small" }, post.error),
      h(
        "p", { class: "small" },
        h("time", { datetime: post.publish_at }, dayAndClock(Date.parse(post.publish_at) / 1000)), " ",
        awaits && small("approve", () => backend.post(`${path}/approve`)),
        awaits && small("reject", () => backend.post(`${path}/reject`)),
        post.status === "scheduled" && small("cancel", () => backend.delete(path)),
        ["failed", "unconfirmed"].includes(post.status) && small("retry", () => backend.post(`${path}/retry`)),
        url && h("a", { href: url, target: "_blank", rel: "noopener noreferrer" }, say("seePost")),
      ),
    );
  }
}

function field(key, input) {
  return h("p", { class: "field" }, h("label", { for: input.id }, say(key)), input);
}
