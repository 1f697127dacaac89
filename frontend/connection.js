// Whether the server still answers, and still knows who we are. While it does not, nothing is sent, clocks stand still
// at the last second that was true, and what is typed stays. A crew's stamps are kept (kept.js).
const EVERY_MS = 10000;
const AGAIN_MS = 3000;
const PATIENCE_MS = 4000;
const banner = document.getElementById("connection");
let since = Date.now();
let held = null; // the form and button that wait
let isDown = false;

export async function ask() {
  try {
    const answer = await fetch(banner.dataset.ping, { redirect: "manual", cache: "no-store", signal: AbortSignal.timeout(PATIENCE_MS) });
    if (answer.status !== 200) return answer.type === "opaqueredirect" || answer.status === 401 ? "out" : "down";
    return (await answer.json()).who === banner.dataset.who ? "live" : "other";
  } catch {
    return "down";
  }
}

function show(state) {
  const live = state === "live";
  isDown = state === "down";
  if (live) since = Date.now();
  document.body.classList.toggle("stale", !live);
  banner.hidden = live && !held;
  if (live) return renew();
  const at = new Date(since + Number(banner.dataset.aheadMs)).toLocaleTimeString(document.documentElement.lang, { hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone: banner.dataset.zone });
  const words = banner.querySelector("span");
  words.textContent = banner.dataset[state].replace("{at}", at) + (held ? ` ${banner.dataset.held}` : "");
  banner.querySelector("a").hidden = state === "down";
}

// Signing in elsewhere gives a new token: forms that stand open here take it.
function renew() {
  const token = document.cookie.match(/(?:^|; )csrftoken=([^;]+)/)?.[1];
  if (token) for (const field of document.querySelectorAll("[name=csrfmiddlewaretoken]")) field.value = token;
}

async function watch() {
  const state = await ask();
  if (state === "live" && held) {
    banner.querySelector("span").textContent = banner.dataset.back;
    banner.querySelector("a").hidden = true;
    held = null;
    isDown = false;
    document.body.classList.remove("stale");
    banner.hidden = false;
    renew();
  } else if (state !== "live" || document.body.classList.contains("stale")) show(state);
  else since = Date.now();
  setTimeout(watch, state === "live" ? EVERY_MS : AGAIN_MS);
}

// What is pressed is sent only to a server that answers and knows us: else the browser's error page takes the place.
async function guard(event) {
  const { target: form, submitter } = event;
  if (form.method !== "post" || form.matches("[data-stamp], [hx-post], [data-unguarded]")) return;
  if (form.dataset.live) return delete form.dataset.live;
  event.preventDefault();
  event.stopImmediatePropagation();
  if (form.dataset.asking) return;
  form.dataset.asking = "1";
  const state = await ask();
  delete form.dataset.asking;
  if (state !== "live") {
    held = form;
    return show(state);
  }
  show(state);
  form.dataset.live = "1";
  form.requestSubmit(submitter);
}

// A link is followed only to a server that answers, once it is known that it did not: what stands here stays on screen.
async function stay(event) {
  const link = event.target.closest?.("a[href]:not([hx-get])");
  const aside = event.ctrlKey || event.metaKey || event.shiftKey || event.button;
  if (!link || aside || !isDown || link.target || link.hash || link.origin !== location.origin) return;
  event.preventDefault();
  const state = await ask();
  show(state);
  if (state !== "down") location.assign(link.href);
}

if (banner) {
  document.addEventListener("submit", guard, true);
  document.addEventListener("click", stay);
  setTimeout(watch, EVERY_MS);
  addEventListener("online", async () => show(await ask()));
  addEventListener("offline", () => show("down"));
}
