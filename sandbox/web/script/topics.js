// The topics of a group, side by side above its messages.

import { h } from "./dom.js";
import { say } from "./words.js";

/** `changed` is called when another topic was chosen. A topic is its number; null is the General one. */
export class Topics {
  #changed;
  #topics = [];
  current = null;
  root = h("div", { class: "topics", role: "group", data: { label: "topics" }, hidden: true });

  constructor(changed) {
    this.#changed = changed;
  }

  /** The topics of the chat; one without any has no such row. */
  set(topics) {
    this.#topics = topics;
    if (!topics.some((topic) => topic.id === this.current)) this.current = null;
    this.root.hidden = topics.length === 0;
    this.root.setAttribute("aria-label", say("topics"));
    this.#draw();
  }

  #draw() {
    const all = [{ id: null, name: say("general") }, ...this.#topics];
    this.root.replaceChildren(...all.map(({ id, name }) => {
      const isCurrent = id === this.current;
      return h("button", { type: "button", "aria-pressed": String(isCurrent), onclick: () => this.#choose(id) }, name);
    }));
  }

  #choose(id) {
    this.current = id;
    this.#draw();
    this.root.querySelector("[aria-pressed=true]").focus();
    this.#changed();
  }
}
