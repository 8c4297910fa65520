"use strict";
for (const form of document.querySelectorAll("form[data-forward]")) form.submit();
for (const button of document.querySelectorAll("button[data-copy]")) {
  if (!navigator.clipboard) continue;
  button.hidden = false;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(document.getElementById(button.dataset.copy).value);
    const done = button.parentElement.querySelector("[data-copied]");
    if (done) done.hidden = false;
  });
}
