// A crew's presses on a bad network: kept on the device with their key and the time of the press, and sent in their order
// from whatever page of the same person stands open, until the server has answered. Another log-in never sends them.
import { ask } from "./connection.js";

const KEPT = "anlan-kept";
const EVERY_MS = 4000;
const PATIENCE_MS = 8000;
const box = document.getElementById("kept");
let sending = false;
let timer;

const all = () => JSON.parse(localStorage.getItem(KEPT) ?? "[]");
const mine = () => all().filter((row) => row.who === box.dataset.who);
const waiting = () => mine().filter((row) => !row.state);
const save = (rows) => localStorage.setItem(KEPT, JSON.stringify(rows));
const change = (id, news) => save(all().flatMap((row) => (row.id !== id ? [row] : news ? [{ ...row, ...news }] : [])));
const alone = (act) => (navigator.locks ? navigator.locks.request(KEPT, act) : act()); // one tab sends at a time
const clock = (at) => new Date(Date.parse(at) + Number(box.dataset.aheadMs)).toLocaleTimeString(document.documentElement.lang, { hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone: box.dataset.zone });

// What became of a press; nothing where nobody can say: signed out, no network, a server in trouble.
async function deliver({ action, body }) {
  const token = document.cookie.match(/(?:^|; )csrftoken=([^;]+)/)?.[1] ?? document.querySelector("[name=csrfmiddlewaretoken]")?.value;
  try {
    const answer = await fetch(action, { method: "POST", body: new URLSearchParams(body), redirect: "manual", headers: { Accept: "application/json", "X-CSRFToken": token }, signal: AbortSignal.timeout(PATIENCE_MS) });
    if (answer.type === "opaqueredirect" || answer.status >= 500 || [401, 408, 429].includes(answer.status)) return null;
    return answer.headers.get("Content-Type")?.startsWith("application/json") ? await answer.json() : { state: "refused", why: box.dataset.gone };
  } catch {
    return null;
  }
}

async function sendAll() {
  if ((await ask()) !== "live") return;
  for (const row of waiting()) {
    const answer = await deliver(row);
    if (!answer || answer.state === "other") return;
    change(row.id, answer.state === "taken" ? null : answer);
    if (row.page === location.pathname) box.dataset.answered = "1";
  }
}

async function drain() {
  clearTimeout(timer);
  if (!sending && waiting().length) {
    sending = true;
    await alone(sendAll);
    sending = false;
  }
  if (box.dataset.answered && !waiting().length) return location.reload();
  show();
  if (waiting().length) timer = setTimeout(drain, EVERY_MS);
}

function line(row) {
  const words = Object.assign(document.createElement("span"), { textContent: `${row.label} ${clock(row.at)}: ` });
  const link = Object.assign(document.createElement("a"), { href: row.page, textContent: box.dataset[row.state ?? "waits"] });
  const item = document.createElement("li");
  item.append(words, link, row.state === "refused" ? ` ${row.why}` : "");
  return item;
}

function show() {
  const rows = mine();
  const waits = rows.filter((row) => !row.state);
  const others = all().filter((row) => !row.state).length - waits.length;
  box.hidden = !rows.length && !others;
  box.dataset.left = waits.length;
  const said = [waits.length && box.dataset.mine.replace("{n}", waits.length), others && box.dataset.others.replace("{n}", others)];
  box.querySelector("span").textContent = said.filter(Boolean).join(" ");
  box.querySelector("ul").replaceChildren(...rows.map(line));
  box.querySelector("button").hidden = waits.length === rows.length;
  box.classList.toggle("late", waits.length < rows.length);
  steps(waits.filter((row) => row.page === location.pathname));
}

// On the page of an assignment what waits stands with its time, and the stamp after it can be pressed.
function steps(waits) {
  const pressed = new Set(waits.map((row) => row.step));
  const forms = [...document.querySelectorAll("form[data-step]")];
  const last = forms.findLastIndex((form) => pressed.has(form.dataset.step));
  forms.forEach((form, at) => {
    form.hidden = at !== last + 1;
    const button = form.querySelector("button");
    form.hidden ? delete button.dataset.key : (button.dataset.key = "n");
  });
  for (const form of document.querySelectorAll("form[data-aside]")) form.hidden = pressed.has(form.dataset.aside) || ["resolved", "field_feedback", "cleared"].some((step) => pressed.has(step));
  for (const button of document.querySelectorAll("[data-stamp] button")) button.disabled = sending;
  document.getElementById("waiting")?.replaceChildren(...waits.map((row) => {
    const item = Object.assign(document.createElement("li"), { className: "now" });
    item.append(Object.assign(document.createElement("b"), { textContent: row.label }), document.createElement("br"), `${clock(row.at)} · ${box.dataset.waits}`);
    return item;
  }));
}

function kept(form, submitter) {
  const body = new FormData(form, submitter);
  const at = new Date().toISOString();
  const step = body.get("step");
  const row = { id: `${body.get("key")}:${step}`, who: box.dataset.who, action: form.action, page: location.pathname, step, label: submitter.dataset.label, at };
  body.delete("csrfmiddlewaretoken");
  body.set("device_at", at);
  body.set("who", row.who);
  try {
    if (!all().some((known) => known.id === row.id)) save([...all(), { ...row, body: [...body] }]);
    return true;
  } catch {
    return false; // a full or forbidden storage: the form is sent as any other
  }
}

function pressed(event) {
  const { target: form, submitter } = event;
  if (form.matches("[data-leaves]") && waiting().length && !confirm(box.dataset.leave.replace("{n}", waiting().length))) {
    event.preventDefault();
    event.stopImmediatePropagation();
  } else if (form.matches("[data-stamp]") && kept(form, submitter)) {
    event.preventDefault();
    for (const button of document.querySelectorAll("[data-stamp] button")) button.disabled = true;
    drain();
  }
}

if (box) {
  document.addEventListener("submit", pressed, true);
  box.querySelector("button").addEventListener("click", () => {
    save(all().filter((row) => row.who !== box.dataset.who || !row.state));
    show();
  });
  addEventListener("online", drain);
  addEventListener("storage", ({ key }) => key === KEPT && drain());
  document.addEventListener("visibilitychange", () => document.hidden || drain());
  drain();
}
