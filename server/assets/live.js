// The live card looks again and again until the first sign-in has succeeded. Without scripts the page is loaded anew.
const place = document.getElementById("live-place");
const often = 2000;

async function look() {
  const answer = await fetch(place.dataset.card, { credentials: "same-origin", cache: "no-store" });
  if (!answer.ok) return false;
  const card = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("live");
  const shown = document.getElementById("live");
  if (card && shown && card.outerHTML !== shown.outerHTML) shown.replaceWith(document.adoptNode(card));
  return !card || card.dataset.state !== "done";
}

async function again() {
  let more = true;
  if (!document.hidden) {
    try {
      more = await look();
    } catch {
      more = true;
    }
  }
  if (more) setTimeout(again, often);
}

if (place && document.getElementById("live").dataset.state !== "done") setTimeout(again, often);
