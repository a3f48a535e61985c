// Pages work without this. What needs it is marked `data-js hidden`.
const all = (selector, root = document) => [...root.querySelectorAll(selector)];
const one = (selector, root = document) => root.querySelector(selector);
const on = (type, act, target = document) => target.addEventListener(type, act);

const show = (root) => all("[data-js]", root).forEach((it) => (it.hidden = false));
show();
one("[data-problems]")?.focus();

// For people who hear the page.
const voice = document.createElement("p");
Object.assign(voice, { className: "visually-hidden", role: "status" });
document.body.append(voice);

// Where the clipboard is refused, the text gets selected.
async function copy(button) {
  const source = one(button.dataset.copy);
  const label = button.firstChild;
  try {
    await navigator.clipboard.writeText(source.textContent);
    label.data = "Copied";
    voice.textContent = "Copied.";
    button.dataset.copied = "";
  } catch {
    getSelection().selectAllChildren(source);
    label.data = "Selected";
    voice.textContent = "Selected. Press Ctrl or Command and C.";
  }
  clearTimeout(button.timer);
  button.timer = setTimeout(() => {
    label.data = "Copy";
    voice.textContent = "";
    delete button.dataset.copied;
  }, 4000);
}

on("click", ({ target }) => {
  const button = target.closest("[data-copy]");
  if (button) copy(button);
  all(".menu[open]").forEach((it) => (it.open = it.contains(target)));
});
on("keydown", ({ key }) => {
  const menu = key === "Escape" && one(".menu[open]");
  if (!menu) return;
  menu.open = false;
  one("summary", menu).focus();
});

// Back brings pages back as they were left: without secrets, ready to send again.
on("pagehide", () => all("[data-secret]").forEach((it) => (it.textContent = "")), window);
on("pageshow", () => all("form[data-sent]").forEach((form) => {
  delete form.dataset.sent;
  all("[aria-busy]", form).forEach((it) => {
    it.disabled = false;
    it.ariaBusy = null;
  });
}), window);

// A form is sent once; `data-again` is for those that answer with a download.
on("submit", (event) => {
  const form = event.target;
  if (form.method !== "post" || "again" in form.dataset) return;
  if ("sent" in form.dataset) return event.preventDefault();
  form.dataset.sent = "";
  // A turn later: a disabled button's value is not sent.
  setTimeout(() => all("button:not([type=button])", form).forEach((it) => {
    it.disabled = true;
    it.ariaBusy = "true";
  }));
});

// The new key's form, and the summary beside it.
const day = new Intl.DateTimeFormat("en-GB", { dateStyle: "medium", timeZone: "UTC" });

function keyForm(form) {
  const fields = form.elements;
  const picked = (name) => one(`[name=${name}]:checked`, form);
  const until = (preset) => {
    const date = new Date(preset === "date" ? fields.expires_at.value : Date.now() + preset * 864e5);
    return isNaN(date) ? "" : day.format(date);
  };
  const summarise = () => {
    const { label, access, environment } = picked("type")?.dataset ?? {};
    const asks = !access || access === "scopes";
    all("[data-scopes]", form).forEach((it) => (it.disabled = it.hidden = !asks));
    const scopes = all("[name=scopes]:checked", form).map((it) => it.value).join(", ");
    const place = picked("environment")?.value ?? environment ?? "";
    const expiry = picked("expiry")?.value;
    const said = {
      name: fields.name.value,
      type: label,
      environment: { live: "Live", test: "Test" }[place],
      scopes: asks ? scopes : { all: "Everything", read: "Read everything, change nothing" }[access],
      expires: expiry === "never" ? "Never" : until(expiry),
      webhook: fields.webhook_url?.value,
      addresses: fields.allowed_addresses?.value.trim().split(/[\s,]+/).join(", "),
    };
    all("[data-summary]").forEach((it) => (it.textContent = said[it.dataset.summary] || it.dataset.empty || ""));
    all("[data-summary-box]").forEach((it) => (it.dataset.environment = place));
  };
  on("input", ({ target: { name, value, dataset } }) => {
    if (name === "expiry" && value !== "date") fields.expires_at.value = "";
    if (name === "expires_at" && value) one("[name=expiry][value=date]", form).checked = true;
    if ("scopeFilter" in dataset) find(value.trim().toLowerCase());
    summarise();
  }, form);
  on("click", ({ target }) => {
    if (!target.closest("[data-select-group]")) return;
    const boxes = all(".choice:not([hidden]) [name=scopes]", target.closest("fieldset"));
    const tick = boxes.some((it) => !it.checked);
    boxes.forEach((it) => (it.checked = tick));
    summarise();
  }, form);
  const find = (words) => all(".scope-group", form).forEach((group) => {
    const choices = all(".choice", group);
    choices.forEach((it) => (it.hidden = !it.textContent.toLowerCase().includes(words)));
    group.hidden = choices.every((it) => it.hidden);
  });
  on("pageshow", summarise, window);
}
all("[data-key-form]").forEach(keyForm);

// What waits is told by events, or looks every two seconds, for ten minutes.
let turns = 300;
const url = one("[data-events]")?.dataset.events;
const source = url && new EventSource(url);
let told;
if (source) {
  source.onerror = () => (told = false);
  source.onmessage = ({ data }) => (told = data === "waiting") || look(source.close());
}

async function look() {
  const waiting = all("[data-poll]");
  try {
    const answer = await fetch(waiting[0].dataset.poll || location.href);
    if (!answer.ok || answer.redirected) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    waiting.forEach((old) => {
      const fresh = page.getElementById(old.id);
      if (!fresh) return;
      show(fresh);
      if (fresh.isEqualNode(old) || one("[data-copied]", old)) return;
      old.replaceWith(fresh);
      const words = fresh.dataset.say ?? fresh.textContent;
      if (words !== voice.textContent) voice.textContent = words;
    });
  } catch {}
}
async function poll() {
  if (!one("[data-poll]") || !turns--) return source?.close();
  if (!told && !document.hidden) await look();
  setTimeout(poll, 2000);
}
setTimeout(poll, 2000);
