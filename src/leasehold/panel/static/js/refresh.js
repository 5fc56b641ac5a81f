// What brings itself up to date waits while somebody is choosing, reading a menu, asked something, or elsewhere.
document.addEventListener("htmx:beforeRequest", (event) => {
  const place = event.detail.elt;
  if (!place.matches("[data-refresh]")) return;
  const busy = place.querySelector("[data-choose]:checked, details[open], .table-active") || document.querySelector("dialog[open]");
  if (busy || document.hidden) event.preventDefault();
});
