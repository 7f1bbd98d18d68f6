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

foldNavigation();
closeMenus();
showBusy();
