// What Gradio leaves undone: citations open their source, copying gives readable text, hidden labels are French.
"use strict";
(() => {
  const LABELS = {
    "chatbot conversation": "Conversation",
    "Scroll to bottom": "Aller au dernier message",
    "Error": "Erreur",
    "Warning": "Attention",
    "This application is currently busy. Please try again.": "Trop de questions en ce moment. Réessayez dans un instant.",
    "Connection to the server was lost. Attempting reconnection...": "Connexion perdue avec le serveur. Nouvelle tentative…",
    "Connection errored out.": "Connexion interrompue. Rechargez la page.",
  };
  const NARROW = matchMedia("(max-width: 859px)");
  let cited = null;
  let asked = 0;
  let pressed = null;

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
    const target = link && document.getElementById(link.hash.slice(1));
    if (!target || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    goTo(target);
    if (link.matches(".cite")) {
      cited = link;
      target.focus({ preventScroll: true });
    } else if (cited?.isConnected && target.contains(cited)) {
      cited.focus();
    }
  }

  // Gradio copies the HTML that a message is made of. It has just done so: write what is read over it.
  function copy(event) {
    const button = event.target.closest?.("#chat .message-buttons button");
    const rows = [...document.querySelectorAll("#chat .reply, #chat .asked")];
    const text = button && rows.filter((row) => row.compareDocumentPosition(button) & 4).pop()?.innerText;
    if (!text) return;
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

  function translate() {
    document.querySelectorAll("[aria-label]").forEach((element) => {
      const label = element.getAttribute("aria-label");
      const french = LABELS[label];
      // A message's label is its HTML, tags and all: without it, its text is read.
      if (/^(user|bot)'s message/.test(label)) element.removeAttribute("aria-label");
      else if (french) element.setAttribute("aria-label", french);
    });
    document.querySelectorAll(".toast-title, .toast-message-text").forEach((element) => {
      element.childNodes.forEach((node) => {
        const french = node.nodeType === Node.TEXT_NODE && LABELS[node.data.trim()];
        if (french) node.data = french;
      });
    });
    if (document.documentElement.lang !== "fr") document.documentElement.lang = "fr";
  }

  // On a phone the page scrolls, not the chat: bring the new question to its top, the answer follows below.
  function showNewQuestion() {
    const questions = document.querySelectorAll("#chat .asked");
    if (questions.length > asked && NARROW.matches) questions[questions.length - 1].scrollIntoView({ block: "start" });
    asked = questions.length;
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
    translate();
    name();
    keepFocus();
    showNewQuestion();
  }

  document.addEventListener("click", follow, true);
  document.addEventListener("focusin", keepFocus);
  window.addEventListener("click", copy);
  new MutationObserver(onChange).observe(document, {
    childList: true, subtree: true, attributes: true, attributeFilter: ["aria-label", "lang"],
  });
})();
