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

function list() {
  let dialog = document.getElementById("keylist");
  if (!dialog) {
    dialog = document.createElement("dialog");
    dialog.id = "keylist";
    dialog.className = "card";
    document.body.append(dialog);
  }
  const pairs = document.createElement("dl");
  pairs.className = "pairs";
  for (const one of document.querySelectorAll("[data-key]")) {
    const key = document.createElement("dt");
    key.append(Object.assign(document.createElement("kbd"), { textContent: one.dataset.key }));
    const words = document.createElement("dd");
    words.textContent = (one.getAttribute("aria-label") ?? one.textContent).replace(one.querySelector("kbd")?.textContent ?? "\0", "").trim();
    pairs.append(key, words);
  }
  dialog.replaceChildren(pairs);
  dialog.showModal();
  dialog.addEventListener("click", () => dialog.close(), { once: true });
}

function ask(button) {
  const field = document.getElementById(button.dataset.asks);
  field.closest("details")?.setAttribute("open", "");
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

function press(one) {
  if (one.dataset.asks) ask(one);
  else if (one.matches("[type=checkbox], [type=radio]") || !one.matches("input, select, textarea")) one.click();
  else one.focus();
}

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  if (typing(event.target)) return typed(event);
  const meant = document.querySelector(`[data-key="${CSS.escape(event.key)}"]`);
  if (meant && !meant.disabled) event.repeat || press(meant);
  else if (event.key === "j") move(1);
  else if (event.key === "k") move(-1);
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
