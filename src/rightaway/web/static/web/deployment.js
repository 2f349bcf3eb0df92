// The live part of a deployment's page: log lines as they come, and a new look at the rest when it changes.
// After a lost connection it goes on after the last line it has, and says meanwhile how old the page is.
"use strict";

const log = document.getElementById("log");
const connection = document.getElementById("connection");
const stale = document.getElementById("stale");
const copy = document.getElementById("copy-log");
const parts = [document.getElementById("state"), document.getElementById("records")];
const MOST_LINES = 5000;
const REFRESH_MS = 1000;
const SILENT_MS = 40_000; // the server says something every 15 seconds
const AGAIN_MS = 3000;

const clock = new Intl.DateTimeFormat("sv", { timeStyle: "medium", timeZone: document.body.dataset.zone });
let source = null;
let heardAt = new Date();
let last = log.dataset.after;
let isLost = false;
let refreshing = 0;
let focused = null; // the address of the link that has the focus

function say(which) {
  const text = connection.dataset[which];

  if (connection.textContent !== text) connection.textContent = text;
}

function part(className, text) {
  const span = document.createElement("span");
  span.className = className;
  span.textContent = text;
  return span;
}

function write(one, id) {
  const follows = log.scrollHeight - log.scrollTop - log.clientHeight < 40;
  const line = document.createElement("div");
  line.append(part("d", clock.format(new Date(one.at))), " ", part("t", `${one.target} ${one.step}`), ` ${one.text}`);
  log.querySelector(".none")?.remove();
  log.append(line);
  last = id;
  if (log.childElementCount > MOST_LINES) {
    log.firstElementChild.remove();
    document.getElementById("log-cut").hidden = false;
  }
  if (follows) log.scrollTop = log.scrollHeight;
}

// Many changes at once are one look.
function refresh() {
  if (refreshing) return;
  refreshing = setTimeout(() => {
    refreshing = 0;
    const active = document.activeElement;
    focused = parts.some((one) => one.contains(active)) ? active.getAttribute("href") : null;
    for (const one of parts) one.dispatchEvent(new CustomEvent("state-changed"));
  }, REFRESH_MS);
}

// Who is on a link by keyboard stays on it when its part is drawn anew.
document.addEventListener("htmx:after:swap", () => {
  if (focused === null || document.activeElement !== document.body) return;
  const again = parts.map((one) => one.querySelector(`a[href="${CSS.escape(focused)}"]`)).find(Boolean);
  again?.focus({ preventScroll: true });
});

function heard() {
  heardAt = new Date();
  if (isLost) refresh();
  isLost = false;
  stale.hidden = true;
}

function lost() {
  if (!isLost) document.getElementById("stale-since").textContent = clock.format(heardAt);
  isLost = true;
  stale.hidden = false;
  say("trying");
}

function listen(kind, react) {
  source.addEventListener(kind, (event) => {
    heard();
    react(event);
  });
}

function stop() {
  source?.close();
  source = null;
}

function watch() {
  stop();
  const address = new URL(log.dataset.stream, location.href);
  address.searchParams.set("after", last);
  source = new EventSource(address);
  listen("open", () => say("live"));
  listen("alive", () => {});
  listen("log", (event) => write(JSON.parse(event.data), event.lastEventId));
  listen("state", refresh);
  listen("over", () => {
    stop();
    refresh();
    say("over");
  });
  source.addEventListener("error", lost);
}

// A refused answer ends the browser's own tries, and a link that died without a word never ends: begin anew for both.
setInterval(() => {
  if (source === null) return;
  const isSilent = new Date() - heardAt > SILENT_MS;
  if (isSilent) lost();
  if (isSilent || source.readyState === EventSource.CLOSED) watch();
}, AGAIN_MS);

copy.parentElement.hidden = !navigator.clipboard;
copy.addEventListener("click", async () => {
  const text = copy.lastChild.textContent;
  await navigator.clipboard.writeText([...log.children].map((line) => line.textContent).join("\n"));
  copy.lastChild.textContent = copy.dataset.done;
  setTimeout(() => { copy.lastChild.textContent = text; }, 1500);
});

if (!location.hash) log.scrollTop = log.scrollHeight;
if (log.dataset.over === "no" || log.dataset.more === "yes") {
  watch();
  addEventListener("pagehide", stop);
  addEventListener("pageshow", (event) => { if (event.persisted) watch(); });
} else say("over");
