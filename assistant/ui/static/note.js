// A button that copies the address of the note: the address itself is there without it.
const line = document.querySelector(".share[data-copy]");
if (line && navigator.clipboard) {
  const button = document.createElement("button");
  button.type = "button";
  button.textContent = line.dataset.copy;
  const said = document.createElement("span");
  said.setAttribute("role", "status");
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(line.querySelector("a").href);
    said.textContent = line.dataset.copied;
  });
  line.append(" ", button, " ", said);
}
