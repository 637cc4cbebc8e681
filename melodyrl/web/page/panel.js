// Mode, tempo and clock, meter, key, split and feel. Each asks the daemon, and shows what the daemon says.

import { pitchName } from "./piano.js";

const NAMES = ["C", "C♯", "D", "E♭", "E", "F", "F♯", "G", "A♭", "A", "B♭", "B"];
const MODE_WORDS = {
  solo: "Improvises over the chords that you hold.",
  answer: "Waits for your phrase, and replies in its rhythm and shape.",
  harmony: "Adds a second voice to each note that you play.",
  chords: "Plays chords to the tune that you play.",
  off: "Listens, and plays nothing.",
};
const FEEL_WORDS = {
  any: "any: it chooses, and moves on after some bars",
  hymn: "hymn: even quarters, by step",
  reel: "reel: running eighths, over the chord",
  air: "air: flowing, with dots",
  ballad: "ballad: long notes",
  song: "song: off the beat, with rests",
  hornpipe: "hornpipe: dotted and wide",
};
const CLOCK_NAMES = { internal: "Its own", midi: "MIDI clock", follow: "Your beat", link: "Ableton Link" };
const CLOCK_WORDS = {
  waiting: "It has not started yet.",
  locked: "The music keeps to it.",
  holding: "It is not heard; the music goes on at its last tempo.",
};
const ASKED = { // what each choice asks for, by its value
  key(value) {
    const [tonic, minor] = value.split(" ");
    return tonic === "auto" ? { type: "key", tonic: null } : { type: "key", tonic: Number(tonic), minor: minor === "true" };
  },
  meter(value) {
    const [beats, unit] = value.split("/").map(Number);
    return { type: "meter", beats, unit };
  },
  "clock-source": (source) => ({ type: "clock", source }),
  split: (value) => ({ type: "split", pitch: value === "" ? null : Number(value) }),
  feel: (feel) => ({ type: "feel", feel }),
};
const SETTLE_MS = 500; // a control that was just moved is not moved back by an older state

const at = (id) => document.getElementById(id);

export class Panel {
  /** send(message) asks the daemon. */
  constructor(send) {
    this.send = send;
    this.modeKeys = Object.assign(document.createElement("p"), { id: "mode-keys", hidden: true });
    this.touched = new Map(); // control -> when the person last moved it
    at("tempo").addEventListener("change", () => this.askTempo(Number(at("tempo").value)));
    const tap = () => this.send({ type: "tap" });
    at("tap").addEventListener("pointerdown", tap);
    at("tap").addEventListener("keydown", (event) => {
      if (!event.repeat && ["Enter", " "].includes(event.key)) tap();
    });
    at("key").append(new Option("Auto", "auto"), ...[false, true].flatMap((minor) => NAMES.map(
      (name, tonic) => new Option(`${name} ${minor ? "minor" : "major"}`, `${tonic} ${minor}`),
    )));
    for (const [id, asked] of Object.entries(ASKED)) {
      at(id).addEventListener("change", () => {
        this.touch(id);
        this.send(asked(at(id).value));
      });
    }
  }

  /** Build what depends on the daemon: its modes, meters and ranges. */
  hello({ modes, meters, feels, tempo_bpm: [low, high], splits: [lowest, highest] }) {
    [at("tempo").min, at("tempo").max] = [low, high];
    at("meter").replaceChildren(...meters.map(([beats, unit]) => new Option(`${beats}/${unit}`)));
    const splits = Array.from({ length: highest - lowest + 1 }, (_, index) => lowest + index);
    at("split").replaceChildren(new Option("Off", ""), ...splits.map((pitch) => new Option(pitchName(pitch), pitch)));
    at("feel").replaceChildren(...feels.map((feel) => new Option(FEEL_WORDS[feel] ?? feel, feel)));
    if (!at("modes").querySelector("div")) this.buildModes(modes);
  }

  buildModes(modes) {
    const row = document.createElement("div");
    for (const mode of modes) {
      const label = document.createElement("label");
      const input = Object.assign(document.createElement("input"), { type: "radio", name: "mode", value: mode });
      input.addEventListener("change", () => {
        this.touch("mode");
        this.showMode(mode);
        this.send({ type: "mode", mode });
      });
      label.title = MODE_WORDS[mode] ?? mode;
      label.append(input, mode);
      row.append(label);
    }
    at("modes").append(row, document.createElement("p"), this.modeKeys);
  }

  /** Show what the daemon says, except where the person is moving something right now. */
  state(state) {
    if (this.isSettled("mode")) this.showMode(state.mode);
    if (this.isSettled("tempo") && document.activeElement !== at("tempo")) {
      at("tempo").value = Math.round(state.tempo_bpm * 10) / 10;
    }
    this.showClock(state);
    if (this.isSettled("meter")) at("meter").value = state.meter;
    if (this.isSettled("key")) this.showKey(state);
    if (this.isSettled("split")) at("split").value = state.split ?? "";
    if (this.isSettled("feel")) at("feel").value = state.feel;
  }

  showMode(mode) {
    const input = at("modes").querySelector(`input[value="${mode}"]`);
    if (!input) return;
    input.checked = true;
    at("modes").querySelector("p").textContent = MODE_WORDS[mode] ?? "";
  }

  /** Which keys of the player's switch, in the order of the modes. */
  showModeKeys(pitches) {
    this.modeKeys.hidden = pitches.length === 0;
    if (pitches.length) this.modeKeys.textContent = `Your keys ${pitchName(pitches[0])} to ${pitchName(pitches.at(-1))} switch these too.`;
  }

  showKey({ fixed_key: fixed }) {
    const option = [...at("key").options].find(({ text }) => fixed && isSameKey(text, fixed));
    at("key").value = option?.value ?? "auto";
  }

  askTempo(bpm) {
    const { min, max } = at("tempo");
    if (!(bpm >= Number(min) && bpm <= Number(max))) return;
    this.touch("tempo");
    at("tempo").value = Math.round(bpm * 10) / 10;
    this.send({ type: "tempo", tempo_bpm: bpm });
  }

  /** Who leads, and how it stands with them. */
  showClock({ clock, clock_state: state, clocks }) {
    const isLed = clock !== "internal";
    if (at("clock-source").options.length !== clocks.length) {
      at("clock-source").replaceChildren(...clocks.map((each) => new Option(CLOCK_NAMES[each] ?? each, each)));
    }
    if (this.isSettled("clock-source")) at("clock-source").value = clock;
    const text = `${CLOCK_NAMES[clock] ?? clock}: ${state}`;
    for (const id of ["tempo", "tap"]) at(id).disabled = clock === "midi"; // its tempo is not ours to set
    at("clock").hidden = !isLed;
    at("clock").dataset.state = state;
    at("clock").title = CLOCK_WORDS[state] ?? state;
    if (at("clock").textContent !== text) at("clock").textContent = text;
  }

  touch(id) {
    this.touched.set(id, performance.now());
  }

  isSettled(id) {
    return performance.now() - (this.touched.get(id) ?? -Infinity) > SETTLE_MS;
  }
}

const PITCH_CLASSES = { C: 0, D: 2, E: 4, F: 5, G: 7, A: 9, B: 11 };
const SHIFTS = { "♯": 1, "#": 1, "♭": 11, b: 11 };

/** Whether two key names mean the same: "Db major" is "C♯ major". */
function isSameKey(a, b) {
  const read = (text) => {
    const [, letter, accidental, rest] = /^([A-G])([#♯b♭]?)\s*(.*)$/.exec(text) ?? [];
    return `${(PITCH_CLASSES[letter] + (SHIFTS[accidental] ?? 0)) % 12} ${rest}`;
  };
  return read(a) === read(b);
}
