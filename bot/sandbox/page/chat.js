// The web chat of the demo: a visitor plays a parent on a phone.

const RTL = ["ar", "fa", "ur", "he", "ckb", "ps"];
const ALLOWED = new Set(["B", "I", "U", "S", "A", "CODE", "PRE", "SPAN", "BLOCKQUOTE"]);
const $ = (id) => document.getElementById(id);

let state = { persons: [], cards: [], commands: {}, zone: "UTC" };
let current = Number(sessionStorage.getItem("person")) || null;
let payloads = JSON.parse(sessionStorage.getItem("payloads") || "{}");
const unread = new Map();
const waiting = new Map();

async function call(path, body) {
  const options = body instanceof FormData ? { method: "POST", body }
    : body && { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) };
  const answer = await fetch(path, options);
  const said = await answer.json().catch(() => ({}));
  if (!answer.ok) throw new Error(said.error || `The demo answered ${answer.status}.`);
  return said;
}

async function attempt(work) {
  try { return await work(); } catch (error) { toast(error.message); }
}

function make(tag, values = {}, ...children) {
  const element = Object.assign(document.createElement(tag), values);
  element.append(...children);
  return element;
}

function toast(text) {
  $("toast").textContent = text;
  $("toast").hidden = false;
  clearTimeout(toast.timer);
  toast.timer = setTimeout(() => { $("toast").hidden = true; }, 3000);
}

// What the server sends is escaped; only the tags of chats are taken over all the same.
function wordsOf(message) {
  const words = make("div", { className: "words", dir: "auto" });
  if (!message.html) { words.textContent = message.text; return words; }
  const parsed = new DOMParser().parseFromString(message.html, "text/html").body;
  const copy = (from, to) => from.childNodes.forEach((node) => {
    if (node.nodeType === Node.TEXT_NODE) to.append(node.data);
    else if (ALLOWED.has(node.tagName)) { const kept = make(node.tagName.toLowerCase()); copy(node, kept); to.append(kept); }
    else copy(node, to);
  });
  copy(parsed, words);
  return words;
}

function time(moment, options) {
  return new Intl.DateTimeFormat("en-GB", { timeZone: state.zone, ...options }).format(new Date(moment));
}
const clock = (moment) => time(moment, { hour: "2-digit", minute: "2-digit" });
const day = (moment) => time(moment, { weekday: "long", day: "numeric", month: "long" });

function mediaOf(message) {
  const { kind, url, name, width, height, size } = message.media;
  if (kind === "photo") {
    const image = make("img", { src: url, alt: "The picture of this message. Enlarge it.", width: width || 4, height: height || 3 });
    const button = make("button", { type: "button", className: "picture" }, image);
    button.onclick = () => { $("viewer").querySelector("img").src = url; $("viewer").showModal(); };
    return button;
  }
  if (kind === "sticker") return make("img", { src: url, alt: "A sticker", width: 128, height: 128 });
  if (kind === "video") return make("video", { controls: true, src: url, width: 240 });
  if (kind === "voice") return make("audio", { controls: true, src: url });
  return make("a", { href: url, download: name, textContent: `📄 ${name} (${Math.ceil(size / 1000)} kB)` });
}

function show(message) {
  const rtl = isRtl(message.text);
  const item = make("li", { className: `message ${message.from_bot ? "theirs" : "mine"}`, id: `m${message.id}` });
  const bubble = make("div", { className: "bubble", dir: rtl ? "rtl" : "ltr" });
  if (message.media) bubble.append(mediaOf(message));
  if (message.text) bubble.append(wordsOf(message));
  bubble.append(make("time", { dateTime: message.at, textContent: clock(message.at) + (message.edited_at ? " · edited" : "") }));
  item.append(bubble);
  if (message.buttons.length) {
    const rows = message.buttons.map((row) => make("div", {}, ...row.map((button) => buttonOf(message, button))));
    item.append(make("div", { className: "buttons", dir: "ltr" }, ...rows)); // as Telegram draws them, in any language
  }
  return item;
}

function buttonOf(message, { text, data }) {
  const button = make("button", { type: "button", textContent: text, dir: "auto" });
  button.dataset.action = data;
  button.onclick = () => attempt(async () => {
    button.classList.add("waiting");
    setTimeout(() => button.classList.remove("waiting"), 10000);
    const { callback_id } = await call(`/api/persons/${current}/tap`, { message_id: message.id, data });
    waiting.set(callback_id, button);
  });
  return button;
}

const isRtl = (text) => /[\u0590-\u08ff\ufb1d-\ufefc]/.test(text) && !/^[^\u0590-\u08ff]*[a-zæøå]{3}/i.test(text);

function add(message) {
  const chat = $("chat");
  const last = chat.dataset.day;
  if (last !== day(message.at)) {
    chat.append(make("li", { className: "day", textContent: day(message.at) }));
    chat.dataset.day = day(message.at);
  }
  chat.append(show(message));
  if (message.from_bot) chat.dir = isRtl(message.text) ? "rtl" : "ltr";
}

function toEnd() { $("chat").scrollTop = $("chat").scrollHeight; }

let heard = 0; // how many messages came by the stream, which may overtake a list that was asked for

async function openChat() {
  const person = state.persons.find((each) => each.id === current);
  if (!person) return;
  sessionStorage.setItem("person", current);
  unread.delete(current);
  let messages, before;
  do { before = heard; messages = await call(`/api/persons/${current}/messages`); } while (heard !== before);
  $("chat").replaceChildren();
  delete $("chat").dataset.day;
  messages.forEach(add);
  $("who").textContent = person.name + (person.blocked ? " · has blocked the bot" : "");
  const payload = payloads[current];
  $("opening").hidden = person.opened && !payload;
  $("compose").hidden = !person.opened;
  toEnd();
  [...$("chat").querySelectorAll("img")].forEach((image) => image.addEventListener("load", toEnd, { once: true }));
  drawPersons();
}

function drawPersons() {
  $("persons").replaceChildren(...state.persons.map((person) => {
    const choose = make("button", { type: "button", className: "who", textContent: person.name });
    choose.setAttribute("aria-current", person.id === current);
    if (unread.get(person.id)) choose.append(make("span", { className: "badge", textContent: unread.get(person.id) }));
    choose.onclick = () => { current = person.id; fold(); attempt(openChat); };
    const block = make("button", { type: "button", textContent: person.blocked ? "Unblock" : "Block" });
    block.title = "Block the bot, as this parent";
    block.onclick = () => attempt(() => call(`/api/persons/${person.id}/block`, { blocked: !person.blocked }));
    return make("li", {}, choose, block);
  }));
}

function drawCards() {
  $("cards").replaceChildren(...state.cards.map((card) => {
    const code = make("div", { className: "code" });
    const drawn = new DOMParser().parseFromString(card.qr_svg, "image/svg+xml").documentElement;
    drawn.setAttribute("role", "img");
    drawn.setAttribute("aria-label", "QR code of this card");
    code.append(document.importNode(drawn, true));
    const name = new Intl.DisplayNames(["en"], { type: "language" }).of(card.language);
    const open = make("button", { type: "button", textContent: "Open this card" });
    open.onclick = () => { fold(); attempt(() => openCard(new URL(card.link).searchParams.get("start"))); };
    return make("li", {}, code, make("div", {}, make("strong", { textContent: card.title }), `in ${name}`, make("br"), open));
  }));
}

async function openCard(payload) {
  if (!state.persons.length) {
    const person = await call("/api/persons", { name: "Parent 1", language: "en" });
    current = person.id;
    await refresh();
  }
  payloads[current] = payload;
  sessionStorage.setItem("payloads", JSON.stringify(payloads));
  await openChat();
  $("start").focus();
}

function drawTime() {
  $("time").hidden = !state.machine;
  $("console").hidden = !state.console;
  if (state.console) $("console").firstElementChild.href = state.console;
  $("now").textContent = `${day(state.now)}, ${clock(state.now)}`;
  $("now").dateTime = state.now;
  $("next").textContent = state.next_at ? `Next message: ${day(state.next_at)}, ${clock(state.next_at)}` : "No message is planned.";
}

function drawCommands() {
  const person = state.persons.find((each) => each.id === current);
  const commands = state.commands[`chat:${person?.id}`] || state.commands[person?.language] || state.commands[""] || [];
  $("commands").replaceChildren(...commands.map(({ command, description }) => {
    const button = make("button", { type: "button", dir: "auto" }, `/${command}`, make("span", { textContent: description }));
    button.setAttribute("role", "menuitem");
    button.onclick = () => { toggleCommands(false); send(`/${command}`); };
    return button;
  }));
}

function toggleCommands(open) {
  drawCommands();
  $("commands").hidden = !open;
  $("slash").setAttribute("aria-expanded", open);
}

function fold(open = false) {
  $("panel").classList.toggle("open", open);
  $("menu").setAttribute("aria-expanded", open);
}

const send = (text) => attempt(() => call(`/api/persons/${current}/text`, { text }));

async function refresh() {
  state = await call("/api/state");
  if (!state.persons.some((each) => each.id === current)) current = state.persons[0]?.id ?? null;
  $("bot").textContent = state.bot.name;
  drawPersons();
  drawCards();
  drawTime();
}

const EVENTS = {
  message({ person, message }) {
    if (person !== current) { unread.set(person, (unread.get(person) || 0) + 1); drawPersons(); return; }
    heard += 1;
    if ($(`m${message.id}`)) return; // a list that was asked for holds it already
    add(message);
    toEnd();
    $(`m${message.id}`).querySelector("img")?.addEventListener("load", toEnd, { once: true });
  },
  edited({ person, message }) {
    const old = person === current && $(`m${message.id}`);
    if (!old) return;
    const changed = show(message);
    changed.classList.add("edited");
    old.replaceWith(changed);
    setTimeout(() => changed.classList.remove("edited"), 600);
    if (message.from_bot && $("chat").lastElementChild === changed) $("chat").dir = isRtl(message.text) ? "rtl" : "ltr";
    refreshTime();
  },
  answered({ callback_id, text, alert }) {
    waiting.get(callback_id)?.classList.remove("waiting");
    waiting.delete(callback_id);
    if (text && alert) { $("alert").querySelector("p").textContent = text; $("alert").showModal(); }
    else if (text) toast(text);
  },
  time({ now, next_at }) { Object.assign(state, { now, next_at }); drawTime(); },
  async persons() { await refresh(); await openChat(); },
};

async function refreshTime() {
  const fresh = await call("/api/state");
  Object.assign(state, { now: fresh.now, next_at: fresh.next_at });
  drawTime();
}

// Comes back once the page hears what happens: whatever is tapped before that would be answered unseen.
function listen() {
  const source = new EventSource("/api/events");
  let wasLost = false;
  const hears = new Promise((resolve) => { source.addEventListener("open", resolve, { once: true }); });
  source.onopen = () => { if (wasLost) attempt(async () => { await refresh(); await openChat(); }); wasLost = false; };
  source.onerror = () => { wasLost = true; };
  source.onmessage = ({ data }) => { const event = JSON.parse(data); attempt(async () => EVENTS[event.type]?.(event)); };
  return hears;
}

$("start").onclick = () => attempt(async () => {
  const payload = payloads[current] || "";
  delete payloads[current];
  sessionStorage.setItem("payloads", JSON.stringify(payloads));
  await call(`/api/persons/${current}/start`, { payload });
  $("opening").hidden = true;
  $("compose").hidden = false;
});
$("compose").onsubmit = (event) => {
  event.preventDefault();
  const text = $("text").value.trim();
  $("text").value = "";
  if (text) send(text);
};
function kindOf(type) {
  if (/^image\/(png|jpeg)$/.test(type)) return "photo";
  if (type === "image/webp") return "sticker";
  if (type.startsWith("audio/")) return "voice";
  return type.startsWith("video/") ? "video" : "document";
}

$("file").onchange = () => attempt(async () => {
  const file = $("file").files[0];
  if (!file) return;
  const kind = kindOf(file.type);
  const form = new FormData();
  form.append("kind", kind);
  form.append("file", file);
  if (kind !== "sticker") { form.append("caption", $("text").value.trim()); $("text").value = ""; }
  $("file").value = "";
  await call(`/api/persons/${current}/file`, form);
});
$("add").onsubmit = (event) => {
  event.preventDefault();
  const form = new FormData(event.target);
  event.target.reset();
  attempt(async () => {
    const person = await call("/api/persons", { name: form.get("name"), language: form.get("language") });
    current = person.id;
    await refresh();
    await openChat();
  });
};
$("slash").onclick = () => toggleCommands($("commands").hidden);
$("menu").onclick = () => fold(!$("panel").classList.contains("open"));
document.querySelectorAll("[data-skip]").forEach((button) => {
  button.onclick = () => attempt(async () => {
    const all = document.querySelectorAll("[data-skip]");
    all.forEach((each) => { each.disabled = true; });
    try {
      const { moved } = await call("/api/time", { skip: button.dataset.skip });
      if (!moved) toast("No message is planned.");
    } finally { all.forEach((each) => { each.disabled = false; }); }
  });
});

await attempt(async () => {
  await refresh();
  const payload = new URLSearchParams(location.search).get("start");
  await listen();
  if (payload) { history.replaceState(null, "", "/"); await openCard(payload); } else await openChat();
  document.body.dataset.ready = "yes";
});
