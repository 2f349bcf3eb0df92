// Shortcuts of single letters, off while one types and off altogether for who turned them off in the profile.

const sheet = document.getElementById("keys");
const button = document.getElementById("keys-button");
const SEQUENCE_MS = 1200;
let went = -SEQUENCE_MS;

function rows() {
  return [...document.querySelectorAll("main tbody tr, main .rows > li")].filter((row) => row.querySelector("a"));
}

function move(by) {
  const all = rows();
  if (!all.length) return;
  const here = all.findIndex((row) => row.classList.contains("here"));
  const next = here < 0 ? (by > 0 ? 0 : all.length - 1) : Math.min(all.length - 1, Math.max(0, here + by));
  all[here]?.classList.remove("here");
  all[next].classList.add("here");
  all[next].querySelector("a").focus();
  all[next].scrollIntoView({ block: "nearest" });
}

function go(key) {
  document.querySelector(`[data-go="${CSS.escape(key)}"]`)?.click();
}

const KEYS = {
  "/": () => document.getElementById("find").focus(),
  "?": () => sheet.showModal(),
  j: () => move(1),
  k: () => move(-1),
};

function isTyping(target) {
  return target.closest("input, select, textarea, [contenteditable], dialog[open]");
}

function press(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
  const follows = event.timeStamp - went < SEQUENCE_MS;
  went = -SEQUENCE_MS;
  if (follows) go(event.key);
  else if (event.key === "g") went = event.timeStamp;
  else if (KEYS[event.key]) {
    event.preventDefault();
    KEYS[event.key]();
  }
}

if (sheet) {
  button.hidden = false;
  button.addEventListener("click", () => sheet.showModal());
  if (sheet.dataset.single === "yes") document.addEventListener("keydown", press);
}
