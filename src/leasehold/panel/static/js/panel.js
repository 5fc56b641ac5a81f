// What makes the panel quick; every page works without it.
(() => {
  const isTyping = (target) => target.closest("input, textarea, select, [contenteditable]");

  // Ask before something is destroyed: a dialog instead of the server's page.
  let agreed = null;
  document.addEventListener("submit", (event) => {
    const form = event.target;
    const asker = event.submitter?.dataset.confirm ? event.submitter : form;
    if (!asker.dataset.confirm || form === agreed) return;
    event.preventDefault();
    ask(asker.dataset.confirm, asker.dataset.confirmLabel || event.submitter?.textContent.trim()).then((yes) => {
      if (!yes) return;
      const field = document.createElement("input");
      field.type = "hidden"; field.name = "confirmed"; field.value = "yes";
      form.append(field);
      agreed = form;
      form.requestSubmit(event.submitter);
    });
  }, true);

  // A form that is on its way is not sent once more by a double click.
  const sent = new WeakMap();
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (event.defaultPrevented || form.method !== "post") return;
    if (event.timeStamp - (sent.get(form) ?? -Infinity) < 2000) event.preventDefault();
    else sent.set(form, event.timeStamp);
  });

  const ask = (question, label) => new Promise((resolve) => {
    const template = document.getElementById("confirm-dialog");
    const dialog = template.content.firstElementChild.cloneNode(true);
    dialog.querySelector("[data-question]").textContent = question;
    dialog.querySelector("[value=yes]").textContent = label;
    dialog.addEventListener("close", () => { resolve(dialog.returnValue === "yes"); dialog.remove(); });
    document.body.append(dialog);
    dialog.showModal();
  });

  // Copy what is beside the button.
  document.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-copy]");
    if (!button) return;
    await navigator.clipboard.writeText(button.dataset.copy);
    button.classList.add("copied");
    setTimeout(() => button.classList.remove("copied"), 1500);
  });

  // Unsaved changes are not lost by a slip.
  const changed = new Set();
  document.addEventListener("input", (event) => {
    const form = event.target.form;
    if (form?.dataset.guard) changed.add(form);
  });
  document.addEventListener("submit", (event) => changed.delete(event.target));
  window.addEventListener("beforeunload", (event) => { if ([...changed].some((form) => form.isConnected)) event.preventDefault(); });

  // Choose all rows of a page; say how many are chosen.
  document.addEventListener("change", (event) => {
    const list = event.target.closest("[data-list]");
    if (!list) return;
    if (event.target.matches("[data-choose-all]")) {
      list.querySelectorAll("[data-choose]").forEach((box) => { box.checked = event.target.checked; });
    }
    count(list);
  });
  const count = (list) => {
    const chosen = list.querySelectorAll("[data-choose]:checked").length;
    list.querySelectorAll("[data-chosen]").forEach((place) => { place.textContent = chosen; });
    list.classList.toggle("has-chosen", chosen > 0);
  };

  // The keyboard.
  let row = -1;
  let began = "";
  const rows = () => [...document.querySelectorAll("[data-list] tbody tr")];
  const move = (step) => {
    const all = rows();
    if (!all.length) return;
    all[row]?.classList.remove("table-active");
    row = Math.min(Math.max(row + step, 0), all.length - 1);
    all[row].classList.add("table-active");
    all[row].scrollIntoView({ block: "nearest" });
    all[row].querySelector("a")?.focus();
  };
  const keys = {
    "?": () => document.getElementById("keyboard-help")?.showModal(),
    "/": () => document.querySelector("[data-list-search]")?.focus(),
    j: () => move(1),
    k: () => move(-1),
    x: () => { rows()[row]?.querySelector("[data-choose]")?.click(); },
    e: () => document.querySelector("[data-key-edit]")?.click(),
    n: () => document.querySelector("[rel=next]")?.click(),
    p: () => document.querySelector("[rel=prev]")?.click(),
    gh: () => document.querySelector(".navbar-brand")?.click(),
  };
  document.addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && event.key === "k") {
      event.preventDefault();
      document.getElementById("search")?.focus();
      return;
    }
    if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target) || document.querySelector("dialog[open]")) return;
    const act = keys[began + event.key];
    began = event.key === "g" && !began ? "g" : "";
    if (act) { event.preventDefault(); act(); }
  });
})();
