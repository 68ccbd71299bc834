// The bot's commands above the typing box, as it has set them for the person's language.

import { h } from "./dom.js";
import { say } from "./words.js";

export class CommandMenu {
  #commands = [];
  #pick;
  #leave;

  /** `pick` is called with a chosen command; `leave` when the menu is left without one. */
  constructor(pick, leave) {
    this.#pick = pick;
    this.#leave = leave;
    this.root = h("div", { class: "commands", role: "menu", id: "commands", hidden: true, onkeydown: (event) => this.#key(event) });
    this.button = h(
      "button",
      { class: "slash", type: "button", "aria-haspopup": "menu", "aria-expanded": "false", onclick: () => this.#toggle() },
      "/",
    );
    document.addEventListener("pointerdown", (event) => {
      if (this.isOpen && !this.root.contains(event.target) && event.target !== this.button) this.close();
    });
  }

  get isOpen() {
    return !this.root.hidden;
  }

  set(commands) {
    this.#commands = commands;
    this.button.hidden = commands.length === 0;
    this.button.setAttribute("aria-label", say("commands"));
    this.root.setAttribute("aria-label", say("commands"));
  }

  /** Shows the commands that begin so. */
  open(beginning = "") {
    const fitting = this.#commands.filter((known) => known.command.startsWith(beginning));
    this.root.replaceChildren(...fitting.map((known) => this.#item(known)));
    this.root.hidden = fitting.length === 0;
    this.button.setAttribute("aria-expanded", String(this.isOpen));
  }

  close() {
    this.root.hidden = true;
    this.button.setAttribute("aria-expanded", "false");
  }

  focusLast() {
    this.root.lastElementChild?.focus();
  }

  #item({ command, description }) {
    const choose = () => {
      this.close();
      this.#pick(command);
    };
    return h(
      "button", { type: "button", role: "menuitem", tabindex: "-1", onclick: choose },
      h("span", { class: "name" }, `/${command}`), " ", h("span", { class: "what" }, description),
    );
  }

  #toggle() {
    if (this.isOpen) return this.close();
    this.open();
    this.root.firstElementChild?.focus();
  }

  #key(event) {
    const items = [...this.root.children];
    const at = items.indexOf(document.activeElement);
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: items.length - 1 }[event.key];
    if (to !== undefined) {
      event.preventDefault();
      items.at(to % items.length)?.focus();
    } else if (event.key === "Escape" || event.key === "Tab") {
      event.preventDefault();
      event.stopPropagation();
      this.close();
      this.#leave();
    }
  }
}
