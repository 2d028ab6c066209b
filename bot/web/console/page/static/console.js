// Asks before what cannot easily be taken back.
document.addEventListener("submit", (event) => {
  const sure = event.submitter && event.submitter.dataset.sure;
  if (sure && !window.confirm(sure)) event.preventDefault();
});

// A table that is wider than the screen can be scrolled by the keyboard, too.
function reach() {
  for (const each of document.querySelectorAll(".wide, pre")) {
    if (each.scrollWidth > each.clientWidth) each.tabIndex = 0;
    else each.removeAttribute("tabindex");
  }
}
addEventListener("load", reach);
addEventListener("resize", reach);
document.addEventListener("htmx:afterSettle", reach);
document.addEventListener("toggle", reach, true);
