// The page's own server: questions, and what changes.

/** How long may an answer take? A tap waits ten seconds for the bot, a test message five. */
const LIMIT_MS = 15_000;

/** How long until a lost stream is opened again? */
const REOPEN_MS = 1_000;

/** What a demo person sees and does; one for each of them. */
export class Backend {
  #base;

  constructor(account) {
    this.#base = `/api/${account}/`;
  }

  get(path) {
    return this.#ask("GET", path);
  }

  post(path, body = {}) {
    return this.#ask("POST", path, body);
  }

  delete(path) {
    return this.#ask("DELETE", path, {});
  }

  address(path) {
    return this.#base + path;
  }

  /** The answer's status and body; `ok` is false when there is none as well. */
  async #ask(method, path, body) {
    const request = { method, signal: AbortSignal.timeout(LIMIT_MS) };
    if (body !== undefined) {
      request.headers = { "content-type": "application/json" };
      request.body = JSON.stringify(body);
    }
    try {
      const response = await fetch(this.#base + path, request);
      return { ok: response.ok, status: response.status, body: await response.json() };
    } catch {
      return { ok: false, status: 0, body: {} };
    }
  }

  /** Calls `told` for each change and `opened` at each beginning; gives what ends it. */
  watch({ opened, told, lost }) {
    let source;
    let again;
    const open = () => {
      source = new EventSource(this.#base + "changes");
      source.onopen = opened;
      source.onmessage = (event) => told(JSON.parse(event.data));
      source.onerror = () => {
        // A browser gives up for good on some errors: we don't.
        source.close();
        lost();
        again = setTimeout(open, REOPEN_MS);
      };
    };
    open();
    return () => {
      clearTimeout(again);
      source.close();
    };
  }
}

/** Why something was refused, in the words of who refused it. */
export function reason(answer) {
  return answer.body?.detail ?? answer.body?.error ?? answer.body?.title ?? `HTTP ${answer.status}`;
}
