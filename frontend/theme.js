// Light and dark by the system, or as chosen here; the choice is a cookie that the server reads, so no flash.
document.addEventListener("click", ({ target }) => {
  if (!target.closest?.("[data-theme-switch]")) return;
  const dark = document.documentElement.dataset.theme
    ? document.documentElement.dataset.theme === "dark"
    : matchMedia("(prefers-color-scheme: dark)").matches;
  document.documentElement.dataset.theme = dark ? "light" : "dark";
  document.cookie = `theme=${dark ? "light" : "dark"}; path=/; max-age=31536000; samesite=lax`;
});
