// Keeps a status page up to date and counts its time. The page works without it, and all texts come with the page.
"use strict";
(() => {
  const byId = (id) => document.getElementById(id);
  if (!byId("main")?.dataset.phase) return;
  const path = location.pathname;
  const wish = `notify:${path}`;

  // The server's clock. This computer's may be wrong, so only the time since the page arrived is taken from it.
  let serverTime = 0;
  let takenAt = 0;
  const now = () => serverTime + performance.now() - takenAt;
  const setClock = (text) => {
    serverTime = Date.parse(text);
    takenAt = performance.now();
  };

  const secondsSince = (place) => Math.max(0, Math.floor((now() - Date.parse(place.dataset.since)) / 1000));

  const count = () => {
    for (const place of document.querySelectorAll("[data-since][data-format]")) {
      const seconds = secondsSince(place);
      const text = place.dataset.format.replace("{m}", Math.floor(seconds / 60)).replace("{s}", seconds % 60);
      if (place.textContent !== text) place.textContent = text;
    }
  };

  // What is left of a wait: in words, in the title, and as a bar that only being ready fills.
  const countDown = () => {
    const left = byId("left");
    const bar = byId("bar");
    if (left?.dataset.at) {
      const minutes = Math.max(1, Math.ceil((Date.parse(left.dataset.at) - now()) / 60_000));
      const text = left.dataset.format.replace("{m}", minutes);
      if (left.textContent !== text) {
        left.textContent = text;
        bar.setAttribute("aria-valuetext", text);
      }
      document.title = byId("main").dataset.title.replace("{m}", minutes);
    }
    if (bar) bar.value = Math.min(secondsSince(bar), bar.max - Math.floor(bar.max / 20));
  };

  // The notice before the VPN goes. Once for each time at which it goes, and not before another look: it may have come
  // to be used meanwhile.
  let toldOf = null;
  let lookedFor = null;
  const tellOfGoing = () => {
    const going = byId("going");
    if (!going) toldOf = lookedFor = null;
    if (!going || now() < Date.parse(going.dataset.from)) return;
    const text = going.querySelector("p").textContent;
    if (toldOf !== text && (busy || lookedFor !== text)) {
      lookedFor = text;
      tick();
      return;
    }
    going.hidden = false;
    if (toldOf === text) return;
    toldOf = text;
    byId("live").textContent = text;
    notify(`${text} – ${document.querySelector(".name").textContent}`);
  };

  const everySecond = () => {
    count();
    countDown();
    tellOfGoing();
  };

  const isNotifying = () => Notification.permission === "granted" && sessionStorage.getItem(wish) === "1";

  const offerNotice = () => {
    const place = byId("notify");
    if (!place || !("Notification" in window)) return;
    const { permission } = Notification;
    const isSet = isNotifying();
    place.hidden = false;
    byId("notify-button").hidden = isSet || permission === "denied";
    byId("notify-set").hidden = !isSet;
    byId("notify-off").hidden = !isSet;
    // What a browser never lets happen is said to those who want it, or wait.
    const isWanted = "awaited" in byId("main").dataset || sessionStorage.getItem(wish) === "1";
    byId("notify-denied").hidden = permission !== "denied" || !isWanted;
  };

  const notify = (text) => {
    if (!("Notification" in window) || !isNotifying()) return;
    try {
      const notice = new Notification(text, { tag: wish });
      notice.onclick = () => { window.focus(); notice.close(); };
    } catch {
      // Some phones only let a service worker notify; title and icon still change.
    }
  };

  // Replaces the page by what the server rendered; what the employee opened, chose or focused stays so.
  const show = (fresh) => {
    const before = byId("main");
    const after = fresh.getElementById("main");
    if (!after?.dataset.phase) return location.reload();
    const focused = document.activeElement;
    const hadFocus = before.contains(focused);
    const headline = byId("headline").textContent;
    for (const open of before.querySelectorAll("details[open]")) {
      after.querySelector(`#${open.id}`)?.setAttribute("open", "");
    }
    for (const choice of before.querySelectorAll("select")) {
      const option = after.querySelector(`#${choice.id} option[value="${choice.value}"]`);
      if (option) option.selected = true;
    }
    for (const input of before.querySelectorAll("input:not([type=hidden])")) {
      const same = input.id && after.querySelector(`#${input.id}`);
      if (same) [same.value, same.checked] = [input.value, input.checked];
    }
    const order = before.querySelector("#order")?.textContent;
    const freshOrder = after.querySelector("#order")?.textContent;
    before.replaceWith(document.adoptNode(after));
    setClock(after.dataset.now);
    document.title = fresh.title;
    const icon = document.querySelector("link[rel=icon]");
    const freshIcon = fresh.querySelector("link[rel=icon]");
    if (icon.getAttribute("href") !== freshIcon.getAttribute("href")) icon.replaceWith(document.adoptNode(freshIcon));
    if (hadFocus) ((focused.id && byId(focused.id)) || byId("headline")).focus({ preventScroll: true });
    if (byId("headline").textContent !== headline) byId("live").textContent = byId("headline").textContent;
    else if (freshOrder && freshOrder !== order) byId("live").textContent = freshOrder;
    if (before.dataset.phase !== "ready" && after.dataset.phase === "ready") notify(document.title);
    everySecond();
    offerNotice();
  };

  let seen = null;
  let quietLooks = 0;
  let failures = 0;
  let timer = 0;
  let ended = false;
  let busy = false;

  const end = () => {
    ended = true;
    clearTimeout(timer);
    clearInterval(counting);
    byId("out-of-reach").hidden = true;
    const notice = byId("session-ended");
    notice.hidden = false;
    document.title = `${notice.querySelector("a").textContent} – ${document.title}`;
  };

  // An ended session is answered with a redirect to another origin, which only a navigation can follow.
  const ask = async (accept) => {
    const answer = await fetch(path, { headers: { accept }, redirect: "manual", cache: "no-store" });
    if (answer.type === "opaqueredirect" || answer.status === 401) return end();
    if (answer.status === 403 || answer.status === 404) return location.reload();
    if (!answer.ok) throw new Error(`${answer.status}`);
    return answer;
  };

  const look = async () => {
    const answer = await ask("application/json");
    if (!answer) return;
    const { observedAt, ...status } = await answer.json();
    // The computer may have slept, which stops the time counted here.
    if (Date.parse(observedAt) > now()) setClock(observedAt);
    const text = JSON.stringify(status);
    quietLooks = text === seen ? quietLooks + 1 : 0;
    // A list that the employee has open is not replaced, and what an administrator types is not interrupted.
    const { activeElement } = document;
    const isChoosing = activeElement?.tagName === "SELECT" && status.phase === byId("main").dataset.phase;
    const isTyping = activeElement?.matches("#orders input:not([type=radio]), #bookings input:not([type=checkbox])");
    if (text !== seen && !isChoosing && !isTyping) {
      const page = await ask("text/html");
      if (!page) return;
      show(new DOMParser().parseFromString(await page.text(), "text/html"));
      seen = text;
    }
  };

  // Often while the VPN starts or stops, seldom while nothing changes or the tab is hidden.
  const delay = () => {
    const isMoving = ["starting", "stopping"].includes(byId("main").dataset.phase);
    const seconds = (isMoving ? 5 : 20) * (quietLooks > 24 ? 2 : 1) * (document.hidden ? 4 : 1);
    return 1000 * Math.min(seconds * 2 ** Math.min(failures, 4), 240);
  };

  const tick = async () => {
    if (busy || ended) return;
    busy = true;
    clearTimeout(timer);
    try {
      await look();
      failures = 0;
    } catch {
      failures += 1;
    }
    busy = false;
    if (ended) return;
    byId("out-of-reach").hidden = failures < 2;
    timer = setTimeout(tick, delay());
  };

  document.addEventListener("click", async (event) => {
    const { id } = event.target;
    if (id === "notify-button") {
      sessionStorage.setItem(wish, "1");
      await Notification.requestPermission();
    } else if (id === "notify-off") {
      sessionStorage.removeItem(wish);
    } else {
      return;
    }
    offerNotice();
    byId(id === "notify-off" ? "notify-button" : "notify-off").focus();
  });
  document.addEventListener("visibilitychange", () => { if (!document.hidden) tick(); });
  window.addEventListener("online", tick);

  setClock(byId("main").dataset.now);
  offerNotice();
  // Whoever opens a page reads its notice: it is not told anew.
  if (byId("going")?.hidden === false) toldOf = byId("going").querySelector("p").textContent;
  const counting = setInterval(everySecond, 1000);
  timer = setTimeout(tick, 2000);
})();
