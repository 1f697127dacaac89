// A crew's stamps on a bad network: kept on the device with the time of the press, sent again until the server answers.
const KEPT = `anlan-stamp:${location.pathname}`;
const AGAIN_MS = 4000;
let sending = false;

function spoken(kept) {
  const box = document.getElementById("kept");
  const words = box.querySelector("span");
  const at = new Date(kept.device_at).toLocaleTimeString(document.documentElement.lang, { hour: "2-digit", minute: "2-digit" });
  words.textContent = words.dataset.words.replace("{at}", at);
  box.hidden = false;
  for (const button of document.querySelectorAll("[data-stamp] button")) button.disabled = true;
}

// The key makes it count once, however often it arrives.
async function send() {
  const kept = JSON.parse(localStorage.getItem(KEPT) ?? "null");
  if (!kept || sending) return;
  sending = true;
  const token = document.cookie.match(/(?:^|; )csrftoken=([^;]+)/)?.[1] ?? document.querySelector("[name=csrfmiddlewaretoken]")?.value;
  const answer = await fetch(kept.action, { method: "POST", body: new URLSearchParams(kept.body), headers: { "X-CSRFToken": token } }).catch(() => null);
  sending = false;
  if (!answer || answer.status >= 500) return (spoken(kept), setTimeout(send, AGAIN_MS));
  if (answer.redirected && new URL(answer.url).pathname !== location.pathname) return location.assign(answer.url); // signed out: kept until back
  localStorage.removeItem(KEPT);
  if (answer.ok) return location.reload();
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  document.querySelector("main").replaceWith(page.querySelector("main") ?? document.createElement("main"));
}

document.addEventListener("submit", (event) => {
  if (!event.target.matches("[data-stamp]") || localStorage.getItem(KEPT)) return;
  event.preventDefault();
  const body = new FormData(event.target, event.submitter);
  body.delete("csrfmiddlewaretoken");
  const device_at = new Date().toISOString();
  body.set("device_at", device_at);
  localStorage.setItem(KEPT, JSON.stringify({ action: event.target.action, device_at, body: [...body] }));
  for (const button of document.querySelectorAll("[data-stamp] button")) button.disabled = true;
  send();
});

addEventListener("online", send);
send();
