// Passkeys: a form with `data-passkey` asks the device before it is sent. Bytes travel as base64url, and are turned by
// hand: browsers in offices are often older than the methods that would do it.
const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (char) => char.charCodeAt(0));
const text = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");

const known = (items) => items?.map((item) => ({ ...item, id: bytes(item.id) }));

function read({ publicKey: asked }) {
  const options = { ...asked, challenge: bytes(asked.challenge) };
  if (asked.user) options.user = { ...asked.user, id: bytes(asked.user.id) };
  if (asked.allowCredentials) options.allowCredentials = known(asked.allowCredentials);
  if (asked.excludeCredentials) options.excludeCredentials = known(asked.excludeCredentials);
  return { publicKey: options };
}

function written(credential) {
  const names = ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"];
  const held = names.filter((name) => credential.response[name]);
  return JSON.stringify({
    id: credential.id,
    rawId: text(credential.rawId),
    type: credential.type,
    response: Object.fromEntries(held.map((name) => [name, text(credential.response[name])])),
    clientExtensionResults: credential.getClientExtensionResults(),
  });
}

async function asked(form) {
  const here = document.getElementById("passkey-options");
  if (here) return JSON.parse(here.textContent);
  const answer = await fetch(form.action, { headers: { Accept: "application/json" } });
  return (await answer.json()).request_options;
}

async function send(form) {
  const failed = form.querySelector("[data-failed]");
  failed.hidden = true;
  try {
    const credential = await navigator.credentials[form.dataset.passkey](read(await asked(form)));
    form.elements.credential.value = written(credential);
    form.submit();
  } catch {
    failed.hidden = false; // cancelled, too late, or no such passkey: the device has said which
  }
}

for (const form of document.querySelectorAll("form[data-passkey]")) {
  if (!window.PublicKeyCredential) continue; // without HTTPS, or in a browser that knows none
  form.hidden = false;
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    send(form);
  });
}
