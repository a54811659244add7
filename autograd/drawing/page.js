"use strict";
(() => {
  const steps = JSON.parse(document.getElementById("steps").textContent);
  const byId = (id) => document.getElementById(id);
  const rows = [...document.querySelectorAll("tbody tr")];
  const [slider, what, why, guess, verdict] = ["slider", "what", "why", "guess", "verdict"].map(byId);
  const colours = getComputedStyle(document.documentElement);
  const colour = (name) => colours.getPropertyValue(name).trim().toLowerCase();
  const isOf = (text, name) => (text.getAttribute("fill") || "").toLowerCase() === colour(name);
  const textsOf = (key) => [...(byId(key)?.querySelectorAll("text") || [])];
  let at = steps.length - 1;
  let timer = 0;

  document.documentElement.classList.add("js");
  byId("panel").hidden = false;
  byId("all").open = false;
  slider.max = String(steps.length - 1);

  // Values and local derivatives appear in the forward pass, a contribution with its arrow, an adjoint with its last one.
  const texts = [];
  steps.forEach((step, i) => {
    const box = textsOf("box-" + step.box);
    step.reveals.forEach((a) => textsOf("arrow-" + a).filter((t) => isOf(t, "--forward")).forEach((t) => texts.push([t, i])));
    if (step.kind === "forward") box.filter((t) => isOf(t, "--forward")).forEach((t) => texts.push([t, i]));
    else {
      if (step.completes) box.filter((t) => isOf(t, "--backward")).forEach((t) => texts.push([t, i]));
      if (step.arrow !== null)
        textsOf("arrow-" + step.arrow).filter((t) => !isOf(t, "--forward")).forEach((t) => texts.push([t, i]));
    }
  });

  const isHidden = () => byId("predict").checked && steps[at].answer !== null && !guess.dataset.solved;

  function show() {
    const step = steps[at];
    const hidden = isHidden();
    texts.forEach(([text, i]) => text.classList.toggle("later", i > at || (hidden && i === at)));
    document.querySelectorAll(".now-box, .now-arrow").forEach((e) => e.classList.remove("now-box", "now-arrow"));
    const box = byId("box-" + step.box);
    box?.classList.add("now-box");
    if (box) bringIntoView(box);
    if (step.arrow !== null) byId("arrow-" + step.arrow)?.classList.add("now-arrow");
    rows.forEach((row, i) => row.classList.toggle("now", i === at));
    rows.forEach((row, i) => { row.hidden = hidden && i >= at; });
    what.className = "what " + step.kind;
    what.textContent = hidden ? step.question : step.what;
    why.textContent = step.why;
    guess.hidden = !hidden && !guess.dataset.solved;
    slider.value = String(at);
    slider.setAttribute("aria-valuetext", "step " + (at + 1) + " of " + steps.length);
    byId("count").textContent = at + 1 + " / " + steps.length;
  }

  // Only the picture scrolls, and no further than it must.
  function bringIntoView(box) {
    const frame = document.querySelector(".picture");
    const [inner, outer] = [box.getBoundingClientRect(), frame.getBoundingClientRect()];
    const margin = 0.15 * outer.width;
    if (inner.left < outer.left + margin || inner.right > outer.right - margin)
      frame.scrollLeft += (inner.left + inner.right - outer.left - outer.right) / 2;
    if (inner.top < outer.top || inner.bottom > outer.bottom)
      frame.scrollTop += (inner.top + inner.bottom - outer.top - outer.bottom) / 2;
  }

  function go(to, keepHash) {
    at = Math.max(0, Math.min(steps.length - 1, to));
    delete guess.dataset.solved;
    byId("answer").value = verdict.textContent = "";
    if (!keepHash) history.replaceState(null, "", "#step=" + (at + 1));
    show();
    if (at === steps.length - 1) pause();
  }

  function pause() {
    clearInterval(timer);
    timer = 0;
    byId("play").setAttribute("aria-pressed", "false");
    byId("play").textContent = "play";
  }

  function play() {
    if (timer) return pause();
    if (at === steps.length - 1) go(0);
    timer = setInterval(() => { if (!isHidden()) go(at + 1); }, 1200);
    byId("play").setAttribute("aria-pressed", "true");
    byId("play").textContent = "pause";
  }

  function check(event) {
    event.preventDefault();
    const given = Number(byId("answer").value.replace(",", ".").replace("−", "-"));
    const wanted = steps[at].answer;
    const right = byId("answer").value.trim() !== "" && Math.abs(given - wanted) <= 0.01 * Math.abs(wanted) + 1e-9;
    verdict.textContent = right ? "✓ right" : "not yet: multiply forward by backward";
    if (right) { guess.dataset.solved = "yes"; show(); }
  }

  function fromHash() {
    const found = /^#step=(\d+)$/.exec(location.hash);
    go(found ? Number(found[1]) - 1 : 0, true);
  }

  const keys = {
    ArrowLeft: () => go(at - 1), ArrowRight: () => go(at + 1), Home: () => go(0), End: () => go(steps.length - 1),
    " ": play,
  };
  document.addEventListener("keydown", (event) => {
    if (event.target.matches("input[type=text], button, input[type=checkbox], summary") && event.key === " ") return;
    if (event.target.matches("input[type=text]") || event.ctrlKey || event.altKey || event.metaKey) return;
    if (keys[event.key]) { event.preventDefault(); keys[event.key](); }
  });
  byId("first").onclick = keys.Home;
  byId("previous").onclick = keys.ArrowLeft;
  byId("next").onclick = keys.ArrowRight;
  byId("last").onclick = keys.End;
  byId("play").onclick = play;
  byId("predict").onchange = show;
  slider.oninput = () => go(Number(slider.value));
  guess.onsubmit = check;
  window.addEventListener("hashchange", fromHash);
  fromHash();
})();
