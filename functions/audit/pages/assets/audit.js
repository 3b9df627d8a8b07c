// Lets what is marked be copied by a button. The page works without it, and all texts come with the page.
"use strict";
(() => {
  if (!navigator.clipboard) return;
  const { copy, copied } = document.getElementById("main")?.dataset ?? {};
  if (!copy) return;
  for (const place of document.querySelectorAll("[data-copy]")) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "copy";
    button.textContent = copy;
    button.setAttribute("aria-label", `${copy}: ${place.textContent}`);
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(place.textContent);
      button.textContent = copied;
      document.getElementById("live").textContent = copied;
      setTimeout(() => { button.textContent = copy; }, 2000);
    });
    place.after(" ", button);
  }
})();
