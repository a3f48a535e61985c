// Pages work without this. What needs it is marked `data-js hidden`.
const all = (selector, root = document) => [...root.querySelectorAll(selector)];
const one = (selector, root = document) => root.querySelector(selector);
const on = (type, act, target = document) => target.addEventListener(type, act);

const show = (root) => all("[data-js]", root).forEach((element) => (element.hidden = false));
show();
one("[data-problems]")?.focus();

// For people who hear the page.
const voice = document.createElement("p");
voice.className = "visually-hidden";
voice.role = "status";
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
  all(".menu[open]").forEach((menu) => (menu.open = menu.contains(target)));
});
on("keydown", ({ key }) => {
  const menu = key === "Escape" && one(".menu[open]");
  if (!menu) return;
  menu.open = false;
  one("summary", menu).focus();
});

// Back brings pages back as they were left: without secrets, ready to send again.
on("pagehide", () => all("[data-secret]").forEach((element) => (element.textContent = "")), window);
on("pageshow", () => all("form[data-sent]").forEach((form) => {
  delete form.dataset.sent;
  all("[aria-busy]", form).forEach((button) => {
    button.disabled = false;
    button.ariaBusy = null;
  });
}), window);

// A form is sent once; `data-again` is for those that answer with a download.
on("submit", (event) => {
  const form = event.target;
  if (form.method !== "post" || "again" in form.dataset) return;
  if ("sent" in form.dataset) return event.preventDefault();
  form.dataset.sent = "";
  // A turn later: a disabled button's value is not sent.
  setTimeout(() => all("button:not([type=button])", form).forEach((button) => {
    button.disabled = true;
    button.ariaBusy = "true";
  }));
});

// The new key's form, and the summary beside it.
const day = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", year: "numeric", timeZone: "UTC" });

function keyForm(form) {
  const fields = form.elements;
  const picked = (name) => one(`[name=${name}]:checked`, form);
  const until = (preset) => {
    const date = new Date(preset === "date" ? fields.expires_at.value : Date.now() + preset * 864e5);
    return isNaN(date) ? "" : day.format(date);
  };
  const say = (name, text) => all(`[data-summary=${name}]`).forEach((place) => {
    place.textContent = text || place.dataset.empty || "";
  });
  const summarise = () => {
    const { label, access, environment } = picked("type")?.dataset ?? {};
    const asks = !access || access === "scopes";
    all("[data-scopes]", form).forEach((group) => (group.disabled = group.hidden = !asks));
    const scopes = all("[name=scopes]:checked", form).map((box) => box.value).join(", ");
    const place = picked("environment")?.value ?? environment ?? "";
    const expiry = picked("expiry")?.value;
    say("name", fields.name.value);
    say("type", label);
    say("environment", { live: "Live", test: "Test" }[place]);
    say("scopes", asks ? scopes : { all: "Everything", read: "Read everything, change nothing" }[access]);
    say("expires", expiry === "never" ? "Never" : until(expiry));
    say("webhook", fields.webhook_url?.value);
    say("addresses", fields.allowed_addresses?.value.trim().split(/[\s,]+/).join(", "));
    all("[data-summary-box]").forEach((box) => (box.dataset.environment = place));
  };
  on("input", ({ target }) => {
    const { name, value } = target;
    if (name === "expiry" && value !== "date") fields.expires_at.value = "";
    if (name === "expires_at" && value) one("[name=expiry][value=date]", form).checked = true;
    if ("scopeFilter" in target.dataset) find(value.trim().toLowerCase());
    summarise();
  }, form);
  on("click", ({ target }) => {
    if (!target.closest("[data-select-group]")) return;
    const boxes = all(".choice:not([hidden]) [name=scopes]", target.closest("fieldset"));
    const tick = boxes.some((box) => !box.checked);
    boxes.forEach((box) => (box.checked = tick));
    summarise();
  }, form);
  const find = (words) => all(".scope-group", form).forEach((group) => {
    const choices = all(".choice", group);
    choices.forEach((choice) => (choice.hidden = !choice.textContent.toLowerCase().includes(words)));
    group.hidden = choices.every((choice) => choice.hidden);
  });
  all("[name=expiry]", form).forEach(({ value, parentElement }) => {
    const place = one("[data-until]", parentElement);
    if (place) place.textContent ||= until(value);
  });
  on("pageshow", summarise, window);
}
all("[data-key-form]").forEach(keyForm);

// What waits looks again every two seconds, for ten minutes.
const stop = Date.now() + 6e5;
async function poll() {
  const waiting = all("[data-poll][id]");
  if (!waiting.length || Date.now() > stop) return;
  try {
    const answer = !document.hidden && await fetch(location.href);
    const page = answer?.ok && !answer.redirected && new DOMParser().parseFromString(await answer.text(), "text/html");
    if (page) waiting.forEach((element) => {
      const fresh = page.getElementById(element.id);
      if (fresh) show(fresh);
      if (!fresh || fresh.isEqualNode(element)) return;
      element.replaceWith(fresh);
      const words = fresh.dataset.say ?? fresh.textContent;
      if (words !== voice.textContent) voice.textContent = words;
    });
  } catch { /* The next turn may do better. */ }
  setTimeout(poll, 2000);
}
setTimeout(poll, 2000);
