// Whom to mention: suggestions after an @ in a text that may mention people. Without this, one types the name.

const WAIT_MS = 120;
const NAME = /(?:^|[^\w@.+/-])@([\w.+-]{0,40})$/;
let asked = 0;

class Suggestions {
  constructor(area) {
    this.area = area;
    this.timer = 0;
    this.list = document.createElement("ul");
    this.list.className = "suggested";
    this.list.id = `${area.id}-people`;
    this.list.setAttribute("role", "listbox");
    this.list.setAttribute("aria-label", "@");
    this.list.hidden = true;
    area.after(this.list);
    area.setAttribute("aria-autocomplete", "list");
    area.setAttribute("aria-controls", this.list.id);
    area.setAttribute("autocomplete", "off");
    area.addEventListener("input", () => this.wait());
    area.addEventListener("keydown", (event) => this.press(event));
    area.addEventListener("blur", () => this.close());
    // Before the text loses the focus, which would close the list under the pointer.
    this.list.addEventListener("mousedown", (event) => {
      event.preventDefault();
      const item = event.target.closest("li");
      if (item) this.take(item);
    });
  }

  get begun() {
    const found = NAME.exec(this.area.value.slice(0, this.area.selectionStart));
    return found ? found[1] : null;
  }

  get chosen() {
    return this.list.querySelector("[aria-selected=true]");
  }

  wait() {
    clearTimeout(this.timer);
    if (this.begun === null) this.close();
    else this.timer = setTimeout(() => this.ask(this.begun), WAIT_MS);
  }

  async ask(text) {
    if (text === null) return;
    const mine = ++asked;
    try {
      const answer = await fetch(`${this.area.dataset.mentions}?q=${encodeURIComponent(text)}`);
      if (!answer.ok) return;
      const { found } = await answer.json();
      if (mine === asked && this.begun === text) this.show(found);
    } catch {
      this.close(); // the name can still be typed
    }
  }

  show(people) {
    this.list.replaceChildren(...people.map((one, place) => {
      const item = document.createElement("li");
      item.id = `${this.list.id}-${place}`;
      item.setAttribute("role", "option");
      item.dataset.name = one.username;
      item.textContent = one.name ? `${one.name} @${one.username}` : `@${one.username}`;
      return item;
    }));
    this.list.hidden = !people.length;
    this.choose(this.list.firstElementChild);
  }

  choose(item) {
    for (const one of this.list.children) one.setAttribute("aria-selected", String(one === item));
    if (item) this.area.setAttribute("aria-activedescendant", item.id);
    else this.area.removeAttribute("aria-activedescendant");
  }

  step(by) {
    const all = [...this.list.children];
    this.choose(all[(all.indexOf(this.chosen) + by + all.length) % all.length]);
  }

  take(item) {
    const end = this.area.selectionStart;
    this.area.setRangeText(`${item.dataset.name} `, end - this.begun.length, end, "end");
    this.close();
  }

  close() {
    clearTimeout(this.timer);
    asked += 1;
    this.list.hidden = true;
    this.choose(null);
  }

  press(event) {
    if (this.list.hidden) return;
    const acts = {
      ArrowDown: () => this.step(1),
      ArrowUp: () => this.step(-1),
      Enter: () => this.take(this.chosen),
      Tab: () => this.take(this.chosen),
      Escape: () => this.close(),
    };
    if (!acts[event.key]) return;
    event.preventDefault();
    acts[event.key]();
  }
}

for (const area of document.querySelectorAll("[data-mentions]")) new Suggestions(area);
