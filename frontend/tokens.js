// Colours and fonts of the page as it is now: nothing outside tokens.css names one.
export function token(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
}

export function onTheme(react) {
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", react);
  const watch = new MutationObserver(react);
  watch.observe(document.documentElement, { attributes: true, attributeFilter: ["data-theme"] });
  return () => watch.disconnect();
}
