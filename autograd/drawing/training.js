(async () => {
  const data = JSON.parse(byId("data").textContent);
  const bytes = Uint8Array.from(atob(data.pictures), (c) => c.charCodeAt(0));
  const inflated = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
  const pictures = JSON.parse(await new Response(inflated).text());
  const [slider, what, picture] = ["slider", "what", "picture"].map(byId);
  const marker = byId("now").querySelector("ellipse");
  let at = 0;

  function show(to) {
    at = Math.max(0, Math.min(pictures.length - 1, to));
    picture.innerHTML = pictures[at];
    marker.setAttribute("cx", data.points[at][0]);
    marker.setAttribute("cy", data.points[at][1]);
    what.textContent = data.said[at];
    slider.value = String(at);
    slider.setAttribute("aria-valuetext", data.said[at]);
    document.querySelectorAll("tbody tr").forEach((row, i) => row.classList.toggle("now", i === at));
    remember("#" + at);
    if (isLast()) pause();
  }

  const isLast = () => at === pictures.length - 1;
  const [play, pause] = player(() => show(at + 1), 400, isLast, () => show(0));

  const keys = {
    ArrowLeft: () => show(at - 1), ArrowRight: () => show(at + 1), Home: () => show(0),
    End: () => show(pictures.length - 1), " ": play, f: fill,
  };
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    if (event.target.matches("button, summary") && event.key === " ") return;
    if (keys[event.key]) { event.preventDefault(); keys[event.key](); }
  });
  const buttons = {
    first: keys.Home, previous: keys.ArrowLeft, next: keys.ArrowRight, last: keys.End, play, full: fill,
  };
  for (const [id, press] of Object.entries(buttons)) byId(id).onclick = press;
  slider.max = String(pictures.length - 1);
  slider.oninput = () => show(Number(slider.value));
  document.documentElement.classList.add("js");
  ["slider", "panel", "keys"].forEach((id) => { byId(id).hidden = false; });
  document.querySelector("details").open = false;
  show(Number(/^#(\d+)$/.exec(location.hash)?.[1] ?? 0));
})();
