// Gradio speaks the browser's language: it is told that of the page. Runs before Gradio's own scripts do.
"use strict";
Object.defineProperty(navigator, "language", { value: document.documentElement.lang });
