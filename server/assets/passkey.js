// Passkeys (Web Authentication Level 3). A form with data-passkey asks the server for a challenge, lets the browser answer it,
// and sends the answer like any other form. `get` proves a passkey, `create` makes one. With data-conditional the passkeys
// are offered in the list that the browser shows under the name field as well.
const decode = (text) => Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (c) => c.charCodeAt(0));
const encode = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer))).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
const decodeIds = (list = []) => list.map((item) => ({ ...item, id: decode(item.id) }));

function readOptions(options) {
  const read = { ...options, challenge: decode(options.challenge) };
  if (options.user) read.user = { ...options.user, id: decode(options.user.id) };
  if (options.allowCredentials) read.allowCredentials = decodeIds(options.allowCredentials);
  if (options.excludeCredentials) read.excludeCredentials = decodeIds(options.excludeCredentials);
  return read;
}

function writeAnswer({ id, rawId, type, response }) {
  const written = {};
  for (const name of ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"]) {
    if (response[name]) written[name] = encode(response[name]);
  }
  return JSON.stringify({ id, rawId: encode(rawId), type, response: written, clientExtensionResults: {} });
}

/** One question at a time: a button that is pressed ends the one that waits in the list of names. */
let waiting = new AbortController();

/** Nothing is offered in the list any more once a button was pressed: it would end what the button has asked. */
const pressed = new AbortController();

async function ask(form, mediation) {
  waiting.abort();
  waiting = new AbortController();
  const { signal } = waiting;
  const reply = await fetch(form.dataset.options, { method: "POST", body: new URLSearchParams(new FormData(form)), signal });
  // Not now: the page that answers the form says why.
  if (reply.status === 403 && !mediation) return form.submit();
  if (!reply.ok) throw new Error(`the challenge was answered ${reply.status}`);
  const { challenge, options } = await reply.json();
  const publicKey = readOptions(options.publicKey);
  const credential = form.dataset.passkey === "create"
    ? await navigator.credentials.create({ publicKey, signal })
    : await navigator.credentials.get({ publicKey, signal, mediation });
  form.elements.challenge.value = challenge;
  form.elements.answer.value = writeAnswer(credential);
  form.submit();
}

/** Challenges grow old after five minutes; one that waits in the list is renewed before that. */
async function offer(form) {
  if (pressed.signal.aborted) return;
  const renew = setInterval(() => void wait(), 4 * 60 * 1000);
  pressed.signal.addEventListener("abort", () => clearInterval(renew));
  async function wait() {
    try {
      await ask(form, "conditional");
    } catch (problem) {
      if (problem.name !== "AbortError") clearInterval(renew);
    }
  }
  await wait();
}

for (const form of document.querySelectorAll("form[data-passkey]")) {
  if (!window.PublicKeyCredential) break;
  const failed = form.querySelector("[data-failed]");
  form.hidden = false;
  for (const beside of document.querySelectorAll("#passkey-or")) beside.hidden = false;
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    pressed.abort();
    failed.hidden = true;
    try {
      await ask(form);
    } catch (problem) {
      if (problem.name !== "AbortError") failed.hidden = false;
    }
  });
  if ("conditional" in form.dataset && (await PublicKeyCredential.isConditionalMediationAvailable?.())) offer(form);
}
