// What every page does beyond plain HTML; without it each page still works.
// The server shows times in the zone of a person's profile; who chose none gets the browser's, from the next page on.
const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
if (zone && !document.cookie.includes("rightaway_zone=")) {
  const secure = location.protocol === "https:" ? "; Secure" : "";
  document.cookie = `rightaway_zone=${zone}; Path=/; Max-Age=31536000; SameSite=Lax${secure}`;
}

document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-opens]");
  if (opener) document.getElementById(opener.dataset.opens).showModal();
});

// Parts that may change by themselves are asked for again while somebody looks, and at once when they come back.
// Some, which stand on every page, only rarely.
const LOOK_AGAIN_MS = 30_000;
const RARELY_MS = 120_000;
let rareAt = performance.now();

function lookAgain() {
  if (document.visibilityState !== "visible") return;
  const isTime = performance.now() - rareAt >= RARELY_MS;
  if (isTime) rareAt = performance.now();
  for (const part of document.querySelectorAll("[data-looks-again]")) {
    if (part.dataset.looksAgain === "rarely" && !isTime) continue;
    if (!part.contains(document.activeElement)) part.dispatchEvent(new CustomEvent("look-again"));
  }
}

if (document.querySelector("[data-looks-again]")) {
  setInterval(lookAgain, LOOK_AGAIN_MS);
  document.addEventListener("visibilitychange", lookAgain);
}

// A form that was opened in place of a card takes the focus its link had, and nobody else's.
document.addEventListener("htmx:after:swap", () => {
  if (document.activeElement === document.body) {
    document.querySelector(".command :is(input:not([type=hidden]), select, textarea)")?.focus();
  }
});
