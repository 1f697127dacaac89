// The call-taker's page: keys, the category's echo, what may be the same, and saving without leaving the page.
const $ = (selector) => document.querySelector(selector);
let loaded = Date.now();
let began = 0;
let saving = false;
let asking;
let ticking;
let askedFor = "";
let armed = "";
let disarming;

function form() {
  return $("#callform");
}

// --- the category, as it is understood, and what follows from it --------------------------------------------------
const panel = JSON.parse($("#panel").textContent);

function understood(typed) {
  const text = typed.trim().toLowerCase();
  if (!text) return null;
  if (/^\d+$/.test(text)) return panel.categories[Number(text) - 1] ?? null;
  const names = (one) => one.names.filter(Boolean).map((name) => name.toLowerCase());
  const exact = panel.categories.filter((one) => names(one).includes(text));
  const begins = (name) => [name, ...name.split(/[\s_,]+/)].some((word) => word.startsWith(text));
  const found = exact.length ? exact : panel.categories.filter((one) => names(one).some(begins));
  return found.length === 1 ? found[0] : null;
}

function echo() {
  const category = understood($("#what").value);
  $("#what-is").textContent = category ? `→ ${category.label}` : "";
  $("#deep").hidden = !category?.depth;
  for (const ask of asks()) ask.hidden = Boolean(category) && !category.asks.includes(ask.dataset.ask);
  showUrgency(category);
}

function asks() {
  return [...document.querySelectorAll("[data-ask]")];
}

function answer(ask) {
  return ask.querySelector(":checked")?.value;
}

// As the server will count it: the most urgent of category, answers and what was set.
function reasons(category) {
  const why = $("#urgency-why").dataset;
  const found = [[category?.urgency ?? 3, category ? why.category : ""]];
  for (const ask of asks()) {
    const { said, urgency } = panel.questions[ask.dataset.ask];
    if (answer(ask) === "yes") found.push([urgency, `${why.answer} ${said}`]);
  }
  return found.reduce((most, one) => (one[0] < most[0] ? one : most));
}

function showUrgency(category) {
  const set = Number(form().urgency.value) || 3;
  const counted = reasons(category);
  const [urgency, why] = set < counted[0] ? [set, $("#urgency-why").dataset.set] : counted;
  const shown = $("#urgency-is");
  shown.textContent = shown.dataset[urgency];
  shown.className = `urg ${["", "now", "soon", ""][urgency]}`;
  $("#urgency-why").textContent = why;
}

function raise() {
  const field = form().urgency;
  const [counted] = reasons(understood($("#what").value));
  const levels = ["", "2", "1"].filter((level) => !level || Number(level) < counted);
  field.value = levels[(levels.indexOf(field.value) + 1) % levels.length];
  echo();
}

// --- the key questions: y n x on the question, Alt and its number from anywhere -----------------------------------------
const ANSWERS = { y: "yes", n: "no", x: "unknown" };

function setAnswer(ask, value) {
  for (const radio of ask.querySelectorAll("input")) radio.checked = radio.value === value;
  begin();
  echo();
}

// From among the questions the focus goes along, so that y n x mean the one just turned; from elsewhere it stays.
function turn(ask, among) {
  if (!ask || ask.hidden) return;
  const order = [undefined, "yes", "no", "unknown"];
  setAnswer(ask, order[(order.indexOf(answer(ask)) + 1) % order.length]);
  if (among) lead(ask);
}

function lead(ask) {
  (ask ? ask.querySelector(":checked") ?? ask.querySelector("input") : $("#words")).focus();
}

function after(ask) {
  const shown = asks().filter((one) => !one.hidden);
  return shown[shown.indexOf(ask) + 1];
}

// --- what may be the same --------------------------------------------------------------------------------------------
function askNear() {
  clearTimeout(asking);
  asking = setTimeout(async () => {
    const told = form();
    if (!told.where.value.trim() && !told.lon.value) return;
    const body = new FormData();
    for (const name of ["what", "where", "lon", "lat"]) body.set(name, told[name].value);
    body.set("tells_of", new FormData(told).get("tells_of") ?? ""); // what is marked stays marked
    const answer = await fetch(told.dataset.near, { method: "POST", body, headers: csrf() }).catch(() => null);
    if (answer?.ok && !answer.redirected) $("#near").innerHTML = await answer.text();
  }, 300);
}

// --- the caller's own open matters: asked once for a whole number, posted, since each look is written down --------------
async function askCaller() {
  const box = $("[data-caller]");
  const phone = form().phone.value.trim();
  if (!box || phone === askedFor) return;
  askedFor = phone;
  const body = new FormData();
  body.set("phone", phone);
  const answer = await fetch(box.dataset.caller, { method: "POST", body, headers: csrf() }).catch(() => null);
  if (answer?.ok && !answer.redirected && form().phone.value.trim() === phone) box.innerHTML = await answer.text();
}

function csrf() {
  const token = document.cookie.match(/(?:^|; )csrftoken=([^;]+)/);
  return { "X-CSRFToken": token ? token[1] : form().csrfmiddlewaretoken.value };
}

// --- the call just saved: linked, opened or set back without leaving the next one -----------------------------------
async function linkSaved(saved, button) {
  const body = new FormData(saved);
  if (button?.name) body.set(button.name, button.value);
  const answer = await fetch(saved.action, { method: "POST", body, headers: csrf() }).catch(() => null);
  const page = answer && answer.status < 500 && new DOMParser().parseFromString(await answer.text(), "text/html");
  const told = page && page.getElementById("last");
  if (!told) return say(page?.querySelector("[role=alert]")?.textContent.trim() || form().dataset.unreachable);
  $("#last").replaceWith(told);
  fade();
}

function fade() {
  const undo = $("[data-left-s]");
  if (undo) setTimeout(() => undo.remove(), Number(undo.dataset.leftS) * 1000);
}

// --- the clock of the call -------------------------------------------------------------------------------------------
function begin() {
  if (began) return;
  began = Date.now();
  form().began_s.value = Math.max(0, Math.floor((began - loaded) / 1000));
  $("#line").hidden = false;
  ticking = setInterval(tick, 1000);
  tick();
}

function tick() {
  const seconds = Math.floor((Date.now() - began) / 1000);
  const shown = $("#line .num");
  if (shown) shown.textContent = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}

// --- saving ----------------------------------------------------------------------------------------------------------
// What carries nothing is not filed by one key while nothing is typed: the first press says what the second does.
function press(button, key) {
  const nothing = ["misdial", "nuisance"].includes(button.value) && isEmpty();
  if (!nothing || armed === key) return save(button);
  arm(key);
  const words = form().dataset.again.replace("{key}", key);
  $("#armed").textContent = words.replace("{as}", button.firstChild.textContent.trim());
}

function arm(key) {
  clearTimeout(disarming);
  armed = key;
  if (key) disarming = setTimeout(() => arm(""), 6000);
  else $("#armed").textContent = "";
}

function isEmpty() {
  const typed = ["what", "where", "words", "phone", "depth_cm", "lon"].some((name) => form()[name].value.trim());
  return !typed && !asks().some(answer);
}

async function save(button) {
  if (saving) return;
  saving = true;
  arm("");
  const body = new FormData(form());
  body.delete("csrfmiddlewaretoken"); // the cookie's own: it changes when somebody signs in again in another tab
  body.set(button?.name ?? "validity", button?.value ?? "valid");
  const answer = await fetch(form().action, { method: "POST", body, headers: csrf() }).catch(() => null);
  saving = false;
  if (!answer || answer.status >= 500) return say(form().dataset.unreachable);
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  if (!page.querySelector("#callform")) return say(form().dataset.signedOut);
  show(page, answer.ok);
}

function show(page, saved) {
  const caller = $("[data-caller]"); // what was looked up for this number stays while the call is not saved
  for (const id of ["call", "near", "last"]) $(`#${id}`).replaceWith(page.getElementById(id));
  if (saved) {
    $("anlan-pin")?.clear?.();
    clearInterval(ticking);
    loaded = Date.now();
    began = 0;
    askedFor = "";
  } else if (began) {
    if (caller) $("[data-caller]").replaceWith(caller);
    form().began_s.value = Math.max(0, Math.floor((began - loaded) / 1000));
    $("#line").hidden = false;
  }
  fade();
  echo();
  (form().querySelector("[aria-invalid], .bad input, .bad select, .bad textarea") ?? $("#what")).focus();
}

function say(words) {
  const box = document.createElement("div");
  box.className = "notice late";
  box.setAttribute("role", "alert");
  box.id = "form-errors";
  box.textContent = words;
  $("#form-errors")?.remove();
  form().before(box);
}

// --- keys ------------------------------------------------------------------------------------------------------------
function next(field) {
  const ask = field.closest("[data-ask]");
  if (ask) return lead(null);
  const questions = asks().filter((one) => !one.hidden);
  const fields = [...form().querySelectorAll("input:not([type=hidden], [type=radio]), select, textarea")];
  const shown = fields.filter((one) => one.offsetParent && !one.matches("[data-skip-enter]"));
  if (field.id === "where" && questions.length) return lead(questions[0]);
  shown[shown.indexOf(field) + 1]?.focus();
}

function named(event) {
  const held = [event.ctrlKey || event.metaKey ? "Ctrl" : "", event.altKey ? "Alt" : "", event.shiftKey ? "Shift" : ""];
  const key = event.altKey && /^(Key|Digit)/.test(event.code) ? event.code.replace(/^(Key|Digit)/, "") : event.key;
  return [...held, key].filter(Boolean).join("+");
}

const KEYS = {
  F6: () => $("#phone").focus(),
  "Alt+U": raise,
  "Alt+Q": () => lead(asks().find((one) => !one.hidden && !answer(one))),
};

function act(event) {
  const key = named(event);
  const ask = event.target.closest?.("[data-ask]");
  const saves = $(`[data-save="${CSS.escape(key)}"]`);
  const named_so = `[data-press="${CSS.escape(key)}"]`;
  const pressed = $(`#near ${named_so}`) ?? $(named_so); // what is being typed goes before what is saved
  const opened = key === "F4" && $("#saved a.code"); // it has its incident: go there
  if (saves) press(saves, key);
  else if (pressed) pressed.click();
  else if (opened) location.assign(opened.href);
  else if (KEYS[key]) KEYS[key]();
  else if (/^Alt\+[1-9]$/.test(key)) turn(asks()[Number(key.at(-1)) - 1], ask);
  else if (ask && ANSWERS[key]) {
    setAnswer(ask, ANSWERS[key]);
    lead(after(ask));
  } else if (key === "Enter" && event.target.matches?.("#callform input, #callform select")) next(event.target);
  else if (key === "Escape" && event.target.closest?.("#callform")) {
    arm("");
    $("#what").focus();
  } else return;
  event.preventDefault();
}

document.addEventListener("keydown", (event) => event.isComposing || act(event), true); // before the keys of all pages

document.addEventListener("submit", (event) => {
  if (event.target.matches("[data-stay]")) {
    event.preventDefault();
    linkSaved(event.target, event.submitter);
  }
  if (event.target !== form()) return;
  event.preventDefault();
  if (event.submitter) press(event.submitter, event.submitter.dataset.save);
  else save();
});

document.addEventListener("input", (event) => {
  if (!event.target.closest?.("#callform")) return;
  arm("");
  begin();
  echo();
  if (["what", "where"].includes(event.target.id)) askNear();
});

document.addEventListener("change", (event) => event.target.id === "phone" && askCaller());

// The pin writes its point into the hidden fields and fires `change`.
document.addEventListener("change", (event) => {
  if (!event.target.closest?.("anlan-pin") || !form().lon.value) return;
  begin();
  askNear();
});

echo();
fade();
customElements.whenDefined("anlan-pin").then(() => $("anlan-pin")?.open());
