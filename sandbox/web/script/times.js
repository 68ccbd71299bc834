// Instants in the reader's own zone and language.

/** The browser's zone, which is the reader's. */
export const ZONE = Intl.DateTimeFormat().resolvedOptions().timeZone || "UTC";

/** The locale of the page's language, with the reader's own habits when the browser has it too. */
function locale() {
  const language = document.documentElement.lang;
  return navigator.languages.find((known) => known.split("-")[0] === language) ?? language;
}

function format(unix, options) {
  return new Intl.DateTimeFormat(locale(), options).format(new Date(unix * 1000));
}

export function clock(unix) {
  return format(unix, { hour: "numeric", minute: "2-digit" });
}

export function full(unix) {
  return format(unix, { dateStyle: "full", timeStyle: "long" });
}

export function day(unix) {
  return format(unix, { month: "long", day: "numeric" });
}

export function dayAndClock(unix) {
  return format(unix, { month: "short", day: "numeric", hour: "numeric", minute: "2-digit" });
}

/** Counts the reader's calendar days: equal for instants of one day. */
export function dayNumber(unix) {
  const date = new Date(unix * 1000);
  return Math.floor((date.getTime() - date.getTimezoneOffset() * 60_000) / 86_400_000);
}

/** An instant as Telegram shows `<tg-time>`: `r` is relative, `w d D t T` are parts of it. */
export function telegramTime(unix, parts) {
  if (parts.toLowerCase() === "r") return relative(unix);
  const options = {};
  if (parts.includes("w")) options.weekday = parts.includes("D") ? "long" : "short";
  if (parts.includes("D")) Object.assign(options, { year: "numeric", month: "long", day: "numeric" });
  else if (parts.includes("d")) Object.assign(options, { month: "short", day: "numeric" });
  if (/[tT]/.test(parts)) Object.assign(options, { hour: "numeric", minute: "2-digit" });
  if (parts.includes("T")) options.second = "2-digit";
  return Object.keys(options).length > 0 ? format(unix, options) : null;
}

const STEPS = [["second", 60], ["minute", 60], ["hour", 24], ["day", 30], ["month", 12], ["year", Infinity]];

function relative(unix) {
  let distance = unix - Date.now() / 1000;
  for (const [unit, size] of STEPS) {
    if (Math.abs(distance) < size) {
      return new Intl.RelativeTimeFormat(locale(), { numeric: "auto" }).format(Math.round(distance), unit);
    }
    distance /= size;
  }
  return null;
}
