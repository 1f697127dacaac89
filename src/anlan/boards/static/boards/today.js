// The chosen row alone takes its key and has the primary button: whoever walks the list presses what stands under the hand.
const table = document.querySelector("[data-chooses]");

function choose(row) {
  for (const other of table.querySelectorAll("tbody tr:not(.group)")) {
    const step = other.querySelector(".next .button");
    const chosen = other === row;
    chosen ? other.setAttribute("aria-current", "true") : other.removeAttribute("aria-current");
    step.classList.toggle("primary", chosen);
    step.classList.toggle("quiet", !chosen);
    if (step.dataset.rowKey) chosen ? (step.dataset.key = step.dataset.rowKey) : delete step.dataset.key;
  }
}

table?.addEventListener("focusin", ({ target }) => {
  const row = target.closest("tbody tr:not(.group)");
  if (row) choose(row);
});

// Enter opens the chosen row also before anybody has moved; what has the focus opens itself.
document.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.repeat || event.defaultPrevented || document.activeElement !== document.body) return;
  table?.querySelector("tr[aria-current] th a")?.click();
});
