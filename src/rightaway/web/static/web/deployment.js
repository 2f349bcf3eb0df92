// The live part of a deployment's page: log lines as they come, and a new look at the state when it changes.
// The browser connects again by itself after a lost connection and goes on after the last line it has.
"use strict";

const log = document.getElementById("log");
const connection = document.getElementById("connection");
const state = document.getElementById("state");
const MOST_LINES = 5000;

const clock = new Intl.DateTimeFormat("sv", { timeStyle: "medium", timeZone: document.body.dataset.zone });

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

function write(one) {
  const follows = log.scrollHeight - log.scrollTop - log.clientHeight < 40;
  const line = document.createElement("div");
  line.append(part("d", clock.format(new Date(one.at))), " ", part("t", `${one.target} ${one.step}`), ` ${one.text}`);
  log.append(line);
  if (log.childElementCount > MOST_LINES) log.firstElementChild.remove();
  if (follows) log.scrollTop = log.scrollHeight;
}

function refresh() {
  state.dispatchEvent(new CustomEvent("state-changed"));
}

function watch() {
  const source = new EventSource(`${log.dataset.stream}?after=${log.dataset.after}`);
  source.addEventListener("open", () => say("live"));
  source.addEventListener("log", (event) => write(JSON.parse(event.data)));
  source.addEventListener("state", refresh);
  source.addEventListener("over", () => {
    source.close();
    refresh();
    say("over");
  });
  source.addEventListener("error", () => {
    if (source.readyState === EventSource.CLOSED) say("lost");
    else say("trying");
  });
}

log.scrollTop = log.scrollHeight;
if (log.dataset.over === "no" || log.dataset.more === "yes") watch();
else say("over");
