// Paper: charts as wide as an A4 sheet, and in the light tokens, as print is always light.
const SHEET = 640; // CSS pixels of 170 mm, within the margins of base.css

export function onPaper(fit) {
  const before = () => fit(SHEET);
  const after = () => fit();
  addEventListener("beforeprint", before);
  addEventListener("afterprint", after);
  return () => (removeEventListener("beforeprint", before), removeEventListener("afterprint", after));
}

// A map needs a moment to be drawn again, which `beforeprint` does not give: so the button changes the theme first.
export async function printSheet() {
  const root = document.documentElement;
  const { theme } = root.dataset;
  root.dataset.theme = "light";
  await Promise.all([...document.querySelectorAll("anlan-map[data-ready]")].map((map) => map.rest()));
  print();
  if (theme) root.dataset.theme = theme;
  else delete root.dataset.theme;
}

document.addEventListener("click", ({ target }) => target.closest?.("[data-print]") && printSheet());
