// Small comforts of every page; each works without this file.

/** On a phone the navigation folds under a button. */
function foldNavigation() {
  const side = document.getElementById("side");
  const toggle = side?.querySelector(".side-toggle");
  if (!side || !toggle) return;
  toggle.hidden = false;
  side.classList.add("is-foldable");
  toggle.addEventListener("click", () => {
    const isOpen = side.classList.toggle("is-open");
    toggle.setAttribute("aria-expanded", String(isOpen));
  });
}

/** Menus close on Escape, and when the focus or a click goes elsewhere. */
function closeMenus() {
  const open = () => document.querySelectorAll("details.menu[open]");
  document.addEventListener("click", (event) => {
    for (const menu of open()) if (!menu.contains(event.target)) menu.open = false;
  });
  document.addEventListener("focusin", (event) => {
    for (const menu of open()) if (!menu.contains(event.target)) menu.open = false;
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    for (const menu of open()) {
      menu.open = false;
      menu.querySelector("summary")?.focus();
    }
  });
}

/** A form that works for long says so and is not sent twice. */
function showBusy() {
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (!(form instanceof HTMLFormElement) || !form.matches("[data-busy]")) return;
    form.setAttribute("aria-busy", "true");
    const note = form.querySelector(".busy-note");
    if (note) note.hidden = false;
    setTimeout(() => form.querySelectorAll("button").forEach((button) => (button.disabled = true)), 0);
  });
}

/** A link to a line of a text field goes there and selects the line. */
function goToLines() {
  document.addEventListener("click", (event) => {
    const link = event.target instanceof Element ? event.target.closest("a[data-line]") : null;
    const field = link && document.getElementById(link.dataset.of);
    if (!(field instanceof HTMLTextAreaElement)) return;
    event.preventDefault();
    const lines = field.value.split("\n");
    const number = Math.min(Number(link.dataset.line), lines.length);
    const start = lines.slice(0, number - 1).reduce((length, line) => length + line.length + 1, 0);
    field.focus();
    field.setSelectionRange(start, start + lines[number - 1].length);
    field.scrollTop = (field.scrollHeight / lines.length) * Math.max(0, number - 5);
  });
}

/** In a list marked `data-keys`, j and k step through its links; Enter follows the one in focus. */
function stepByKeys() {
  document.addEventListener("keydown", (event) => {
    if ((event.key !== "j" && event.key !== "k") || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.closest("input, textarea, select, [contenteditable]")) return;
    const links = [...document.querySelectorAll("[data-keys] a")];
    if (links.length === 0) return;
    const inFocus = links.indexOf(document.activeElement);
    const from = inFocus >= 0 ? inFocus : links.findIndex((link) => link.getAttribute("aria-current"));
    const to = Math.min(Math.max(from + (event.key === "j" ? 1 : -1), 0), links.length - 1);
    links[to].focus();
  });
}

foldNavigation();
goToLines();
stepByKeys();
closeMenus();
showBusy();
