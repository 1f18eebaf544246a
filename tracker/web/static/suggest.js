// Suggestions for the search field of the header: a combobox (WAI-ARIA 1.2) over /suggest. Without it the form works as it is.
"use strict";
(() => {
  const input = document.querySelector("input[data-suggest]");
  if (!input) return;
  const words = input.dataset, WAIT = 150; // milliseconds after the last key
  const list = document.createElement("ul");
  Object.assign(list, { id: "suggestions", className: "suggestions", hidden: true });
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", words.suggestLabel);
  const told = document.createElement("div");
  told.className = "unseen";
  told.setAttribute("role", "status");
  input.form.append(list, told);
  for (const [name, value] of Object.entries({
    role: "combobox", "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": list.id, "aria-haspopup": "listbox",
  })) input.setAttribute(name, value);

  let timer = 0, request = null, active = -1, isComposing = false, asked = "";

  function close() {
    clearTimeout(timer);
    request?.abort();
    request = null;
    list.hidden = true;
    list.replaceChildren();
    active = -1;
    asked = "";
    told.textContent = "";
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
  }

  function choose(next) {
    const options = list.children;
    if (active >= 0) options[active].setAttribute("aria-selected", "false");
    active = next;
    if (active < 0) return input.removeAttribute("aria-activedescendant");
    options[active].setAttribute("aria-selected", "true");
    options[active].scrollIntoView({ block: "nearest" });
    input.setAttribute("aria-activedescendant", options[active].id);
  }

  function option(one, place) {
    const item = document.createElement("li");
    item.id = `suggestion-${place}`;
    item.setAttribute("role", "option");
    item.setAttribute("aria-selected", "false");
    item.dataset.href = one.href;
    for (const [name, text] of [["kind", one.kind_name], ["text", one.text], ["detail", one.detail]]) {
      if (!text) continue;
      const part = document.createElement("span");
      part.className = name;
      part.textContent = text;
      if (name !== "kind") part.lang = "zh";
      item.append(part, " ");
    }
    return item;
  }

  function show(found) {
    list.replaceChildren(...found.map(option));
    active = -1;
    input.removeAttribute("aria-activedescendant");
    list.hidden = found.length === 0;
    input.setAttribute("aria-expanded", String(found.length > 0));
    told.textContent = found.length ? words.suggestSome.replace("{n}", found.length) : words.suggestNone;
  }

  async function ask(text) {
    request?.abort();
    const mine = (request = new AbortController());
    asked = text;
    const address = new URL(words.suggest, location.href);
    address.searchParams.set("q", text);
    try {
      const answer = await fetch(address, { signal: mine.signal });
      if (!answer.ok) return close();
      const found = await answer.json();
      if (!mine.signal.aborted && document.activeElement === input) show(found);
    } catch (error) {
      if (error.name !== "AbortError") close(); // no network: the form still works
    }
  }

  function typed() {
    if (isComposing) return; // letters on the way to Chinese are not what is searched for
    clearTimeout(timer);
    const text = input.value.trim();
    if (!text) return close();
    if (text !== asked) timer = setTimeout(() => ask(text), WAIT);
  }

  function pressed(event) {
    if (event.isComposing || event.keyCode === 229) return; // the keys belong to the input method
    const n = list.children.length;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      if (!n) {
        if (input.value.trim() && event.key === "ArrowDown") ask(input.value.trim());
        return;
      }
      event.preventDefault();
      const step = event.key === "ArrowDown" ? 1 : -1;
      choose(((active + 1 + step + n + 1) % (n + 1)) - 1); // one place more: the field itself
    } else if (event.key === "Escape" && !list.hidden) {
      event.preventDefault(); // the first one closes the list, the next one empties the field
      close();
    } else if (event.key === "Enter" && active >= 0) {
      event.preventDefault();
      location.assign(list.children[active].dataset.href);
    } else if (event.key === "Tab") close();
  }

  input.addEventListener("input", typed);
  input.addEventListener("keydown", pressed);
  input.addEventListener("compositionstart", () => { isComposing = true; });
  input.addEventListener("compositionend", () => { isComposing = false; typed(); });
  input.addEventListener("blur", close);
  input.form.addEventListener("submit", close);
  list.addEventListener("pointerdown", (event) => event.preventDefault()); // the field keeps the focus
  list.addEventListener("click", (event) => {
    const item = event.target.closest("[role=option]");
    if (item) location.assign(item.dataset.href);
  });
})();
