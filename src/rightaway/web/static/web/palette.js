// The command palette: the search page's answer as one types, chosen by arrows and Enter.

const dialog = document.getElementById("palette");
const WAIT_MS = 120;
const SVG = "http://www.w3.org/2000/svg";
let asked = 0;
let timer = 0;

function icon(name) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS(SVG, "use");
  use.setAttribute("href", `${dialog.dataset.icons}#${name}`);
  svg.append(use);
  return svg;
}

function part(className, text) {
  const span = document.createElement("span");
  span.className = className;
  span.textContent = text;
  return span;
}

function line(one, number) {
  const item = document.createElement("li");
  item.id = `palette-${number}`;
  item.setAttribute("role", "option");
  item.dataset.url = one.url;
  const facts = one.state ? `${one.kind} · ${one.state}` : one.kind;
  item.append(icon(one.icon), part("name", one.name), part("kind", facts));
  return item;
}

function options() {
  return [...dialog.querySelectorAll("[role=option]")];
}

function choose(item) {
  for (const one of options()) one.setAttribute("aria-selected", String(one === item));
  const input = dialog.querySelector("input");
  if (item) {
    input.setAttribute("aria-activedescendant", item.id);
    item.scrollIntoView({ block: "nearest" });
  } else input.removeAttribute("aria-activedescendant");
}

function chosen() {
  return dialog.querySelector("[aria-selected=true]");
}

function show(found) {
  dialog.querySelector("ul").replaceChildren(...found.map(line));
  const { count, none } = dialog.dataset;
  dialog.querySelector("[role=status]").textContent = found.length ? `${count} ${found.length}` : none;
  choose(options()[0]);
}

async function ask(text) {
  const mine = ++asked;
  try {
    const answer = await fetch(`${dialog.dataset.url}?q=${encodeURIComponent(text)}`);
    if (!answer.ok) throw new Error(String(answer.status));
    const { found } = await answer.json();
    if (mine === asked) show(found);
  } catch {
    dialog.querySelector("[role=status]").textContent = dialog.dataset.failed;
  }
}

function go() {
  const item = chosen();
  const text = dialog.querySelector("input").value;
  if (item) location.assign(item.dataset.url);
  else if (text) location.assign(`${dialog.dataset.all}?q=${encodeURIComponent(text)}`);
}

function step(by) {
  const all = options();
  const next = (all.indexOf(chosen()) + by + all.length) % all.length;
  choose(all[next]);
}

const KEYS = { ArrowDown: () => step(1), ArrowUp: () => step(-1), Enter: go };

function open() {
  if (dialog.open) return;
  dialog.showModal();
  const input = dialog.querySelector("input");
  input.value = "";
  ask("");
}

if (dialog) {
  dialog.querySelector("input").addEventListener("input", (event) => {
    clearTimeout(timer);
    timer = setTimeout(() => ask(event.target.value), WAIT_MS);
  });
  dialog.addEventListener("keydown", (event) => {
    const act = KEYS[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  });
  dialog.addEventListener("click", (event) => {
    const item = event.target.closest("[role=option]");
    if (item) location.assign(item.dataset.url);
    else if (event.target === dialog) dialog.close();
  });
  document.addEventListener("keydown", (event) => {
    if (event.key.toLowerCase() !== "k" || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    open();
  });
}
