"use strict";
// Keeps an open page true to the files: it is fetched again when they change, where it was scrolled to.

const same = (one, other) => one && other && one.innerHTML === other.innerHTML;

function mark(before, after) {
  const earlier = before.querySelectorAll(".message");
  after.querySelectorAll(".message").forEach((message, place) => {
    if (!same(message, earlier[place])) message.classList.add("fresh");
  });
}

function keepOpen(before, after) {
  before.querySelectorAll("details[id]").forEach((each) => {
    const now = after.querySelector(`#${each.id}`);
    if (now) now.open = each.open;
  });
}

let running = null;

async function refresh({ marks }) {
  running?.abort();
  const mine = (running = new AbortController());
  try {
    const answer = await fetch(location.href, { cache: "no-store", signal: mine.signal });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const before = document.querySelector("main"), after = page.querySelector("main");
    if (!after) return;
    if (!page.getElementById("state")) return location.reload();  // not ours: to sign in, it may be
    const focused = document.activeElement?.id, [left, top] = [scrollX, scrollY];
    if (marks) mark(before, after);
    keepOpen(before, after);
    before.replaceWith(after);
    document.getElementById("state").replaceWith(page.getElementById("state"));
    document.title = page.title;
    document.getElementById("offline").hidden = true;
    begin();
    if (focused) document.getElementById(focused)?.focus({ preventScroll: true });
    scrollTo(left, top);
  } catch (error) {
    if (error.name !== "AbortError") document.getElementById("offline").hidden = false;
  }
}

function search() {
  const field = document.getElementById("find");
  if (!field) return;
  const wanted = field.value.trim().toLowerCase().split(/\s+/);
  let found = 0;
  document.querySelectorAll("[data-find]").forEach((each) => {
    each.hidden = !wanted.every((word) => each.dataset.find.includes(word));
    if (!each.hidden) found += 1;
  });
  document.querySelectorAll(".list").forEach((list) => {
    list.hidden = !list.querySelector("[data-find]:not([hidden])");
  });
  const told = document.getElementById("found");
  told.textContent = field.value.trim() ? `${found} ${told.dataset.found}` : "";
}

function choose(form) {
  const said = [...new FormData(form)].filter(([, value]) => value);
  history.pushState(null, "", `${form.getAttribute("action")}?${new URLSearchParams(said)}`);
  refresh({ marks: false });
}

function begin() {
  document.querySelectorAll("form[data-live]").forEach((form) => {
    form.addEventListener("change", () => choose(form));
    form.addEventListener("submit", (event) => { event.preventDefault(); choose(form); });
  });
  document.querySelectorAll("[data-print]").forEach((button) => {
    button.hidden = false;
    button.addEventListener("click", () => print());
  });
  search();
}

document.documentElement.classList.add("live");
document.getElementById("find")?.addEventListener("input", search);
addEventListener("popstate", () => refresh({ marks: false }));
begin();

function follow(address) {
  const news = new EventSource(address);
  const offline = document.getElementById("offline");
  news.addEventListener("open", () => { offline.hidden = true; });
  news.addEventListener("error", () => { offline.hidden = false; });
  news.addEventListener("look", (event) => {
    if (event.data !== document.querySelector("main").dataset.look) refresh({ marks: true });
  });
  addEventListener("pagehide", () => news.close());
}

if (document.body.dataset.events) follow(document.body.dataset.events);
addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });
document.body.dataset.ready = "";
