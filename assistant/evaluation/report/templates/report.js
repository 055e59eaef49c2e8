(() => {
  const form = document.getElementById("filters");
  const count = document.getElementById("count");
  const cases = [...document.querySelectorAll("details.case")];
  const fold = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
  const shown = (given) => (node) =>
    (!given.tag || node.dataset.tags.split("|").includes(given.tag)) &&
    (!given.expected || node.dataset.expected === given.expected) &&
    (!given.below || node.dataset.below.split(" ").includes(given.below)) &&
    (!given.labelled || node.dataset.labelled === given.labelled) &&
    (!given.text || fold(node.textContent).includes(fold(given.text)));
  const apply = () => {
    const given = Object.fromEntries(new FormData(form));
    const fits = shown(given);
    let number = 0;
    for (const node of cases) {
      node.hidden = !fits(node);
      number += !node.hidden;
    }
    count.textContent = `${number} cas sur ${cases.length}`;
  };
  form.hidden = false;
  form.addEventListener("input", apply);
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("reset", () => setTimeout(apply));
  for (const link of document.querySelectorAll("a[data-below]"))
    link.addEventListener("click", () => {
      form.reset();
      form.elements.below.value = link.dataset.below;
      setTimeout(apply);
    });
  apply();
})();
