// Asks before what cannot easily be taken back.
document.addEventListener("submit", (event) => {
  const sure = event.submitter && event.submitter.dataset.sure;
  if (sure && !window.confirm(sure)) event.preventDefault();
});
