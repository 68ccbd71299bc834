// Where a person types: Enter sends, Shift+Enter breaks the line, "/" opens the command menu.

import { CommandMenu } from "./command_menu.js";
import { h, icon } from "./dom.js";
import { say } from "./words.js";

/** As many characters as Telegram's apps send in one message. */
const LONGEST = 4096;

export class Composer {
  #field;
  #menu;
  #send;
  #button;

  constructor(send) {
    this.#send = send;
    this.#menu = new CommandMenu((command) => this.#pick(command), () => this.#field.focus());
    this.#field = h("textarea", {
      rows: "1", maxlength: LONGEST, autocomplete: "off", enterkeyhint: "send",
      oninput: () => this.#typed(), onkeydown: (event) => this.#key(event),
    });
    this.#button = h("button", { class: "send main", type: "submit" }, icon("send"));
    const form = h("form", { class: "composer", onsubmit: (event) => this.#submit(event) });
    form.append(this.#menu.root, this.#menu.button, this.#field, this.#button);
    this.root = form;
  }

  /** The commands to offer; none hides their button. */
  set(commands) {
    this.#menu.set(commands);
    this.#field.placeholder = say("write");
    this.#field.setAttribute("aria-label", say("write"));
    this.#button.setAttribute("aria-label", say("send"));
  }

  clear() {
    this.#field.value = "";
    this.#menu.close();
  }

  async #submit(event) {
    event?.preventDefault();
    const text = this.#field.value.trim();
    if (text === "") return;
    this.clear();
    this.#field.focus();
    // What could not be sent is not lost.
    if (!(await this.#send(text)) && this.#field.value === "") this.#field.value = text;
  }

  #pick(command) {
    this.#field.value = `/${command}`;
    this.#submit();
  }

  #typed() {
    const { value } = this.#field;
    if (/^\/\w*$/.test(value)) this.#menu.open(value.slice(1));
    else this.#menu.close();
  }

  #key(event) {
    // Korean is composed letter by letter: Enter ends a syllable then, not the message.
    if (event.isComposing) return;
    if (event.key === "Enter" && !event.shiftKey) this.#submit(event);
    else if (event.key === "Escape" && this.#menu.isOpen) {
      event.stopPropagation();
      this.#menu.close();
    } else if (event.key === "ArrowUp" && this.#menu.isOpen) {
      event.preventDefault();
      this.#menu.focusLast();
    }
  }
}
