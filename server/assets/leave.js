// The page after a sign-out goes on when every application has answered in its frame, which is when the page is loaded
// whole, and after four seconds at the latest. Without scripts it goes on by itself a little later.
const back = document.getElementById("back");
const leave = () => location.replace(back.href);
if (document.readyState === "complete") {
  leave();
} else {
  addEventListener("load", leave);
  setTimeout(leave, 4000);
}
