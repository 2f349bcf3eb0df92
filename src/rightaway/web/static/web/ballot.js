// Votes by keyboard: on the item chosen with j and k, else on the first that has a ballot. The vote itself is sent
// by its button, so that a slip of a finger decides nothing.

const sheet = document.getElementById("keys");
const CHOICES = { a: "approve", d: "deny" };

function ballot() {
  return document.querySelector(".rows > li.here .ballot form") ?? document.querySelector(".rows > li .ballot form");
}

function press(event) {
  const choice = CHOICES[event.key];
  if (!choice || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target.closest("input, select, textarea, [contenteditable], dialog[open]")) return;
  const form = ballot();
  const radio = form?.querySelector(`input[name=decision][value=${choice}]`);
  if (!radio) return;
  event.preventDefault();
  radio.checked = true;
  (choice === "deny" ? form.querySelector("textarea") : form.querySelector("button[type=submit]")).focus();
}

if (sheet?.dataset.single === "yes" && document.querySelector(".ballot")) {
  document.getElementById("ballot-keys").hidden = false;
  document.addEventListener("keydown", press);
}
