// The console: clocks go on by the server's time, news is announced and waits, a mark on the map opens its row.
const SOON = 0.8; // of the target, as on the server
const DAY = 86400;
const server = document.querySelector("[data-now]");
const ahead = new Date(server.dateTime) - Date.now();

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
  const { rows } = await answer.json();
  const shown = Object.fromEntries([...list.querySelectorAll("[data-stands]")].map((row) => [row.dataset.place, row.dataset.stands]));
  const changed = [...new Set([...Object.keys(rows), ...Object.keys(shown)])].filter((number) => rows[number] !== shown[number]).length;
  const link = document.getElementById("news");
  const words = link.querySelector("span");
  words.textContent = changed === 1 ? words.dataset.one : words.dataset.many.replace("{n}", changed);
  link.hidden = !changed;
}

document.addEventListener("anlan:select", ({ detail }) => {
  const row = detail.from && document.querySelector(`[data-place="${CSS.escape(detail.id)}"] a[href]`);
  if (row) row.click();
});

document.querySelector("[data-rows] [aria-current]")?.scrollIntoView({ block: "nearest" });
setInterval(tick, 1000);
setInterval(askNews, 10000);
document.addEventListener("visibilitychange", () => document.hidden || askNews());
