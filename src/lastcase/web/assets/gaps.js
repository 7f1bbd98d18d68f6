// Keys of the list of gaps; every one has a control that does the same without this file.

const list = document.querySelector(".gap-list");
const rows = list ? [...list.querySelectorAll("tbody tr")] : [];
const ticks = rows.map((row) => row.querySelector(".gap-tick input"));
let at = -1;

function go(step) {
  if (rows.length === 0) return;
  rows[at]?.classList.remove("is-at");
  at = Math.min(Math.max(at + step, 0), rows.length - 1);
  rows[at].classList.add("is-at");
  rows[at].scrollIntoView({ block: "nearest" });
  (ticks[at] ?? rows[at].querySelector("a")).focus();
}

function tell() {
  const note = document.querySelector(".gap-ticked");
  if (note) note.textContent = `(${ticks.filter((one) => one?.checked).length})`;
}

function tick(only) {
  const some = only ? [ticks[at]] : ticks;
  const isOn = !some.every((one) => !one || one.checked);
  for (const one of some) if (one) one.checked = isOn;
  tell();
}

const keys = {
  j: () => go(1),
  k: () => go(-1),
  x: () => tick(true),
  "*": () => tick(false),
  a: () => document.querySelector(".gap-acts button")?.focus(),
  "/": () => document.querySelector(".filters input[type=search]")?.focus(),
};

document.addEventListener("keydown", (event) => {
  const isTyping = event.target.matches("input:not([type=checkbox]):not([type=radio]), textarea, select");
  if (isTyping || event.ctrlKey || event.metaKey || event.altKey || !(event.key in keys)) return;
  event.preventDefault();
  keys[event.key]();
});
list?.addEventListener("change", tell);
if (list) tell();
