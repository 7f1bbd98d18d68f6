// The slider of the replay: each hour is fetched as it is reached. Without this file the form's button shows it.

const form = document.getElementById("replay");
const slider = form?.querySelector("input[type=range]");
const shown = document.getElementById("replay-hour-shown");
const play = form?.querySelector(".replay-play");
const days = form?.querySelectorAll(".replay-days a") ?? [];
const DAY_H = 24;
const STEP_MS = 250;

let waiting = null;
let isFetching = false;
let timer = 0;

/** The numbers of the hour that the slider stands on; while one is under way only the latest asked is fetched next. */
async function showHour() {
  if (isFetching) {
    waiting = slider.value;
    return;
  }
  isFetching = true;
  const hour = slider.value;
  try {
    const response = await fetch(`${form.getAttribute("action") ?? location.pathname}?hour=${hour}&part=1`);
    if (response.ok && !response.redirected) {
      const part = new DOMParser().parseFromString(await response.text(), "text/html");
      shown.replaceChildren(...part.body.childNodes);
      history.replaceState(null, "", `?hour=${hour}`);
      tell();
    } else {
      stop();
    }
  } finally {
    isFetching = false;
    if (waiting !== null && waiting !== hour) {
      waiting = null;
      showHour();
    } else {
      waiting = null;
    }
  }
}

/** What a screen reader says of the slider: the day and hour, not a number. And which day's link is current. */
function tell() {
  const at = shown.querySelector(".replay-at");
  slider.setAttribute("aria-valuetext", at?.textContent.trim() ?? slider.value);
  for (const link of days) {
    if (link.textContent === at?.dataset.day) link.setAttribute("aria-current", "true");
    else link.removeAttribute("aria-current");
  }
}

function moveTo(hour) {
  slider.value = String(Math.max(0, Math.min(Number(slider.max), hour)));
  return showHour();
}

function stop() {
  clearTimeout(timer);
  timer = 0;
  play.textContent = play.dataset.play;
  play.setAttribute("aria-pressed", "false");
}

async function step() {
  if (Number(slider.value) >= Number(slider.max)) return stop();
  await moveTo(Number(slider.value) + 1);
  if (timer) timer = setTimeout(step, STEP_MS);
}

function start() {
  if (Number(slider.value) >= Number(slider.max)) slider.value = "0";
  play.textContent = play.dataset.pause;
  play.setAttribute("aria-pressed", "true");
  timer = setTimeout(step, 0);
}

if (form && slider && shown && play) {
  play.hidden = false;
  form.querySelector(".replay-show").hidden = true;
  tell();
  slider.addEventListener("input", () => {
    stop();
    showHour();
  });
  slider.addEventListener("keydown", (event) => {
    const by = { PageUp: DAY_H, PageDown: -DAY_H }[event.key];
    if (!by) return;
    event.preventDefault();
    stop();
    moveTo(Number(slider.value) + by);
  });
  for (const link of days) {
    link.addEventListener("click", (event) => {
      if (event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      stop();
      moveTo(Number(link.dataset.hour));
    });
  }
  play.addEventListener("click", () => (timer ? stop() : start()));
  // Moved before this file was read: by an early key, or by the browser that kept the form.
  if (slider.value !== shown.querySelector(".replay-at")?.dataset.hour) showHour();
}
