// What script adds to the public pages; without it everything still works.
for (const form of document.querySelectorAll("form[data-once]")) {
  form.addEventListener("submit", (event) => {
    if (form.dataset.sent) return event.preventDefault();
    form.dataset.sent = "1";
    setTimeout(() => delete form.dataset.sent, 8000);
  });
}
addEventListener("pageshow", () => document.querySelectorAll("form[data-sent]").forEach((form) => delete form.dataset.sent));

for (const part of document.querySelectorAll("[data-needs-script]")) part.hidden = false;
for (const button of document.querySelectorAll("[data-print]")) button.addEventListener("click", () => print());
for (const button of document.querySelectorAll("[data-copy]")) {
  button.addEventListener("click", async () => {
    const source = document.querySelector(button.dataset.copy);
    try {
      await navigator.clipboard.writeText(source.textContent.trim());
    } catch {
      const range = document.createRange();
      range.selectNodeContents(source);
      getSelection().removeAllRanges();
      getSelection().addRange(range);
      document.execCommand("copy");
    }
    button.textContent = button.dataset.done;
  });
}
document.getElementById("form-errors")?.focus();

// Back after a report was sent: its form is over and would show old faults; the code stands one page further.
const SENDING = "anlan-report-sending"; // in this tab alone, until it is closed
const SENT = "anlan-report-sent";
const form = document.querySelector("form[data-once]:has(input[name=token])");
const key = form?.elements.token.value.split(".")[0]; // the same in every try of one report

form?.addEventListener("submit", () => sessionStorage.setItem(SENDING, key));
if (document.querySelector("#code.codecard")) {
  const sending = sessionStorage.getItem(SENDING);
  if (sending) sessionStorage.setItem(SENT, JSON.stringify([sending, location.pathname]));
  sessionStorage.removeItem(SENDING);
}
addEventListener("pageshow", () => {
  const [sent, receipt] = JSON.parse(sessionStorage.getItem(SENT) ?? "[]");
  const came = performance.getEntriesByType("navigation")[0]?.type === "back_forward";
  const again = came && document.querySelector("#form-errors [data-code]"); // the browser sent the old try once more
  if (again || (key && key === sent)) location.replace(again?.href ?? receipt);
});
