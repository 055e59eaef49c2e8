// What Gradio leaves undone: citations open their source, copying gives references too, the sheet of a phone, labels.
"use strict";
(() => {
  const { words } = JSON.parse(document.getElementById("words").textContent);
  // Gradio's own English -> what is shown instead.
  const LABELS = JSON.parse(document.querySelector("meta[name=gradio-words]").content);
  const NARROW = matchMedia("(max-width: 859px)");
  const BEHIND = ["#site", "#top", "#talk"];
  let cited = null;
  let asked = 0;
  let newest = null;
  let pressed = null;

  const byId = (id) => document.getElementById(id);

  // ---- Sources: a panel beside the conversation, a sheet over it on a narrow screen.

  function openSheet() {
    const panel = byId("panel");
    if (!NARROW.matches || document.body.classList.contains("sheet")) return;
    document.body.classList.add("sheet");
    panel.setAttribute("role", "dialog");
    panel.setAttribute("aria-modal", "true");
    document.querySelectorAll(BEHIND.join()).forEach((element) => { element.inert = true; });
  }

  function closeSheet() {
    if (!document.body.classList.contains("sheet")) return;
    document.body.classList.remove("sheet");
    byId("panel").removeAttribute("aria-modal");
    byId("panel").setAttribute("role", "region");
    document.querySelectorAll(BEHIND.join()).forEach((element) => { element.inert = false; });
    if (cited?.isConnected) cited.focus();
  }

  // Not the browser's own jump: with `<base href>`, a bare #anchor would reload a page opened with a query.
  function goTo(element) {
    for (let fold = element.closest("details"); fold; fold = fold.parentElement.closest("details")) fold.open = true;
    document.querySelectorAll(".source.opened").forEach((card) => card.classList.remove("opened"));
    if (element.classList.contains("source")) element.classList.add("opened");
    const smooth = !matchMedia("(prefers-reduced-motion: reduce)").matches;
    (element.querySelector("mark") || element).scrollIntoView({ block: "nearest" });
    element.scrollIntoView({ block: "nearest", behavior: smooth ? "smooth" : "auto" });
  }

  function follow(event) {
    const link = event.target.closest?.("a.cite, #sources a.back");
    const target = link && byId(link.hash.slice(1));
    if (!target || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    if (link.matches(".cite")) {
      cited = link;
      openSheet();
      goTo(target);
      target.focus({ preventScroll: true });
    } else {
      closeSheet();
      goTo(target);
      if (cited?.isConnected && target.contains(cited)) cited.focus();
    }
  }

  // ---- Copying: what is read, and where it comes from.

  function references(reply) {
    const number = reply.id.replace("reponse-", "");
    return [...document.querySelectorAll(`#sources .source[id^="source-${number}-"]`)].map((card) => {
      const title = card.querySelector("h3").lastChild.textContent.trim();
      const day = card.querySelector(".meta")?.textContent.split(" · ")[0];
      const address = new URL(card.querySelector("a.whole").getAttribute("href"), location.origin);
      return `[${card.querySelector(".number").textContent}] ${title} (${day}) ${address}`;
    });
  }

  // Gradio copies the HTML that a message is made of. It has just done so: write what is read over it.
  function copyMessage(event) {
    const button = event.target.closest?.("#chat .message-buttons button");
    const rows = [...document.querySelectorAll("#chat .reply, #chat .asked")];
    const row = button && rows.filter((one) => one.compareDocumentPosition(button) & 4).pop();
    if (!row?.innerText) return;
    const doubt = row.querySelector(".confidence")?.innerText || "";
    write([row.innerText.replace(doubt, "").trim(), ...(row.id ? references(row) : [])].join("\n\n"));
  }

  function share(event) {
    const link = event.target.closest?.("#sources a.share");
    if (!link || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    write(new URL(link.getAttribute("href"), location.origin).href);
    const before = link.textContent;
    link.textContent = words["link.copied"];
    say(words["link.copied"]);
    setTimeout(() => { link.textContent = before; }, 2500);
  }

  function write(text) {
    if (navigator.clipboard) navigator.clipboard.writeText(text).catch(() => {});
    else copyThroughSelection(text);
  }

  function copyThroughSelection(text) {
    const area = Object.assign(document.createElement("textarea"), { value: text });
    document.body.append(area);
    area.select();
    document.execCommand("copy");
    area.remove();
  }

  // What a screen reader says and nobody sees.
  function say(text) {
    let line = byId("said");
    if (!line) {
      line = Object.assign(document.createElement("div"), { id: "said" });
      line.setAttribute("role", "status");
      document.body.append(line);
    }
    line.textContent = text;
  }

  // ---- Words and roles that Gradio gives in English, or not at all.

  // Gradio tells the place in the queue in a part of its own that has no room on the page.
  function showPlace() {
    const sent = byId("sent");
    const told = /queue: (\d+)\/(\d*)/.exec(byId("waiting")?.textContent || "");
    if (!sent || !told) return;
    const text = words["queue.place"].replace("{place}", told[2] ? `${told[1]} / ${told[2]}` : told[1]);
    const line = byId("place") || Object.assign(document.createElement("div"), { id: "place" });
    line.setAttribute("role", "status");
    if (!line.isConnected) sent.after(line);
    if (line.textContent !== text) line.textContent = text;
  }

  function translateTexts() {
    document.querySelectorAll(".toast-title, .toast-message-text").forEach((element) => {
      element.childNodes.forEach((node) => {
        const known = node.nodeType === Node.TEXT_NODE && LABELS[node.data.trim()];
        if (known && known !== node.data) node.data = known;
      });
    });
  }

  function translateLabels() {
    for (const name of ["aria-label", "title"]) {
      document.querySelectorAll(`[${name}]`).forEach((element) => {
        const known = LABELS[element.getAttribute(name)];
        if (known && known !== element.getAttribute(name)) element.setAttribute(name, known);
      });
    }
    // A message's label is its HTML, tags and all: without it, its text is read.
    document.querySelectorAll("#chat [aria-label]").forEach((element) => {
      if (/^(user|bot)'s message/.test(element.getAttribute("aria-label"))) element.removeAttribute("aria-label");
    });
    document.querySelectorAll("#question button:not([aria-label])").forEach((button) => {
      const name = button.classList.contains("stop-button") ? "stop-button" : "submit-button";
      button.setAttribute("aria-label", LABELS[name]);
    });
    const panel = byId("panel");
    if (panel && !panel.hasAttribute("role")) {
      panel.setAttribute("role", "region");
      panel.setAttribute("aria-label", words.sources);
    }
  }

  // Shown at once, before the server has taken the question: its own words follow, or its place in the queue.
  function showSent(text) {
    const talk = byId("chat");
    if (!text.trim() || !talk || document.querySelector("#chat .unfinished")) return;
    hideSent();
    const line = Object.assign(document.createElement("div"), { id: "sent", textContent: text });
    talk.after(line);
    line.scrollIntoView({ block: "nearest" });
  }

  function hideSent() {
    byId("sent")?.remove();
    byId("place")?.remove();
  }

  function onSend(event) {
    const box = document.querySelector("#question textarea");
    if (event.type === "keydown") {
      if (event.target === box && event.key === "Enter" && !event.shiftKey && !event.isComposing) showSent(box.value);
      return;
    }
    const button = event.target.closest?.("#question .submit-button, .proposal");
    if (button) showSent(button.matches(".proposal") ? button.innerText : box.value);
  }

  // The question just asked goes to the top, so that its answer is read from its beginning; who scrolls is left alone.
  function showNewQuestion() {
    const questions = document.querySelectorAll("#chat .asked");
    if (questions.length > asked) newest = questions[questions.length - 1];
    if (questions.length !== asked || document.querySelector(".toast-body")) hideSent();
    asked = questions.length;
    newest?.scrollIntoView({ block: "start" });
    if (!document.querySelector("#chat .unfinished")) newest = null;
  }

  // What changes is read aloud; a group of choices is called by its title, which Gradio does not tie to it.
  function name() {
    document.querySelectorAll(".live:not(.live .live, [aria-live])").forEach((element) => {
      element.setAttribute("role", "status");
      element.setAttribute("aria-live", "polite");
    });
    document.querySelectorAll("fieldset:not([aria-label])").forEach((group) => {
      const title = group.querySelector("[data-testid=block-info]")?.innerText;
      if (title) group.setAttribute("aria-label", title);
    });
  }

  // The keyboard stays in the form of the feedback when the button that was pressed gives way to others.
  function keepFocus() {
    const form = document.getElementById("feedback");
    if (form?.contains(document.activeElement)) pressed = document.activeElement;
    else if (form && pressed && !pressed.isConnected && document.activeElement === document.body) {
      pressed = null;
      // Gradio takes the old parts away before it puts the new ones.
      const parts = ["textarea", ".after button", "button"];
      setTimeout(() => parts.map((part) => form.querySelector(part)).find(Boolean)?.focus(), 100);
    }
  }

  function onChange() {
    translateTexts();
    showPlace();
    translateLabels();
    name();
    keepFocus();
    showNewQuestion();
  }

  document.addEventListener("click", (event) => {
    // Open, the filters are no longer held at the bottom: bring them into view.
    const button = event.target.closest?.("#filters > button");
    if (button) setTimeout(() => button.scrollIntoView({ block: "nearest" }), 150);
  });
  document.addEventListener("click", onSend, true);
  document.addEventListener("keydown", onSend, true);
  document.addEventListener("click", follow, true);
  document.addEventListener("click", share, true);
  document.addEventListener("click", (event) => { if (event.target.closest?.("#close-panel")) closeSheet(); }, true);
  document.addEventListener("keydown", (event) => { if (event.key === "Escape") closeSheet(); });
  NARROW.addEventListener("change", closeSheet);
  window.addEventListener("click", copyMessage);
  document.addEventListener("focusin", keepFocus);
  ["wheel", "touchmove"].forEach((name) => document.addEventListener(name, () => { newest = null; }, { passive: true }));
  new MutationObserver(onChange).observe(document, {
    childList: true, subtree: true, characterData: true, attributes: true, attributeFilter: ["aria-label", "title"],
  });
})();
