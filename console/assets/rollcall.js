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
document.addEventListener("keydown", (e) => {
  if (e.ctrlKey || e.metaKey || e.altKey || e.target.closest("input, textarea, select, [contenteditable]")) return;
  const to = e.key === "/" ? document.querySelector("[data-search]") : e.key === "i" ? document.querySelector("a[data-invite]") : null;
  if (!to) return;
  e.preventDefault();
  if (to.matches("a")) to.click(); else to.focus();
});
for (const box of document.querySelectorAll("input[data-all]")) {
  box.hidden = false;
  box.addEventListener("change", () => {
    for (const b of box.form.querySelectorAll("input[type=checkbox]:not([data-all])")) b.checked = box.checked;
  });
}
for (const button of document.querySelectorAll("button[data-show]")) {
  const field = document.getElementById(button.dataset.show);
  button.hidden = false;
  button.addEventListener("click", () => {
    const shown = field.type === "text";
    field.type = shown ? "password" : "text";
    button.textContent = shown ? "Show the password" : "Hide the password";
  });
}
for (const form of document.querySelectorAll("form[data-passkey]")) {
  const button = form.querySelector("[data-passkey-button]");
  const making = form.dataset.passkey === "create";
  const read = window.PublicKeyCredential && (making ? PublicKeyCredential.parseCreationOptionsFromJSON : PublicKeyCredential.parseRequestOptionsFromJSON);
  const optional = "optional" in form.dataset;
  if (optional) button.hidden = !read;
  if (!read && optional) continue;
  if (!read) {
    button.disabled = true;
    button.textContent = "This browser has no passkeys";
    continue;
  }
  form.addEventListener("submit", async (event) => {
    if (form.elements.answer.value || optional && event.submitter !== button) return;
    event.preventDefault();
    if (optional && [...form.elements].some((e) => e.type !== "password" && !e.reportValidity())) return;
    button.disabled = true;
    try {
      const publicKey = read.call(PublicKeyCredential, JSON.parse(form.dataset.options));
      const made = await (making ? navigator.credentials.create({ publicKey }) : navigator.credentials.get({ publicKey }));
      form.elements.answer.value = JSON.stringify(made.toJSON());
    } catch {
      form.elements.answer.value = "none";
    }
    button.disabled = false;
    form.submit();
  });
}
