// The tour of the Board: a window beside each part in turn. That it was taken or declined is kept in this browser.

const KEPT = "lastcase-tour";
const GAP_PX = 12;
const PHONE = matchMedia("(max-width: 760px)");
const STILL = matchMedia("(prefers-reduced-motion: reduce)");

const tour = document.querySelector("[data-tour]");
const offer = document.querySelector("[data-tour-offer]");
const again = document.querySelector("[data-tour-again]");

/** The part of the Board that a step is about. */
const partOf = (step) => document.querySelector(step.dataset.about);

let steps = [];
let now = 0;

function show(number) {
  now = Math.max(0, Math.min(number, steps.length - 1));
  const step = steps[now];
  for (const other of tour.querySelectorAll("[data-about]")) other.hidden = other !== step;
  const heading = step.querySelector("h2");
  tour.setAttribute("aria-labelledby", heading.id);
  tour.querySelector(".tour-at").textContent = `${now + 1} / ${steps.length}`;
  const isLast = now === steps.length - 1;
  tour.querySelector("[data-tour-back]").disabled = now === 0;
  tour.querySelector("[data-tour-next]").hidden = isLast;
  tour.querySelector("[data-tour-replay]").hidden = !isLast;
  mark(partOf(step));
  heading.focus({ preventScroll: true });
}

/** Bring the part into view, above the sheet of a phone, and lift it out of the shade. */
function mark(part) {
  document.querySelector(".is-toured")?.classList.remove("is-toured");
  part.classList.add("is-toured");
  part.scrollIntoView({ block: "start", behavior: STILL.matches ? "auto" : "smooth" });
  place();
}

/** Stand where there is room: right of the part, left, below, above; else in a corner. On a phone CSS places it. */
function place() {
  if (!tour.open) return;
  tour.style.left = tour.style.top = "";
  if (PHONE.matches) return;
  const part = partOf(steps[now]).getBoundingClientRect();
  const { width, height } = tour.getBoundingClientRect();
  const room = { x: document.documentElement.clientWidth - width - GAP_PX, y: innerHeight - height - GAP_PX };
  const within = (value, most) => Math.max(GAP_PX, Math.min(value, most));
  const places = [
    [part.right + GAP_PX, within(part.top, room.y)],
    [part.left - width - GAP_PX, within(part.top, room.y)],
    [within(part.left, room.x), part.bottom + GAP_PX],
    [within(part.left, room.x), part.top - height - GAP_PX],
  ];
  const isFree = ([x, y]) => x >= GAP_PX && x <= room.x && y >= GAP_PX && y <= room.y;
  const [x, y] = places.find(isFree) ?? [room.x, room.y];
  tour.style.left = `${x}px`;
  tour.style.top = `${y}px`;
}

function start() {
  steps = [...tour.querySelectorAll("[data-about]")].filter(partOf);
  tour.showModal();
  show(0);
}

/** Taken or declined: it is not offered here again, and the focus goes on from where it can be taken up again. */
function end() {
  document.querySelector(".is-toured")?.classList.remove("is-toured");
  offer.hidden = true;
  again.hidden = false;
  again.focus();
  keep();
}

function keep() {
  try {
    localStorage.setItem(KEPT, "seen");
  } catch {
    // a browser that keeps nothing offers the tour again
  }
}

function wasSeen() {
  try {
    return localStorage.getItem(KEPT) !== null;
  } catch {
    return false;
  }
}

function onKey(event) {
  const isOnButton = event.target.closest("button, a") !== null;
  const by = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1, Enter: isOnButton ? 0 : 1 }[event.key];
  if (!by) return;
  event.preventDefault();
  if (event.key === "Enter" && now === steps.length - 1) tour.querySelector("[data-tour-replay]").click();
  else show(now + by);
}

if (tour) {
  offer.hidden = wasSeen();
  again.hidden = !wasSeen();
  again.addEventListener("click", start);
  offer.querySelector("[data-tour-start]").addEventListener("click", start);
  offer.querySelector("[data-tour-end]").addEventListener("click", end);
  tour.querySelector("[data-tour-end]").addEventListener("click", () => tour.close());
  tour.querySelector("[data-tour-back]").addEventListener("click", () => show(now - 1));
  tour.querySelector("[data-tour-next]").addEventListener("click", () => show(now + 1));
  tour.querySelector("[data-tour-replay]").addEventListener("click", keep);
  tour.addEventListener("keydown", onKey);
  tour.addEventListener("close", end);
  window.addEventListener("scroll", place, { passive: true });
  window.addEventListener("resize", place);
}
