(() => {
  const all = JSON.parse(byId("steps").textContent);
  const names = Object.keys(all);
  const [slider, what, why, guess, verdict] = ["slider", "what", "why", "guess", "verdict"].map(byId);
  let view = names[0], steps = all[view], at = 0;
  const asked = new Map(); // the steps that were asked: whether the first answer was right

  document.documentElement.classList.add("js");
  ["panel", "search", "zooms", "keys"].forEach((id) => { byId(id).hidden = false; });
  byId("choice").hidden = names.length < 2;
  document.querySelectorAll("details").forEach((e) => { e.open = false; });

  // What each view shows when: [text, the step that reveals it].
  const texts = {};
  for (const name of names) {
    texts[name] = [];
    all[name].forEach((step, i) => step.reveals.forEach(([id, colour]) => {
      const group = byId(id);
      if (group) group.querySelectorAll(":scope > text." + colour).forEach((text) => texts[name].push([text, i]));
    }));
  }

  const frame = () => byId("view-" + view).querySelector(".picture");
  const picture = () => frame().querySelector("svg");

  // --- steps ---------------------------------------------------------------------------------

  const isHidden = () => byId("predict").checked && steps[at].answer !== null && !guess.dataset.solved;
  const unit = () => byId("unit").value;
  const together = (i, j) => unit() !== "contribution" && steps[i] && steps[j] && steps[i].kind === steps[j].kind &&
    (unit() === "operation" ? steps[i].node === steps[j].node : steps[i].layer === steps[j].layer);

  // The first step of the group that ends at i.
  function start(i) {
    while (together(i - 1, i)) i -= 1;
    return i;
  }

  function show() {
    const hidden = isHidden(), from = start(at);
    texts[view].forEach(([text, i]) => text.classList.toggle("later", i > at || (hidden && i === at)));
    document.querySelectorAll(".now").forEach((e) => e.classList.remove("now"));
    const group = steps.slice(from, at + 1);
    const focus = group.flatMap((step) => step.focus).map(byId).filter(Boolean);
    focus.forEach((e) => e.classList.add("now"));
    if (focus[0]) { if (at > 0) comeNear(focus[0]); bringIntoView(focus[0]); }
    const rows = [...byId("view-" + view).querySelectorAll("tbody tr")];
    rows.forEach((row, i) => { row.classList.toggle("now", i >= from && i <= at); row.hidden = hidden && i >= at; });
    what.className = "what " + steps[at].kind;
    document.querySelector("main").dataset.pass = steps[at].kind;
    const lines = group.map((step, i) => (hidden && i === group.length - 1 ? step.question : step.what));
    what.textContent = lines.join("\n");
    why.textContent = group.length === 1 ? steps[at].why : "";
    guess.hidden = !hidden && !guess.dataset.solved;
    slider.max = String(steps.length - 1);
    slider.value = String(at);
    slider.setAttribute("aria-valuetext", "step " + (at + 1) + " of " + steps.length);
    byId("count").textContent = at + 1 + " / " + steps.length;
    const right = [...asked.values()].filter(Boolean).length;
    byId("score").textContent = asked.size ? right + " of " + asked.size + " right at once" : "";
  }

  function go(to, keepHash) {
    at = Math.max(0, Math.min(steps.length - 1, to));
    delete guess.dataset.solved;
    byId("answer").value = verdict.textContent = "";
    if (!keepHash) remember("#" + view + "=" + (at + 1));
    show();
    if (at === steps.length - 1) pause();
  }

  function forward() {
    let to = at + 1;
    while (together(to, to + 1)) to += 1;
    go(to);
  }

  const back = () => go(start(at) - 1);

  const advance = () => { if (!isHidden()) forward(); };
  const [play, pause] = player(advance, 1200, () => at === steps.length - 1, () => go(0));

  // A number, or a fraction such as 1/4; a comma counts as a point.
  function numberOf(text) {
    const parts = text.trim().replace(/,/g, ".").replace(/−/g, "-").split("/");
    if (parts.length > 2 || parts.some((part) => part.trim() === "")) return NaN;
    return parts.length === 2 ? Number(parts[0]) / Number(parts[1]) : Number(parts[0]);
  }

  function check(event) {
    event.preventDefault();
    const given = numberOf(byId("answer").value), wanted = steps[at].answer;
    const right = Math.abs(given - wanted) <= 0.01 * Math.abs(wanted) + 1e-9;
    const key = view + at;
    if (!asked.has(key)) asked.set(key, right);
    verdict.textContent = right ? "✓ right" : Number.isNaN(given) ? "a number, such as 0.25 or 1/4" : "not yet: multiply forward by backward";
    if (right) guess.dataset.solved = "yes";
    show();
  }

  // --- the picture -----------------------------------------------------------------------------

  const SVG = "http://www.w3.org/2000/svg";

  // Everything in a picture as one group, which its map shows too.
  for (const name of names) {
    const svg = byId("view-" + name).querySelector(".picture svg"), all = document.createElementNS(SVG, "g");
    all.id = "all-" + name;
    all.append(...[...svg.children].filter((e) => !["title", "desc", "style"].includes(e.localName)));
    svg.append(all);
  }

  const LEGIBLE = 8, READABLE = 13; // pixels: text below the first is too small to follow, the second is what is shown then
  const boxes = {}; // the part of each view that is seen: x, y, width, height
  const chosen = {}; // the views in which the reader has zoomed or moved
  const whole = () => (picture().dataset.whole ||= picture().getAttribute("viewBox")).split(" ").map(Number);

  function look(box) {
    boxes[view] = box;
    picture().setAttribute("viewBox", box.map((x) => x.toFixed(2)).join(" "));
    drawMap(box);
  }

  // The map in the corner: the whole picture, and in it the part that is seen; only while something is not.
  function drawMap([x, y, width, height]) {
    const [, , most, high] = whole();
    const map = byId("map"), area = byId("area");
    map.toggleAttribute("hidden", width >= most && height >= high && x <= 0 && y <= 0);
    if (map.dataset.view !== view) {
      map.dataset.view = view;
      map.setAttribute("viewBox", whole().join(" "));
      map.querySelector("use").setAttribute("href", "#all-" + view);
    }
    Object.entries({ x, y, width, height }).forEach(([name, value]) => area.setAttribute(name, value));
    area.setAttribute("stroke-width", most / 100);
  }

  function seeAt(event) {
    const point = new DOMPoint(event.clientX, event.clientY).matrixTransform(byId("map").getScreenCTM().inverse());
    const [, , width, height] = boxes[view];
    look([point.x - width / 2, point.y - height / 2, width, height]);
  }

  function zoom(factor, x, y) {
    const [left, top, width, height] = boxes[view];
    const [, , most] = whole();
    const scale = Math.min(Math.max(width * factor, most / 40), most * 2) / width;
    chosen[view] = true;
    const [cx, cy] = x === undefined ? [left + width / 2, top + height / 2] : [x, y];
    look([cx - (cx - left) * scale, cy - (cy - top) * scale, width * scale, height * scale]);
  }

  function place(event) {
    const point = new DOMPoint(event.clientX, event.clientY).matrixTransform(picture().getScreenCTM().inverse());
    return [point.x, point.y];
  }

  // See so much of the picture, with an element in the middle.
  function lookAt(element, width, height) {
    const box = element.getBoundingClientRect(), matrix = picture().getScreenCTM();
    if (!matrix) return;
    const middle = new DOMPoint((box.left + box.right) / 2, (box.top + box.bottom) / 2).matrixTransform(matrix.inverse());
    look([middle.x - width / 2, middle.y - height / 2, width, height]);
  }

  // From the whole of a picture too large to be read, zoom to an element, unless the reader has chosen what to see.
  function comeNear(element) {
    const matrix = picture().getScreenCTM(), text = element.querySelector("text");
    const height = matrix && text ? matrix.a * parseFloat(getComputedStyle(text).fontSize) : READABLE;
    if (chosen[view] || height >= LEGIBLE) return;
    const [, , width, high] = boxes[view].map((length) => length * height / READABLE);
    lookAt(element, width, high);
  }

  // Move the picture so that an element is seen, if it is not.
  function bringIntoView(element) {
    const inner = element.getBoundingClientRect(), outer = frame().getBoundingClientRect();
    if (inner.left >= outer.left && inner.right <= outer.right && inner.top >= outer.top && inner.bottom <= outer.bottom) return;
    lookAt(element, ...boxes[view].slice(2));
  }

  function switchTo(name) {
    view = name;
    steps = all[name];
    byId("view").value = name;
    names.forEach((other) => { byId("view-" + other).hidden = other !== name; });
    if (!boxes[name]) look(whole());
  }

  function find() {
    const wanted = byId("search").value.trim().toLowerCase();
    document.querySelectorAll(".found").forEach((e) => e.classList.remove("found"));
    if (!wanted) return;
    const said = (e) => (e.querySelector(":scope > title")?.textContent || "").toLowerCase();
    const groups = [...picture().querySelectorAll("g.box, g.row, g.neurons, g.inputs, g.cost, g.wire, g.cell")];
    const found = groups.filter((e) => said(e).split(/[^\p{L}\p{N}\p{M}_.\[\]]+/u).includes(wanted));
    const near = found.length ? found : groups.filter((e) => said(e).startsWith(wanted));
    near.forEach((e) => e.classList.add("found"));
    if (near[0]) bringIntoView(near[0]);
  }

  for (const name of names) {
    const area = byId("view-" + name).querySelector(".picture");
    let held = null;
    area.addEventListener("wheel", (event) => {
      event.preventDefault();
      zoom(Math.exp(event.deltaY * 0.0015), ...place(event));
    }, { passive: false });
    area.addEventListener("pointerdown", (event) => { chosen[view] = true; held = place(event); area.setPointerCapture(event.pointerId); area.classList.add("held"); });
    area.addEventListener("pointermove", (event) => {
      if (!held) return;
      const [x, y] = place(event), [left, top, width, height] = boxes[view];
      look([left + held[0] - x, top + held[1] - y, width, height]);
    });
    ["pointerup", "pointercancel"].forEach((kind) => area.addEventListener(kind, () => { held = null; area.classList.remove("held"); }));
  }

  // --- keys and buttons ------------------------------------------------------------------------

  function fromHash() {
    const found = /^#(\w+)=(\d+)$/.exec(location.hash);
    const name = found && all[found[1]] ? found[1] : view;
    switchTo(name);
    go(found ? Number(found[2]) - 1 : 0, true);
  }

  const keys = {
    ArrowLeft: back, ArrowRight: forward, Home: () => go(0), End: () => go(steps.length - 1), " ": play,
    "+": () => zoom(0.8), "=": () => zoom(0.8), "-": () => zoom(1.25), 0: () => { chosen[view] = true; look(whole()); }, f: fill,
    "/": () => byId("search").focus(),
  };
  document.addEventListener("keydown", (event) => {
    if (event.target.matches("input[type=text], input[type=search], select") || event.ctrlKey || event.altKey || event.metaKey) return;
    if (event.target.matches("button, input[type=checkbox], summary") && event.key === " ") return;
    if (event.target.matches("input[type=range]") && event.key.startsWith("Arrow")) { event.preventDefault(); }
    if (keys[event.key]) { event.preventDefault(); keys[event.key](); }
  });
  const buttons = {
    first: keys.Home, previous: back, next: forward, last: keys.End, play, in: keys["+"], out: keys["-"], fit: keys[0], full: fill,
  };
  for (const [id, press] of Object.entries(buttons)) byId(id).onclick = press;
  byId("map").onpointerdown = (event) => { byId("map").setPointerCapture(event.pointerId); seeAt(event); };
  byId("map").onpointermove = (event) => { if (event.buttons) seeAt(event); };
  byId("view").onchange = () => { switchTo(byId("view").value); go(0); };
  byId("unit").onchange = show;
  byId("predict").onchange = show;
  byId("search").oninput = find;
  slider.oninput = () => go(Number(slider.value));
  guess.onsubmit = check;
  window.addEventListener("hashchange", fromHash);
  window.addEventListener("beforeprint", () => picture().setAttribute("viewBox", whole().join(" ")));
  window.addEventListener("afterprint", () => look(boxes[view]));
  fromHash();
})();
