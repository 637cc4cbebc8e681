// Joins the parts: piano and controls -> daemon; daemon -> roll, piano lights, sound and panels.

import { Grid } from "./grid.js";
import { Link } from "./link.js";
import { Panel } from "./panel.js";
import { CODES, Piano } from "./piano.js";
import { Roll } from "./roll.js";
import { Synth } from "./synth.js";
import { WhyLine } from "./why.js";

const ECHO_MS = 1500; // an own note comes back from the daemon well within this
const SETTLED_MS = 200; // a state may be this much older than a note that it does not know yet

const at = (id) => document.getElementById(id);
const grid = new Grid();
const roll = new Roll(at("roll"), grid);
const why = new WhyLine(at("why"));
const link = new Link({ hello, note, state, lost, error }, connection);
const panel = new Panel((message) => link.send(message));
const piano = new Piano(at("piano"), press, release);
let synth = null;
let echoes = []; // {on, pitch, until}: own notes that sound already and will be told by the daemon
let noticeTimer = 0;
let lastState = null;

/** Browsers allow sound only after a gesture, so the synth is made in the first one. */
function unlock() {
  synth ??= new Synth(new AudioContext({ latencyHint: "interactive" }), at("volume").value / 100);
  if (synth.context.state === "suspended") synth.context.resume();
}

function press(pitch, velocity) {
  unlock();
  if (at("hear-player").checked) synth.on("player", pitch, velocity);
  tell(true, pitch, velocity);
}

function release(pitch) {
  synth?.off("player", pitch);
  tell(false, pitch, 0);
}

function tell(on, pitch, velocity) {
  if (!link.isOpen) return;
  link.send(on ? { type: "note", on, pitch, velocity } : { type: "note", on, pitch });
  echoes.push({ on, pitch, until: performance.now() + ECHO_MS });
}

function isEcho(on, pitch) {
  const now = performance.now();
  echoes = echoes.filter((echo) => echo.until > now);
  const index = echoes.findIndex((echo) => echo.on === on && echo.pitch === pitch);
  if (index >= 0) echoes.splice(index, 1);
  return index >= 0;
}

function note({ who, on, pitch, velocity, at_ms: ms }) {
  const own = who === "player" && isEcho(on, pitch);
  if (!on) {
    roll.off(who, pitch, link.toPage(ms));
    piano.light(who, pitch, false);
    if (!own) synth?.off(who, pitch);
    return;
  }
  roll.on(who, pitch, velocity, link.toPage(ms));
  piano.light(who, pitch, true);
  if (!own && at(`hear-${who}`).checked) synth?.on(who, pitch, velocity);
}

function hello(message) {
  forget();
  panel.hello(message);
  if (message.state) show(message.state);
}

function state(message) {
  show(message.state);
}

function show(state) {
  lastState = state;
  const ms = link.toPage(state.told_ms);
  grid.tell(ms, state);
  roll.chord(state.chord, ms);
  settle("player", state.held, ms);
  settle("machine", state.sounding, ms);
  panel.state(state);
  why.show(state.why);
  write("chord", state.chord ?? "–");
  write("key-heard", state.key ?? "–");
  write("position", state.running ? `${state.bar + 1}.${state.beat + 1}` : "–");
}

/** End notes that no longer sound by what the daemon says, should their off have been lost. */
function settle(who, pitches, ms) {
  roll.keepOnly(who, pitches, ms - SETTLED_MS, (pitch) => end(who, pitch, ms));
}

function end(who, pitch, ms) {
  roll.off(who, pitch, ms);
  piano.light(who, pitch, false);
  synth?.off(who, pitch);
}

function write(id, text) {
  if (at(id).textContent !== text) at(id).textContent = text;
}

/** Some notes never came: end what sounds, rather than let one hang. */
function lost() {
  forget();
}

function error({ text }) {
  notice(text);
}

/** Say something that went wrong, for a while. */
function notice(text) {
  at("notice").textContent = text;
  at("notice").hidden = false;
  clearTimeout(noticeTimer);
  noticeTimer = setTimeout(() => { at("notice").hidden = true; }, 6000);
}

function forget() {
  echoes = [];
  synth?.allOff();
  piano.darken();
  roll.allOff(performance.now());
}

function connection(isOpen) {
  at("connection").dataset.state = isOpen ? "open" : "waiting";
  at("connection").textContent = isOpen ? "connected" : "reconnecting";
  if (!isOpen) {
    piano.letAllGo();
    forget();
  }
}

function panic() {
  piano.letAllGo();
  link.send({ type: "panic" });
  forget();
}

function octave(by) {
  piano.setOctave(piano.octave + by);
  at("octave").textContent = `C${piano.octave}`;
}

/** Download the take, or say why there is none. */
async function download(event) {
  event.preventDefault();
  const { href, download: name } = event.currentTarget;
  try {
    const answer = await fetch(href);
    if (!answer.ok) throw new Error(await answer.text());
    const url = URL.createObjectURL(await answer.blob());
    Object.assign(document.createElement("a"), { href: url, download: name }).click();
    setTimeout(() => URL.revokeObjectURL(url), 10000);
  } catch (error) {
    notice(error instanceof TypeError ? "The server does not answer." : error.message);
  }
}

/** Whether a key that goes down is meant for the piano, and not for a field or a shortcut. */
function isForPiano(event) {
  if (event.ctrlKey || event.metaKey || event.altKey) return false;
  return !event.target.matches?.("input[type=number], select");
}

addEventListener("keydown", (event) => {
  if (event.key === "Escape") panic();
  if (!isForPiano(event) || event.repeat) return;
  if (event.code === "KeyZ") octave(-1);
  else if (event.code === "KeyX") octave(1);
  else if (piano.keyDown(event.code)) event.preventDefault();
});
addEventListener("keyup", (event) => piano.keyUp(event.code));
addEventListener("blur", () => piano.letAllGo());
addEventListener("pagehide", () => piano.letAllGo());
document.addEventListener("visibilitychange", () => {
  if (document.hidden) piano.letAllGo();
});
for (const gesture of ["pointerdown", "keydown"]) addEventListener(gesture, unlock);

at("panic").addEventListener("click", panic);
at("stop").addEventListener("click", () => {
  piano.letAllGo();
  link.send({ type: "stop" });
});
at("take").addEventListener("click", download);
at("octave-down").addEventListener("click", () => octave(-1));
at("octave-up").addEventListener("click", () => octave(1));
at("latch").addEventListener("change", (event) => piano.setLatch(event.target.checked));
at("volume").addEventListener("input", (event) => {
  at("volume-value").textContent = `${event.target.value} %`;
  synth?.setVolume(event.target.value / 100);
});
for (const who of ["player", "machine"]) {
  at(`hear-${who}`).addEventListener("change", () => synth?.allOff(who));
}
// A choice made, the letters play again rather than search in the list.
for (const id of ["key", "tempo"]) at(id).addEventListener("change", (event) => event.target.blur());

setInterval(() => {
  at("hint").toggleAttribute("data-off", !roll.isEmpty);
  for (const cap of document.querySelectorAll("#hint kbd")) cap.textContent = piano.label(cap.dataset.code);
}, 250);

// What a curious person, or a test, may look at from the console.
globalThis.melodyrl = {
  codes: CODES,
  get voices() {
    return [...(synth?.sounding.keys() ?? [])];
  },
  get audio() {
    return synth?.context.state ?? "none";
  },
  get notes() {
    return roll.notes;
  },
  get frames() {
    return roll.frames;
  },
  get state() {
    return lastState;
  },
};
