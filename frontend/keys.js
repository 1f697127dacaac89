// Keys of a working page: what is written on a button presses it, once however long it is held. A button that asks
// (data-asks: the id of a field) leads to its field first, and Enter there presses it. Nothing is taken while somebody types.
let asked = null;
const typing = (target) => target.matches?.("input:not([type=checkbox], [type=radio]), textarea, select") || target.isContentEditable;

function rows() {
  return [...document.querySelectorAll("[data-rows] a[href]:not([data-skip])")].filter((row) => row.offsetParent);
}

function move(step) {
  const all = rows();
  if (!all.length) return;
  const here = all.indexOf(document.activeElement);
  const at = here >= 0 ? here : all.findIndex((row) => row.closest("[aria-current]"));
  const row = all[Math.min(all.length - 1, Math.max(0, at + step))];
  row.focus();
  const place = row.closest("[data-place]");
  if (place) choose(place.dataset.place);
}

function choose(id) {
  document.dispatchEvent(new CustomEvent("anlan:select", { detail: { id } }));
}

// What is said of a key: its own words, else its name for those who do not see it, else what stands on it without the key.
function named(one) {
  const own = one.dataset.label ?? one.getAttribute("aria-label") ?? one.labels?.[0]?.textContent;
  if (own) return own.trim();
  const copy = one.cloneNode(true);
  for (const part of copy.querySelectorAll("kbd, .due, [hidden]")) part.remove();
  return copy.textContent.replace(/\s+/g, " ").trim() || one.title;
}

function list() {
  const words = document.querySelector("meta[name=key-words]").dataset;
  let dialog = document.getElementById("keylist");
  if (!dialog) {
    dialog = document.createElement("dialog");
    dialog.id = "keylist";
    dialog.className = "card";
    document.body.append(dialog);
    dialog.addEventListener("click", () => dialog.close());
  }
  const heading = Object.assign(document.createElement("h2"), { id: "keylist-title", textContent: words.title });
  dialog.setAttribute("aria-labelledby", heading.id);
  const found = [...document.querySelectorAll("[data-key]")].map((one) => [one.dataset.key, named(one)]);
  if (rows().length) found.unshift(["j", words.down], ["k", words.up]);
  if (document.querySelector("input[type=search]")) found.push(["/", words.search]);
  if (document.querySelector(".rail")) found.push(["g", words.rooms]);
  if (document.querySelector("a[data-find]")) found.push(["Ctrl K", words.find]);
  found.push(["?", words.title]);
  const pairs = document.createElement("dl");
  pairs.className = "pairs";
  for (const [key, what] of found) {
    const name = document.createElement("dt");
    name.append(Object.assign(document.createElement("kbd"), { textContent: key }));
    pairs.append(name, Object.assign(document.createElement("dd"), { textContent: what }));
  }
  dialog.replaceChildren(heading, pairs);
  dialog.showModal();
}

function ask(button) {
  const field = document.getElementById(button.dataset.asks);
  for (let folded = field.closest("details"); folded; folded = folded.parentElement.closest("details")) folded.open = true;
  field.focus();
  asked = button;
}

// Enter presses what led here, or goes to what is still empty; Escape gives the keys back.
function typed(event) {
  const { form, id } = event.target;
  if (event.key === "Escape") event.target.blur();
  else if (event.key !== "Enter" || !asked || !form || asked.form !== form) return;
  else {
    const empty = id === asked.dataset.asks && [...form.elements].find((one) => one.matches("input:not([type=hidden])") && !one.value && one.id !== id);
    empty ? empty.focus() : asked.click();
    event.preventDefault();
  }
}

// A key acts on the record that its button belongs to (data-of); where another row is chosen by now, it opens that row.
function elsewhere(one) {
  const of = one.closest("[data-of]")?.dataset.of;
  const row = of && document.querySelector('[data-place][aria-current="true"]');
  return row && row.dataset.place !== of ? row.querySelector("a[href]") : null;
}

function press(one) {
  const row = elsewhere(one);
  if (row) return row.click();
  if (one.dataset.asks) ask(one);
  else if (one.matches("[type=checkbox], [type=radio]") || !one.matches("input, select, textarea")) one.click();
  else one.focus();
}

// `g` waits for the letter of a room; any other key gives up waiting.
function go(event) {
  const rail = document.querySelector(".rail");
  rail?.classList.remove("go");
  const stop = document.querySelector(`.rail [aria-keyshortcuts="g ${CSS.escape(event.key)}"]`);
  if (!stop) return;
  event.preventDefault();
  stop.click();
}

// Ctrl K asks for a number or a room, from a field too.
function find() {
  const link = document.querySelector("a[data-find]");
  if (!link) return;
  let dialog = document.getElementById("finder");
  if (!dialog) {
    dialog = document.createElement("dialog");
    dialog.id = "finder";
    dialog.className = "card palette";
    const words = link.querySelector("span").textContent;
    dialog.setAttribute("aria-label", words);
    const ask = Object.assign(document.createElement("form"), { className: "ask", method: "get", action: link.href });
    const field = Object.assign(document.createElement("input"), { name: "q", autocomplete: "off", spellcheck: false, placeholder: "P-2016-0064" });
    field.setAttribute("aria-label", words);
    field.setAttribute("hx-get", link.href);
    field.setAttribute("hx-trigger", "input changed delay:120ms");
    field.setAttribute("hx-target", "#found");
    ask.append(field);
    const found = Object.assign(document.createElement("div"), { id: "found" });
    found.setAttribute("aria-live", "polite");
    dialog.append(ask, found);
    document.body.append(dialog);
    window.htmx.process(dialog);
    dialog.addEventListener("keydown", walks);
    ask.addEventListener("submit", (event) => {
      const first = dialog.querySelector("#found a");
      if (first) event.preventDefault(), first.click();
    });
  }
  dialog.open || dialog.showModal();
  dialog.querySelector("input").select();
}

// Arrows walk from the field through what was found and back; what is typed goes to the field, and to nothing behind it.
function walks(event) {
  if (event.ctrlKey || event.metaKey) return;
  event.stopPropagation();
  const stops = [...event.currentTarget.querySelectorAll("input, #found a")];
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (step) {
    stops[Math.max(0, Math.min(stops.length - 1, stops.indexOf(document.activeElement) + step))].focus();
    event.preventDefault();
  } else if (event.key.length === 1) stops[0].focus();
}

document.addEventListener("keydown", (event) => {
  if (event.key === "k" && (event.ctrlKey || event.metaKey) && !event.altKey && document.querySelector("a[data-find]")) {
    event.preventDefault();
    return find();
  }
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  if (typing(event.target)) return typed(event);
  if (document.querySelector(".rail.go")) return go(event);
  const meant = document.querySelector(`[data-key="${CSS.escape(event.key)}"]`);
  if (meant && !meant.disabled) event.repeat || press(meant);
  else if (event.key === "j") move(1);
  else if (event.key === "k") move(-1);
  else if (event.key === "g" && document.querySelector(".rail")) document.querySelector(".rail").classList.add("go");
  else if (event.key === "/") document.querySelector("input[type=search]")?.focus();
  else if (event.key === "?") list();
  else return;
  event.preventDefault();
});

document.addEventListener("anlan:select", ({ detail }) => {
  for (const row of document.querySelectorAll("[data-place]")) {
    const chosen = row.dataset.place === String(detail.id);
    row.toggleAttribute("aria-current", chosen);
    if (chosen) {
      row.setAttribute("aria-current", "true");
      row.scrollIntoView({ block: "nearest" });
    }
  }
});
document.addEventListener("click", ({ target }) => {
  const row = target.closest?.("[data-place]");
  if (row && !target.closest("a, button")) choose(row.dataset.place);
});
