"use strict";
const byId = (id) => document.getElementById(id);

function fill() {
  if (document.fullscreenElement) document.exitFullscreen();
  else document.querySelector("main").requestFullscreen?.();
}

// The address keeps the step, unless the page is embedded as a text, which has no address of its own.
function remember(hash) {
  try { history.replaceState(null, "", hash); } catch { /* SecurityError */ }
}

// The play button: it advances every so many milliseconds, from the start again if it is at the end.
function player(advance, milliseconds, isAtEnd, restart) {
  let timer = 0;

  function say(pressed, text) {
    byId("play").setAttribute("aria-pressed", pressed);
    byId("play").textContent = text;
  }

  function pause() {
    clearInterval(timer);
    timer = 0;
    say("false", "play");
  }

  function play() {
    if (timer) return pause();
    if (isAtEnd()) restart();
    timer = setInterval(advance, milliseconds);
    say("true", "pause");
  }

  return [play, pause];
}
