// The rail's words fold away for whoever needs the width, and come back; kept in this browser by a cookie, so no flash.
document.addEventListener("click", ({ target }) => {
  const button = target.closest?.("[data-fold]");
  if (!button) return;
  const folded = document.querySelector(".rail").classList.toggle("folded");
  button.setAttribute("aria-pressed", String(folded));
  document.cookie = `rail=${folded ? "folded" : "open"}; path=/; max-age=31536000; samesite=lax`;
});
