// What the bot answers to a tap: a toast that goes by itself, or a window to be closed.

const TOAST_MS = 4_000;

export function toast(words) {
  const place = document.getElementById("toasts");
  const note = document.createElement("p");
  note.textContent = words;
  place.append(note);
  setTimeout(() => note.remove(), TOAST_MS);
}

export function alertWindow(words) {
  const window = document.getElementById("alert");
  document.getElementById("alert-words").textContent = words;
  if (!window.open) window.showModal();
}
