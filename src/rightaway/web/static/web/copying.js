// Copy buttons: drawn hidden by the server, because without a script they could do nothing.

const SHOWN_MS = 1500;

async function copy(button) {
  await navigator.clipboard.writeText(button.dataset.copy);
  button.classList.add("done");
  button.setAttribute("aria-label", button.dataset.done);
  setTimeout(() => {
    button.classList.remove("done");
    button.setAttribute("aria-label", button.title);
  }, SHOWN_MS);
}

function reveal(root) {
  for (const button of root.querySelectorAll("[data-copy][hidden]")) button.hidden = false;
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-copy]");
  if (button) copy(button);
});
document.addEventListener("htmx:after:swap", () => reveal(document));
if (navigator.clipboard) reveal(document);
