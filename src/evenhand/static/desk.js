// What the desk does in the browser: keys, times, the lease and viewing heartbeats, and parts of a
// page redrawn in place. Every page works without it; nothing here decides anything.
"use strict";

const TEXT_FIELDS = "textarea, select, input:not([type=radio]):not([type=checkbox])";
const TAKES_ENTER = "a, button, summary, textarea, select, input:not([type=radio]):not([type=checkbox])";

// Times: relative in the words of the page's language, exact in the reader's own zone on hover.
const UNITS = [["day", 86400], ["hour", 3600], ["minute", 60]];
const language = document.documentElement.lang || "en";
const relative = new Intl.RelativeTimeFormat(language, { numeric: "auto" });
const exact = new Intl.DateTimeFormat(language, { dateStyle: "full", timeStyle: "long" });

function inUnits(seconds) {
  const [unit, size] = UNITS.find(([, size]) => Math.abs(seconds) >= size * 1.5) ?? ["minute", 60];
  return [Math.round(seconds / size), unit];
}

const saySince = (seconds) => relative.format(...inUnits(seconds));

function saySpan(seconds) {
  const [count, unit] = inUnits(Math.abs(seconds));
  return new Intl.NumberFormat(language, { style: "unit", unit, unitDisplay: "long" }).format(count);
}

function refreshTimes(root = document) {
  for (const time of root.querySelectorAll("time[datetime]")) {
    const at = new Date(time.dateTime);
    time.title = exact.format(at);
    const seconds = (at - Date.now()) / 1000;
    if ("when" in time.dataset) time.textContent = saySince(seconds);
    if ("left" in time.dataset) {
      time.textContent = (seconds > 0 ? time.dataset.left : time.dataset.over).replace("%s", saySpan(seconds));
    }
  }
}

// Keys: an element says its key in data-key. They can be switched off (WCAG 2.1.4), and never
// fire while somebody types.
const KEYS_OFF = "evenhand-keys-off";
const keysOn = () => localStorage.getItem(KEYS_OFF) === null;

function showKeys(toggle) {
  toggle.hidden = false;
  toggle.setAttribute("aria-pressed", String(keysOn()));
}

function keyed(key) {
  const found = [...document.querySelectorAll(`[data-key="${CSS.escape(key)}"]`)];
  const near = document.activeElement?.closest("figure, section, form");
  const open = found.filter((one) => !one.disabled && one.checkVisibility());
  return open.find((one) => near?.contains(one)) ?? open[0];
}

function onKey(event) {
  if (event.repeat || event.isComposing) return;
  const sends = event.key === "Enter" && (event.ctrlKey || event.metaKey);
  if (!sends) {
    if (event.ctrlKey || event.metaKey || event.altKey || !keysOn()) return;
    if (event.target.matches(event.key === "Enter" ? TAKES_ENTER : TEXT_FIELDS)) {
      if (event.key === "Escape") event.target.blur();
      return;
    }
  }
  const target = keyed(event.key);
  if (!target) return;
  event.preventDefault();
  if (target.matches(TEXT_FIELDS)) target.focus();
  else target.click();
}

// Parts redrawn in place: a form (or a button) names in data-swap the id of what comes back new.
async function swap(form, submitter) {
  const id = submitter?.dataset.swap ?? form.dataset.swap;
  const body = new URLSearchParams(new FormData(form, submitter));
  const answer = await fetch(submitter?.getAttribute("formaction") ?? form.action, {
    method: "POST", body, credentials: "same-origin",
  });
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const fresh = page.getElementById(id);
  const stale = document.getElementById(id);
  if (!fresh || !stale) {
    sayLost();
    return;
  }
  const again = stale.contains(document.activeElement) ? twin(document.activeElement, fresh) : null;
  stale.replaceWith(fresh);
  refreshTimes(fresh);
  startBeats(fresh.parentElement);
  again?.focus();
}

// Find what had the focus in what came back new: by key, or by name and value.
function twin(element, fresh) {
  const { name, value } = element;
  const key = element.dataset.key ? `[data-key="${CSS.escape(element.dataset.key)}"]` : "";
  const same = name ? `[name="${CSS.escape(name)}"]` : "";
  const exact = same && value ? fresh.querySelector(`${same}[value="${CSS.escape(value)}"]`) : null;
  return exact ?? (key || same ? fresh.querySelector(key || same) : null);
}

// The task is no longer ours: say so, and leave what was typed where it is.
function sayLost() {
  const lost = document.getElementById("lost");
  if (lost) lost.hidden = false;
}

document.addEventListener("submit", (event) => {
  const submitter = event.submitter;
  if (submitter?.dataset.swap ?? (!submitter?.hasAttribute("formaction") && event.target.dataset.swap)) {
    event.preventDefault();
    void swap(event.target, submitter);
  } else if (event.target.dataset.sent) {
    event.preventDefault(); // it is on its way; a second press must not send it twice
  } else {
    event.target.dataset.sent = "1";
  }
});

window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
});

document.addEventListener("change", (event) => {
  const draws = event.target.closest("[data-redraws]");
  if (draws) void swap(event.target.form, document.getElementById(draws.dataset.redraws));
});

// Heartbeats: an open desk keeps its lease, an open picture counts its seconds while it is seen.
const beating = new WeakSet();

function startBeats(root) {
  for (const element of root.querySelectorAll("[data-beat]")) {
    if (beating.has(element)) continue;
    beating.add(element);
    const timer = setInterval(async () => {
      if (!element.isConnected) {
        clearInterval(timer);
        return;
      }
      if ("seen" in element.dataset && document.visibilityState !== "visible") return;
      const answer = await fetch(element.dataset.beat, { method: "POST", redirect: "manual" }).catch(() => null);
      if (answer === null || answer.status === 204) return;
      clearInterval(timer);
      if (!("seen" in element.dataset)) sayLost();
    }, Number(element.dataset.every) * 1000);
  }
}

document.documentElement.classList.add("scripted");
const menu = document.querySelector(".rail details");
if (menu && matchMedia("(max-width: 48rem)").matches) menu.open = false;
for (const toggle of document.querySelectorAll("[data-toggle-keys]")) {
  showKeys(toggle);
  toggle.addEventListener("click", () => {
    if (keysOn()) localStorage.setItem(KEYS_OFF, "1");
    else localStorage.removeItem(KEYS_OFF);
    showKeys(toggle);
  });
}
document.addEventListener("keydown", onKey);
refreshTimes();
setInterval(refreshTimes, 30_000);
startBeats(document);
document.querySelector("[role=alert][tabindex]")?.focus();
