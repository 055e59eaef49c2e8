// What Gradio leaves undone on the staff's page: links that open a note, a name for the progress of work.
"use strict";
(() => {
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

  // Gradio's sanitiser drops the attribute. Labels and messages are `chat.js`'s work, on every page.
  function nameProgress() {
    document.querySelectorAll(".said.working progress:not([aria-label])").forEach((element) => {
      element.setAttribute("aria-label", "Avancement");
    });
  }

  document.addEventListener("click", follow, true);
  new MutationObserver(nameProgress).observe(document, { childList: true, subtree: true });
})();
