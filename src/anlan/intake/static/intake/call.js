// The call-taker's page: keys, the category's echo, what may be the same, and saving without leaving the page.
const $ = (selector) => document.querySelector(selector);
const SAVES = { F7: "repeat", F8: "misdial", F9: "nuisance" };
let loaded = Date.now();
let began = 0;
let saving = false;
let asking;
let ticking;
let askedFor = "";

function form() {
  return $("#callform");
}

// --- the category, as it is understood -------------------------------------------------------------------------------
const categories = JSON.parse($("#categories").textContent);

function understood(typed) {
  const text = typed.trim().toLowerCase();
  if (!text) return "";
  if (/^\d+$/.test(text)) return categories[Number(text) - 1]?.label ?? "";
  const names = (one) => one.names.filter(Boolean).map((name) => name.toLowerCase());
  const exact = categories.filter((one) => names(one).includes(text));
  const begins = (name) => [name, ...name.split(/[\s_,]+/)].some((word) => word.startsWith(text));
  const found = exact.length ? exact : categories.filter((one) => names(one).some(begins));
  return found.length === 1 ? found[0].label : "";
}

function echo() {
  const label = understood($("#what").value);
  $("#what-is").textContent = label ? `→ ${label}` : "";
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

// --- the call just saved: linked without leaving the next one ---------------------------------------------------------
async function linkSaved(saved, button) {
  const body = new FormData(saved);
  body.set(button.name, button.value);
  const answer = await fetch(saved.action, { method: "POST", body, headers: csrf() }).catch(() => null);
  const page = answer?.ok && new DOMParser().parseFromString(await answer.text(), "text/html");
  const told = page && page.getElementById("saved");
  if (told) $("#saved").replaceWith(told);
  else say(form().dataset.unreachable);
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
async function save(validity) {
  if (saving) return;
  saving = true;
  const body = new FormData(form());
  body.delete("csrfmiddlewaretoken"); // the cookie's own: it changes when somebody signs in again in another tab
  body.set("validity", validity);
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
  const fields = [...form().querySelectorAll("input:not([type=hidden]), select, textarea")];
  fields[fields.indexOf(field) + 1]?.focus();
}

document.addEventListener("keydown", (event) => {
  if (event.isComposing) return;
  const pressed = /^F[24]$/.test(event.key) && !event.altKey && ($(`#near [data-press="${event.key}"]`) ?? $(`[data-press="${event.key}"]`));
  if (pressed) {
    event.preventDefault();
    pressed.click();
    return;
  }
  if (SAVES[event.key] && !event.altKey && !event.ctrlKey) {
    event.preventDefault();
    save(SAVES[event.key]);
  } else if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
    event.preventDefault();
    save("valid");
  } else if (event.key === "F6") {
    event.preventDefault();
    $("#phone").focus();
  } else if (event.key === "Enter" && event.target.matches?.("#callform input, #callform select")) {
    event.preventDefault();
    next(event.target);
  } else if (event.key === "Escape" && event.target.closest?.("#callform")) {
    $("#what").focus();
  }
});

document.addEventListener("submit", (event) => {
  if (event.target.matches("[data-stay]")) {
    event.preventDefault();
    linkSaved(event.target, event.submitter);
  }
  if (event.target !== form()) return;
  event.preventDefault();
  save(event.submitter?.value ?? "valid");
});

document.addEventListener("input", (event) => {
  if (!event.target.closest?.("#callform")) return;
  begin();
  if (event.target.id === "what") echo();
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
customElements.whenDefined("anlan-pin").then(() => $("anlan-pin")?.open());
