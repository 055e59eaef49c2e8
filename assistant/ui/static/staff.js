// What Gradio leaves undone on the staff's page: links that open a note, French labels, messages that are read aloud.
"use strict";
(() => {
  const LABELS = {
    "Error": "Erreur", "Warning": "Attention", "Remove this file": "Retirer ce fichier", "Clear": "Effacer", "More tabs": "Autres onglets",
    "Connection to the server was lost. Attempting reconnection...": "Connexion perdue avec le serveur. Nouvelle tentative…",
    "Connection errored out.": "Connexion interrompue. Rechargez la page.",
    "This application is currently busy. Please try again.": "Le serveur est occupé. Réessayez dans un instant.",
  };

  let opened = 0;

  function open(hash) {
    const field = document.querySelector("#opened textarea, #opened input");
    if (!field || !hash.startsWith("#note=")) return;
    opened += 1; // so that the same note, opened again, is a change
    field.value = `${decodeURIComponent(hash.slice(6))}#${opened}`;
    field.dispatchEvent(new Event("input", { bubbles: true }));
    document.querySelector("[role=tab]")?.click(); // the editor is in the first tab, the link may be in another
    show(50);
  }

  // The editor comes once the server has answered: bring it into view, and the keyboard with it.
  function show(tries) {
    const title = document.querySelector("#editor input, #editor textarea");
    if (title?.offsetParent) {
      document.getElementById("editor").scrollIntoView({ block: "start" });
      title.focus({ preventScroll: true });
    } else if (tries > 0) setTimeout(show, 100, tries - 1);
  }

  // Not the browser's own jump: with `<base href>`, an anchor would leave the page.
  function follow(event) {
    const link = event.target.closest?.(".staff a");
    if (!link || !link.hash.startsWith("#note=") || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    open(link.hash);
  }

  function translate() {
    document.querySelectorAll("[aria-label]").forEach((element) => {
      const french = LABELS[element.getAttribute("aria-label")];
      if (french) element.setAttribute("aria-label", french);
    });
    document.querySelectorAll(".toast-title, .toast-message-text").forEach((element) => {
      element.childNodes.forEach((node) => {
        const french = node.nodeType === Node.TEXT_NODE && LABELS[node.data.trim()];
        if (french) node.data = french;
      });
    });
    // Gradio's sanitiser drops these attributes.
    document.querySelectorAll(".live:not([aria-live])").forEach((element) => {
      element.setAttribute("role", "status");
      element.setAttribute("aria-live", "polite");
    });
    document.querySelectorAll(".said.working progress:not([aria-label])").forEach((element) => {
      element.setAttribute("aria-label", "Avancement");
    });
    if (document.documentElement.lang !== "fr") document.documentElement.lang = "fr";
  }

  document.addEventListener("click", follow, true);
  new MutationObserver(translate).observe(document, {
    childList: true, subtree: true, attributes: true, attributeFilter: ["aria-label", "lang"],
  });
})();
