// Keys of the list and of the report: j and k move, Enter opens, a written key presses its button.
const typing = (target) => target.matches?.("input:not([type=checkbox]), textarea, select") || target.isContentEditable;

function rows() {
  return [...document.querySelectorAll("[data-rows] a")];
}

function move(step) {
  const all = rows();
  if (!all.length) return;
  const here = all.indexOf(document.activeElement);
  const at = here >= 0 ? here : all.findIndex((row) => row.getAttribute("aria-current") === "true");
  all[Math.min(all.length - 1, Math.max(0, at + step))].focus();
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || typing(event.target)) return;
  if (event.key === "j") return move(1);
  if (event.key === "k") return move(-1);
  const meant = document.querySelector(`[data-key="${CSS.escape(event.key)}"]`);
  if (!meant || meant.disabled) return;
  event.preventDefault();
  if (meant.matches("input")) meant.focus();
  else meant.click();
});

document.querySelector("[data-rows] [aria-current]")?.scrollIntoView({ block: "nearest" });
