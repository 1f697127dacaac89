// An open tracking page tells by itself what has happened since; what is being typed stays.
const EVERY_MS = 30000;
const address = new URL(location.href);
address.searchParams.delete("told"); // what was said once is not said again

function typing() {
  return [...document.querySelectorAll("main form")].some((form) => form.contains(document.activeElement)
    || [...form.elements].some((field) => ["TEXTAREA", "INPUT"].includes(field.tagName) && field.type !== "hidden"
      && (field.type === "radio" ? field.checked !== field.defaultChecked : field.value !== field.defaultValue)));
}

async function refresh() {
  if (document.hidden) return;
  let fresh;
  try {
    const answer = await fetch(address, { headers: { Accept: "text/html" } });
    if (!answer.ok) return;
    fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
  } catch {
    return; // away: what is shown stays
  }
  const [was, is] = [document, fresh].map((page) => page.getElementById("standing").dataset.seen);
  if (was !== is && !typing()) {
    document.querySelector("main").replaceWith(fresh.querySelector("main")); // the page asks something else now
    return;
  }
  for (const part of document.querySelectorAll("[data-fresh]")) {
    const now = fresh.getElementById(part.id);
    if (now && now.innerHTML !== part.innerHTML) part.innerHTML = now.innerHTML;
  }
}

setInterval(refresh, EVERY_MS);
addEventListener("visibilitychange", refresh);
