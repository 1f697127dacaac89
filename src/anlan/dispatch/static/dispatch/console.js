// The console: clocks go on by the server's time, news is announced and waits, a mark on the map opens its row.
const SOON = 0.8; // of the target, as on the server
const DAY = 86400;
const SOUND = "anlan-tone";
const server = document.querySelector("[data-now]");
const ahead = new Date(server.dateTime) - Date.now();
const title = document.title;
const heard = new Set([...document.querySelectorAll("[data-place]")].map((row) => row.dataset.place));
let audio = null;

function spelled(seconds) {
  const two = (n) => String(n).padStart(2, "0");
  const [hours, minutes, rest] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  return hours ? `${hours}:${two(minutes)}:${two(rest)}` : `${minutes}:${two(rest)}`;
}

function tick() {
  if (document.body.classList.contains("stale")) return; // a clock never goes on by guess
  const now = Date.now() + ahead;
  for (const clock of document.querySelectorAll("[data-since]")) {
    const [since, due] = [new Date(clock.dataset.since), new Date(clock.dataset.due)];
    const seconds = Math.max(0, Math.floor((now - since) / 1000));
    if (seconds < DAY) clock.textContent = spelled(seconds);
    const mark = now >= due ? "late" : now - since >= SOON * (due - since) ? "warn" : "calm";
    for (const one of document.querySelectorAll(`[data-mark="${clock.dataset.of}"]`)) {
      one.classList.remove("late", "warn", "calm");
      one.classList.add(mark);
    }
  }
}

async function askNews() {
  const list = document.getElementById("open");
  const answer = await fetch(list.dataset.news, { headers: { Accept: "application/json" } }).catch(() => null);
  if (!answer?.ok || answer.redirected) return;
  const { rows, urgent = [] } = await answer.json();
  const shown = Object.fromEntries([...list.querySelectorAll("[data-stands]")].map((row) => [row.dataset.place, row.dataset.stands]));
  const changed = [...new Set([...Object.keys(rows), ...Object.keys(shown)])].filter((number) => rows[number] !== shown[number]).length;
  announce(changed, urgent.filter((number) => rows[number] !== shown[number]).map((number) => `${number} ${rows[number]}`));
}

// Said once in words to whoever listens, written into the title for whoever looks at another window.
function announce(changed, urgent) {
  const link = document.getElementById("news");
  const said = document.getElementById("said");
  const rows = changed === 1 ? link.dataset.one : link.dataset.many.replace("{n}", changed);
  const words = changed ? [rows, urgent.length && link.dataset.urgent.replace("{n}", urgent.length)].filter(Boolean).join(" · ") : "";
  if (said.textContent !== words) said.textContent = words;
  document.title = changed ? `(${changed}) ${title}` : title;
  link.hidden = !changed;
  if (urgent.some((number) => !heard.has(number))) tone();
  for (const number of urgent) heard.add(number);
}

// A short tone that no file brings; off until somebody switches it on in this browser.
function tone() {
  if (localStorage.getItem(SOUND) !== "on") return;
  audio ??= new AudioContext();
  audio.resume();
  const [voice, loud, now] = [audio.createOscillator(), audio.createGain(), audio.currentTime];
  voice.frequency.setValueAtTime(880, now);
  voice.frequency.setValueAtTime(660, now + 0.15);
  loud.gain.setValueAtTime(0.2, now);
  loud.gain.exponentialRampToValueAtTime(0.001, now + 0.4);
  voice.connect(loud).connect(audio.destination);
  voice.start(now);
  voice.stop(now + 0.4);
  document.dispatchEvent(new CustomEvent("anlan:tone"));
}

const button = document.getElementById("sound");
button.hidden = false;
button.setAttribute("aria-pressed", String(localStorage.getItem(SOUND) === "on"));
button.addEventListener("click", () => {
  const on = button.getAttribute("aria-pressed") !== "true";
  button.setAttribute("aria-pressed", String(on));
  localStorage.setItem(SOUND, on ? "on" : "off");
  tone(); // so that it is known by its sound
});

document.addEventListener("anlan:select", ({ detail }) => {
  const row = detail.from && document.querySelector(`[data-place="${CSS.escape(detail.id)}"] a[href]`);
  if (row) row.click();
});

document.querySelector("[data-rows] [aria-current]")?.scrollIntoView({ block: "nearest" });
setInterval(tick, 1000);
setInterval(askNews, 10000);
document.addEventListener("visibilitychange", () => document.hidden || askNews());
