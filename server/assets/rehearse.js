// Rehearses while somebody types: the form goes to the server as it stands, and only what would happen is replaced.
const form = document.getElementById("rehearsal");
const place = document.getElementById("outcome-place");
const pause = 400;
let timer;
let latest = 0;

async function rehearse() {
  const turn = ++latest;
  const body = new URLSearchParams(new FormData(form));
  const answer = await fetch(form.action, { method: "POST", body, credentials: "same-origin", cache: "no-store" });
  if (turn !== latest) return;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const fresh = page.getElementById("outcome-place");
  if (fresh) place.replaceChildren(...document.adoptNode(fresh).childNodes);
}

form?.addEventListener("input", () => {
  clearTimeout(timer);
  // What can not be asked now is asked with the next letter, or by the button.
  timer = setTimeout(() => rehearse().catch(() => {}), pause);
});
