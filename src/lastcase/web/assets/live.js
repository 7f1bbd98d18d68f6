// A page that follows the record. The stream tells a revision; the page then fetches itself under its own rights.
// On the Board the parts that changed are put in place; elsewhere a line offers to refresh.

const mark = document.querySelector("[data-live]");
const PARTS = "[data-part]";
const FOCUSABLE = "a[href], button, input, select, textarea, summary, [tabindex]";

/** Clocks move on without a change of the record. */
const MINUTE_MS = 60_000;

/** Waits between attempts to fetch the page again. */
const RETRY_MS = 1_000, RETRY_MOST_MS = 30_000;

let revision = mark?.dataset.revision ?? "0";
let isBusy = false;
let isWanted = false;
let retryMs = RETRY_MS;
let retry = 0;

function show(state) {
  mark.dataset.state = state;
  mark.querySelector(".live-state").textContent = mark.dataset[state];
}

function showTime() {
  mark.querySelector("time").textContent = new Date().toLocaleTimeString("en-GB", {
    timeZone: mark.dataset.zone || undefined,
  });
}

/** The part as the server would send it: without what the reader opened. */
function asSent(part) {
  const copy = part.cloneNode(true);
  for (const details of copy.querySelectorAll("details")) details.removeAttribute("open");
  return copy.innerHTML.replace(/<input[^>]*csrfmiddlewaretoken[^>]*>/g, "");
}

/** Whether a field holds something else than the server sent. A select without a chosen option shows its first. */
function isChanged(field) {
  if (field instanceof HTMLSelectElement) {
    return field.selectedIndex !== Math.max(0, [...field.options].findIndex((option) => option.defaultSelected));
  }
  const isTicked = field.type === "checkbox" || field.type === "radio"; // without a value of its own it says "on"
  return isTicked ? field.checked !== field.defaultChecked : field.value !== field.defaultValue;
}

/** Somebody writes in this part, or has begun to. */
function isWrittenIn(part) {
  const fields = [...part.querySelectorAll("input:not([type=hidden]), select, textarea")];
  return fields.some((field) => field === document.activeElement || isChanged(field));
}

function nameOf(element) {
  return element.getAttribute("href") ?? element.id ?? "";
}

/** Put the new part in the old one's place, with the reader's open details, scroll and focus. */
function replace(old, fresh) {
  const open = [...old.querySelectorAll("details")].map((one) => one.open);
  const scrolls = [...old.querySelectorAll(".table-wrap")].map((one) => [one.scrollTop, one.scrollLeft]);
  const before = [...old.querySelectorAll(FOCUSABLE)];
  const at = before.indexOf(document.activeElement);
  const name = at < 0 ? "" : nameOf(before[at]);
  old.replaceChildren(...fresh.cloneNode(true).childNodes);
  window.htmx?.process(old);
  old.querySelectorAll("details").forEach((one, i) => (one.open = one.open || Boolean(open[i])));
  old.querySelectorAll(".table-wrap").forEach((one, i) => scrolls[i] && one.scrollTo(scrolls[i][1], scrolls[i][0]));
  if (at >= 0) {
    const after = [...old.querySelectorAll(FOCUSABLE)];
    const same = after.find((one) => name && nameOf(one) === name);
    (same ?? after[Math.min(at, after.length - 1)])?.focus({ preventScroll: true });
  }
}

/** Fetch the page anew and put what changed in place. False: some part is being written in and has to wait. */
async function bringUpToDate() {
  const response = await fetch(location.href, { headers: { "X-Live": "1" }, credentials: "same-origin" });
  if (!response.ok || response.redirected) throw new Error("no page");
  const fresh = new DOMParser().parseFromString(await response.text(), "text/html");
  const names = (page) => [...page.querySelectorAll(PARTS)].map((part) => part.dataset.part).join();
  if (names(document) !== names(fresh)) location.reload(); // the first case, say: the page has another shape now
  const place = [window.scrollX, window.scrollY];
  let isWhole = true;
  for (const part of document.querySelectorAll(PARTS)) {
    const other = fresh.querySelector(`[data-part="${part.dataset.part}"]`);
    if (!other || asSent(part) === asSent(other)) continue;
    if (isWrittenIn(part)) isWhole = false;
    else replace(part, other);
  }
  window.scrollTo(...place);
  revision = fresh.querySelector("[data-live]")?.dataset.revision ?? revision;
  return isWhole;
}

async function follow() {
  if (isBusy) {
    isWanted = true;
    return;
  }
  isBusy = true;
  clearTimeout(retry);
  try {
    const isWhole = await bringUpToDate();
    show(isWhole ? "on" : "paused");
    showTime();
    retryMs = RETRY_MS;
    document.querySelector(".live-moved")?.setAttribute("hidden", "");
    const told = document.querySelector(".live-told");
    if (told) told.textContent = told.dataset.updated;
    if (!isWhole) document.addEventListener("focusout", () => setTimeout(follow, 200), { once: true });
  } catch {
    document.querySelector(".live-moved")?.removeAttribute("hidden");
    if (mark.dataset.state !== "ended") retry = setTimeout(follow, retryMs);
    retryMs = Math.min(2 * retryMs, RETRY_MOST_MS);
  } finally {
    isBusy = false;
    if (isWanted) {
      isWanted = false;
      follow();
    }
  }
}

function onRevision(event) {
  const told = String(JSON.parse(event.data).revision);
  if (told === revision) return;
  if (document.querySelector(PARTS)) {
    follow();
  } else {
    revision = told;
    document.querySelector(".live-moved")?.removeAttribute("hidden");
  }
}

function connect() {
  const source = new EventSource(`${mark.dataset.live}?revision=${revision}`);
  let isOver = false;
  source.addEventListener("open", () => {
    show("on");
    showTime();
  });
  source.addEventListener("revision", onRevision);
  source.addEventListener("end", () => {
    isOver = true;
    source.close();
    check();
  });
  source.addEventListener("error", () => {
    if (isOver) return;
    show("again");
    if (source.readyState !== EventSource.CLOSED) return;
    setTimeout(check, 2000); // the browser gives up on an answer that is no stream: signed out, or a proxy's page
  });
  window.addEventListener("pagehide", () => source.close(), { once: true });
}

/** A stream was ended: by a stop of the server it may be had again, by a sign-out not. */
async function check() {
  show("again");
  try {
    const response = await fetch(`${mark.dataset.live}?revision=${revision}`, { method: "HEAD", redirect: "manual" });
    if (response.type === "opaqueredirect" || response.status === 403) show("ended");
    else connectSoon();
  } catch {
    setTimeout(check, 2000);
  }
}

function connectSoon() {
  setTimeout(connect, 500);
}

if (mark) {
  connect();
  if (document.querySelector(PARTS)) setInterval(() => document.hidden || follow(), MINUTE_MS);
  window.addEventListener("pageshow", (event) => event.persisted && connect());
}
