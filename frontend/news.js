// A list that stands open says how many of its rows changed, and shows them on the reader's word only.
const EVERY_MS = 20000;
const title = document.title;

function changes(before, after) {
  const missing = (from, others) => from.filter((mark) => !others.includes(mark)).length;
  return Math.max(missing(before, after), missing(after, before));
}

async function look(list) {
  const answer = await fetch(list.dataset.listNews, { headers: { Accept: "application/json" } }).catch(() => null);
  if (!answer?.ok || answer.redirected) return;
  const n = changes(list.dataset.marks.split(" ").filter(Boolean), (await answer.json()).marks);
  const words = n ? (n === 1 ? list.dataset.one : list.dataset.many.replace("{n}", n)) : "";
  const said = list.querySelector("[role=status]");
  if (said.textContent !== words) said.textContent = words;
  list.querySelector("a").hidden = !n;
  document.title = n ? `(${n}) ${title}` : title;
}

const list = document.querySelector("[data-list-news]");
if (list) {
  setInterval(() => document.hidden || look(list), EVERY_MS);
  document.addEventListener("visibilitychange", () => document.hidden || look(list));
}
