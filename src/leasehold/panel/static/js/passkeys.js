// Passkeys: the server's question goes to the browser, the answer goes back as a form.
(() => {
  const able = window.PublicKeyCredential?.parseRequestOptionsFromJSON && window.PublicKeyCredential?.parseCreationOptionsFromJSON;
  if (!able) return;

  const answerOf = (form) => form.querySelector("[data-passkey-answer]");
  const ask = async (form) => {
    const answer = await fetch(form.dataset.passkeyAsk, {
      method: "POST",
      headers: { "X-CSRFToken": form.elements.csrf_token.value, Accept: "application/json" },
      credentials: "same-origin",
    });
    if (!answer.headers.get("Content-Type")?.startsWith("application/json")) { location.reload(); return null; }
    const options = await answer.json();
    return form.dataset.passkey === "create"
      ? navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(options) })
      : navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(options) });
  };

  document.querySelectorAll("form[data-passkey]").forEach((form) => {
    form.hidden = false;
    form.addEventListener("submit", async (event) => {
      if (answerOf(form).value) return;
      event.preventDefault();
      const problem = form.querySelector("[data-passkey-problem]");
      problem.hidden = true;
      try {
        const credential = await ask(form);
        if (!credential) return;
        answerOf(form).value = JSON.stringify(credential.toJSON());
        form.requestSubmit();
      } catch (error) {
        problem.hidden = false;
      }
    });
  });
})();
