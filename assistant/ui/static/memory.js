// The member's own browser keeps their conversations: saved after each reply, opened again, exported, erased.
// `#kept` holds the current conversation as the server writes it, `#reopened` takes one back: see ui/memory.py.
"use strict";
(() => {
  const VERSION = 1;
  const MOST = 20; // conversations
  const ROOM = 2_000_000; // characters in all
  const TITLE = 100; // characters
  const { user = "", words = {} } = JSON.parse(document.getElementById("words")?.textContent || "{}");
  const OURS = `assistant:${encodeURIComponent(user)}:`; // those who share a browser do not share their lists
  const [CONVERSATION, OFF, TAB] = [`${OURS}conversation:`, `${OURS}off`, `${OURS}tab`];
  const local = storage("localStorage");
  const session = storage("sessionStorage");

  let current = { id: fresh(), json: "" }; // `json` as this tab last saved or read it
  let pending = null; // sent to the server, not yet shown
  let sent = 0;
  let seen = ""; // what `#kept` held last
  let status = null;
  let started = false;

  function storage(kind) {
    try {
      return window[kind]; // asking is enough to be refused, where the browser blocks cookies
    } catch {
      return null;
    }
  }

  // Not crypto.randomUUID: it is missing on a page served without https.
  function fresh() {
    return Array.from(crypto.getRandomValues(new Uint32Array(3)), (part) => part.toString(36)).join("");
  }

  function say(key, values = {}) {
    return (words[key] || key).replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "");
  }

  function tell(text) {
    if (status) status.textContent = text;
  }

  function parsed(text) {
    try {
      return JSON.parse(text);
    } catch {
      return null;
    }
  }

  // The store ---------------------------------------------------------------------------------------------------------

  function keeps() {
    return Boolean(local) && local.getItem(OFF) === null;
  }

  function read(id) {
    const text = local?.getItem(CONVERSATION + id);
    const found = text ? parsed(text) : null;
    const whole = found?.version === VERSION && typeof found.json === "string" && typeof found.title === "string";
    return whole && Number.isFinite(found.when) ? { ...found, id, size: text.length } : null;
  }

  // Newest first. Each has a key of its own: no list that two tabs would write over.
  function list() {
    const ids = Object.keys(local || {}).filter((key) => key.startsWith(CONVERSATION));
    const found = ids.map((key) => read(key.slice(CONVERSATION.length))).filter(Boolean);
    return found.sort((one, other) => other.when - one.when);
  }

  function remove(id) {
    local?.removeItem(CONVERSATION + id);
  }

  function clear() {
    Object.keys(local || {}).filter((key) => key.startsWith(CONVERSATION)).forEach((key) => local.removeItem(key));
  }

  function save(json) {
    const stored = keeps() ? read(current.id) : null;
    // Another tab went on with it: theirs stays as it is, ours is one more.
    const id = stored && stored.json !== current.json ? fresh() : current.id;
    const title = stored?.title || (questions(json)[0]?.[1] || "").trim().slice(0, TITLE);
    take(id, json);
    tell("");
    if (keeps()) write(id, JSON.stringify({ version: VERSION, when: Date.now(), title, json }));
    show();
  }

  function write(id, text) {
    const others = list().filter((entry) => entry.id !== id);
    let room = ROOM - text.length;
    others.forEach((entry, rank) => {
      room -= entry.size;
      if (rank >= MOST - 1 || room < 0) remove(entry.id);
    });
    for (;;) {
      try {
        local.setItem(CONVERSATION + id, text);
        return;
      } catch {
        const oldest = list().filter((entry) => entry.id !== id).pop();
        if (!oldest) return tell(say("past.full"));
        remove(oldest.id);
      }
    }
  }

  // This tab's conversation; a reload finds it again, another tab has its own.
  function take(id, json) {
    current = { id, json };
    try {
      session?.setItem(TAB, id);
    } catch {
      // Full: a reload starts anew.
    }
  }

  function questions(json) {
    const exchanges = parsed(json)?.exchanges;
    return Array.isArray(exchanges) ? exchanges.map((exchange) => [exchange?.number, String(exchange?.question)]) : [];
  }

  // Between the page and the server -----------------------------------------------------------------------------------

  function field(id) {
    return document.querySelector(`#${id} textarea, #${id} input`);
  }

  function reopen(id) {
    const entry = read(id);
    const input = field("reopened");
    if (!entry || !input) return;
    pending = entry;
    sent += 1; // so that the same conversation, sent again, is a change: spaces mean nothing after JSON
    input.value = entry.json + " ".repeat(sent % 20);
    input.dispatchEvent(new Event("input", { bubbles: true }));
  }

  // Gradio draws its page before it listens to it, and does not say when it does: insist until it has answered.
  function insist(id, delay) {
    reopen(id);
    if (pending && delay < 5_000) setTimeout(() => pending && !document.querySelector("#chat .asked") && insist(id, 2 * delay), delay);
  }

  // Gradio sets the value without an event, together with the chat that it belongs to.
  function check() {
    const value = field("kept")?.value;
    if (value === undefined || value === seen) return;
    seen = value;
    if (!value) return;
    const opened = pending && JSON.stringify(questions(value)) === JSON.stringify(questions(pending.json)) ? pending : null;
    pending = null;
    if (!opened) return save(value);
    take(opened.id, opened.json);
    if (value !== opened.json) save(value);
    tell(say("past.opened"));
    show();
  }

  function start() {
    if (started || !field("reopened")) return;
    started = true;
    const id = keeps() ? session?.getItem(TAB) : null;
    if (id) insist(id, 150);
  }

  async function exported(suffix) {
    check(); // an answer that has just come is part of it
    if (!current.json) return tell(say("export.empty"));
    tell(say("export.working"));
    let response;
    let file;
    try {
      const headers = { "Content-Type": "application/json" };
      response = await fetch(`/conversation.${suffix}`, { method: "POST", headers, body: current.json });
      file = await response.blob();
    } catch {
      return tell(say("export.unreachable"));
    }
    if (!response.ok) {
      const detail = parsed(await file.text())?.detail;
      return tell(typeof detail === "string" ? detail : say("export.failed"));
    }
    const named = /filename="([^"]+)"/.exec(response.headers.get("Content-Disposition") || "");
    const link = make("a", { href: URL.createObjectURL(file), download: named ? named[1] : `conversation.${suffix}` });
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
    tell(say("export.done", { name: link.download }));
  }

  // What is seen ------------------------------------------------------------------------------------------------------

  function make(tag, properties = {}, ...children) {
    const element = Object.assign(document.createElement(tag), properties);
    element.append(...children);
    return element;
  }

  function build() {
    const place = document.getElementById("past");
    if (!place || place.querySelector("details")) return;
    status = make("p", { className: "told" });
    status.setAttribute("role", "status");
    const keep = make("input", { type: "checkbox", checked: keeps(), disabled: !local });
    keep.addEventListener("change", () => choose(keep));
    const everything = make("button", { type: "button", className: "clear", textContent: say("past.clear") });
    everything.addEventListener("click", erase);
    const details = make(
      "details", {},
      make("summary", { textContent: say("past") }),
      make("ul"),
      make("p", { className: "none", textContent: say(local ? "past.none" : "past.forbidden") }),
      everything,
      make("label", {}, keep, make("span", { textContent: say("past.keep") })),
      make("p", { className: "hint", textContent: say("past.where") }),
    );
    place.append(details, status);
    show();
  }

  function show() {
    const details = document.querySelector("#past details");
    if (!details) return;
    const entries = list();
    details.querySelector("ul").replaceChildren(...entries.map(item));
    details.querySelector("input").checked = keeps();
    details.querySelector(".none").hidden = entries.length > 0;
    details.querySelector(".clear").hidden = entries.length === 0;
  }

  function item(entry) {
    const format = { dateStyle: "medium", timeStyle: "short" };
    const when = new Date(entry.when).toLocaleString(document.documentElement.lang || "fr", format);
    const open = make("button", { type: "button", className: "open" });
    open.append(make("span", { className: "title", textContent: entry.title }), make("span", { className: "when", textContent: when }));
    open.addEventListener("click", () => reopen(entry.id));
    if (entry.id === current.id) {
      open.disabled = true;
      open.setAttribute("aria-current", "true");
      open.querySelector(".when").textContent = `${when} · ${say("past.current")}`;
    }
    const drop = make("button", { type: "button", className: "remove", textContent: say("past.remove") });
    drop.setAttribute("aria-label", say("past.remove.which", { title: entry.title }));
    drop.addEventListener("click", () => forget(entry.id));
    const row = make("li", {}, open, drop);
    row.dataset.questions = questions(entry.json).length;
    return row;
  }

  function forget(id) {
    const rank = list().findIndex((entry) => entry.id === id);
    remove(id);
    show();
    // The keyboard stays where it was: on the one that took its place.
    const others = document.querySelectorAll("#past .remove");
    (others[Math.min(rank, others.length - 1)] || document.querySelector("#past summary")).focus();
    tell(say("past.removed"));
  }

  function erase() {
    if (!confirm(say("past.clear.sure"))) return;
    clear();
    show();
    document.querySelector("#past summary").focus();
    tell(say("past.cleared"));
  }

  function choose(keep) {
    if (!keep.checked && list().length && !confirm(say("past.clear.sure"))) {
      keep.checked = true;
      return;
    }
    if (keep.checked) local.removeItem(OFF);
    else {
      clear();
      local.setItem(OFF, "1");
    }
    if (keep.checked && current.json) save(current.json);
    show();
    tell(say(keep.checked ? "past.on" : "past.off"));
  }

  // -------------------------------------------------------------------------------------------------------------------

  let soon = 0;
  function onChange() {
    clearTimeout(soon);
    soon = setTimeout(check, 100);
    build();
    start();
  }

  document.addEventListener("click", (event) => {
    const button = event.target.closest?.("#restart, #export-md, #export-pdf");
    if (!button) return;
    if (button.id !== "restart") return void exported(button.id === "export-md" ? "md" : "pdf");
    pending = null;
    take(fresh(), "");
    show();
  });
  window.addEventListener("pagehide", check);
  window.addEventListener("storage", show);
  new MutationObserver(onChange).observe(document, { childList: true, subtree: true });
})();
