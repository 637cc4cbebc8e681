// Joins the parts: piano, guest and controls -> daemon; daemon -> stage and panels.

import { Ahead } from "./ahead.js";
import { acceptFiles, offerFile } from "./drop.js";
import { Drums } from "./drums.js";
import { Grid } from "./grid.js";
import { Guest } from "./guest.js";
import { Health } from "./health.js";
import { Instrument } from "./instrument.js";
import { Keys } from "./keys.js";
import { Knobs } from "./knobs.js";
import { Learning } from "./learning.js";
import { Link } from "./link.js";
import { Panel } from "./panel.js";
import { CODES, Piano } from "./piano.js";
import { Policies } from "./policies.js";
import { Ports } from "./ports.js";
import { Roll } from "./roll.js";
import { WavButton } from "./save.js";
import { Score } from "./score.js";
import { saveScore, Shelf } from "./shelf.js";
import { leaveFields, listen } from "./shortcuts.js";
import { Stage } from "./stage.js";
import { Replay, tuneOf } from "./takes.js";
import { TUNES } from "./tunes.js";
import { VOICES, warm } from "./voices.js";
import { Why } from "./why.js";

const at = (id) => document.getElementById(id);
const send = (message) => link.send(message);
let noticeTimer = 0;
let lastState = null;

const instrument = new Instrument({
  get volume() { return at("volume").value / 100; },
  get voices() { return voicesChosen(); },
  isHeard: (part) => part.startsWith("take") || at(`hear-${part}`).checked,
});
const keys = new Keys(
  (pitch, velocity) => stage.press(pitch, velocity),
  (pitch) => stage.release(pitch),
  (pitch) => piano.paint(pitch),
);
const score = new Score();
const grid = new Grid();
const piano = new Piano(at("piano"), keys);
const ahead = new Ahead(at("ahead"), (ms) => link.toPage(ms));
const roll = new Roll(at("roll"), score, grid, ahead, () => instrument.latencyMs);
const why = new Why(at("why"), at("why-table"));
const panel = new Panel(send);
const drums = new Drums(
  (message) => {
    instrument.unlock();
    send(message);
  },
  () => grid.stepAt(performance.now() - instrument.latencyMs),
);
const learning = new Learning(send);
const knobs = new Knobs((name, value) => send({ type: "knob", name, value }), notice, learning);
const policies = new Policies(send, { select: at("policy"), card: at("policy-card") });
const health = new Health(at("connection"));
const ports = new Ports(keys, send, notice);
const link = new Link(
  { hello, note: (message) => stage.note(message), ahead: (message) => ahead.tell(message), state, lost, error },
  connection,
);
const stage = new Stage({ link, instrument, score, piano, midi: ports.midi });
const guest = new Guest(keys, grid, send, showPlaying);
const replay = new Replay(
  (part, pitch, velocity) => stage.begin(part, pitch, velocity, performance.now()),
  (part, pitch) => stage.end(part, pitch, performance.now()),
  showPlaying,
  notice,
);
const shelf = new Shelf({ dialog: at("takes-dialog"), said: at("takes-said"), list: at("takes") }, (path) => {
  instrument.unlock();
  return replay.start(path);
});
const wav = new WavButton(at("wav"), voicesChosen, notice);

function hello(message) {
  stage.forget();
  stage.kit = message.drums.map(({ pitch }) => pitch);
  panel.hello(message);
  drums.hello(message);
  knobs.hello(message.knobs);
  if (message.state) show(message.state);
}

function state(message) {
  show(message.state);
}

function show(state) {
  lastState = state;
  const ms = link.toPage(state.told_ms);
  grid.tell(ms, link.toPage(state.step_began_ms), state);
  guest.follow(state, ms);
  score.chord(state.chord, ms);
  stage.settle(state, ms);
  panel.state(state);
  policies.state(state);
  drums.state(state);
  piano.markSplit(state.split);
  markModeKeys(state.mode_keys);
  knobs.state(state.knobs);
  learning.state(state);
  why.show(state.why);
  health.state(state);
  write(at("chord"), state.chord ?? "–");
  write(at("key-heard"), state.key ?? "–");
  write(at("position"), state.running ? `${state.bar + 1}.${state.beat + 1}` : "–");
}

/** They are the same for as long as the daemon runs. */
function markModeKeys(pairs) {
  if (pairs.length === stage.modeKeys.size && pairs.every(([pitch, mode]) => stage.modeKeys.get(pitch) === mode)) return;
  stage.modeKeys = new Map(pairs);
  piano.markModeKeys(stage.modeKeys);
  panel.showModeKeys(pairs.map(([pitch]) => pitch));
}

function write(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/** Some notes never came: end what sounds, rather than let one hang. */
function lost() {
  stage.forget();
}

function error({ text }) {
  notice(text);
}

/** Say something that went wrong, for a while. */
function notice(text) {
  at("notice").textContent = text;
  at("notice").hidden = false;
  clearTimeout(noticeTimer);
  noticeTimer = setTimeout(() => { at("notice").hidden = true; }, 8000);
}

function connection(isOpen) {
  health.open(isOpen);
  ahead.forget();
  if (!isOpen) silence();
}

/** Everything that this page plays, ended. */
function silence() {
  replay.stop();
  guest.stop();
  piano.letAllGo();
  stage.forget();
}

function panic() {
  silence();
  at("latch").checked = false;
  piano.setLatch(false);
  send({ type: "panic" });
}

function octave(step) {
  piano.setOctave(piano.octave + step);
  at("octave").textContent = `C${piano.octave}`;
}

function voicesChosen() {
  return { player: at("voice-player").value, machine: at("voice-machine").value };
}

/** One click begins a duet, the next one ends it. */
function duet() {
  instrument.unlock();
  if (guest.isPlaying) guest.stop();
  else guest.start(TUNES[at("tune").value]);
}

async function hearTake() {
  instrument.unlock();
  if (replay.isPlaying) replay.stop();
  else await attempt(() => replay.start());
}

async function playFile(file) {
  instrument.unlock();
  await attempt(async () => guest.start(await tuneOf(file)));
}

async function attempt(work) {
  try {
    await work();
  } catch (problem) {
    notice(problem.message);
  }
}

function showPlaying() {
  at("duet").textContent = guest.isPlaying ? "Stop" : "Duet";
  at("duet").dataset.state = guest.isPlaying ? "playing" : "";
  at("replay").textContent = replay.isPlaying ? "Stop replay" : "Replay take";
}

at("tune").append(...TUNES.map(({ title }, index) => new Option(title, index)));
for (const [role, usual] of [["player", "piano"], ["machine", "pluck"]]) {
  const select = at(`voice-${role}`);
  select.append(...Object.entries(VOICES).map(([name, { title }]) => new Option(title, name)));
  select.value = usual;
  select.addEventListener("change", () => instrument.synth?.setInstrument(role, select.value));
  at(`hear-${role}`).addEventListener("change", () => instrument.allOff(role));
}
at("hear-drums").addEventListener("change", () => instrument.allOff("drums"));
warm(["piano", "pluck"]);

const clicks = {
  panic, duet, "first-duet": duet, replay: hearTake, wav: () => attempt(() => wav.save()),
  score: () => attempt(saveScore),
  "takes-open": () => shelf.open(),
  "octave-down": () => octave(-1), "octave-up": () => octave(1),
  stop() {
    silence();
    send({ type: "stop" });
  },
};
for (const [id, work] of Object.entries(clicks)) at(id).addEventListener("click", work);
at("latch").addEventListener("change", (event) => piano.setLatch(event.target.checked));
at("pedal").addEventListener("change", (event) => keys.pedal(event.target.checked));
keys.onPedal = (isDown) => { at("pedal").checked = isDown; };
at("volume").addEventListener("input", ({ target }) => {
  at("volume-value").textContent = `${target.value} %`;
  instrument.synth?.setVolume(target.value / 100);
});
// To a browser a finger that comes down is no gesture yet, and allows no sound; one that rises is.
addEventListener("touchend", () => instrument.unlock(), { capture: true, passive: true });
listen(piano, {
  octave, escape: () => learning.stop() || panic(), pedal: (isDown) => keys.pedal(isDown), undo: () => knobs.undo(),
});
leaveFields();
acceptFiles(at("drop"), playFile);
offerFile(at("take"), "audio/midi");

setInterval(() => {
  at("hint").toggleAttribute("data-off", guest.isPlaying || !roll.isEmpty);
  for (const cap of document.querySelectorAll("#hint kbd")) write(cap, piano.label(cap.dataset.code));
}, 250);

// What a curious person, or a test, may look at from the console.
globalThis.melodyrl = {
  codes: CODES,
  get voices() {
    return [...(instrument.synth?.sounding.keys() ?? [])];
  },
  get audio() {
    return instrument.synth?.context.state ?? "none";
  },
  get instruments() {
    return instrument.synth?.instruments;
  },
  get notes() {
    return score.notes;
  },
  ahead,
  roll,
  score,
  get frameMs() {
    return roll.spentMs;
  },
  get state() {
    return lastState;
  },
};
