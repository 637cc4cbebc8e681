// The controls: mode, tempo, key and knobs. Each sends what was asked, and shows what the daemon says.

const NAMES = ["C", "C♯", "D", "E♭", "E", "F", "F♯", "G", "A♭", "A", "B♭", "B"];
const MODE_WORDS = {
  solo: "Improvises over the chords that you hold.",
  harmony: "Adds a second voice to each note that you play.",
  off: "Listens, and plays nothing.",
};
const KNOB_WORDS = {
  harmony: ["Harmony", "How much it keeps to the chord that it hears; a weight beside the other three", ""],
  smoothness: ["Smoothness", "How much it moves as a voice would: steps, and a turn after a leap; a weight", ""],
  diversity: ["Diversity", "How much it looks for what it has not just played; a weight", ""],
  rhythm: ["Rhythm", "How much it places notes as people do; a weight", ""],
  density: ["Density", "Notes that it begins in each beat", "a beat"],
  temperature: ["Temperature", "0 always takes the best note; higher surprises more", ""],
};
const SETTLE_MS = 500; // a control that was just moved is not moved back by an older state

export class Panel {
  /** send(message) asks the daemon. */
  constructor(send) {
    this.send = send;
    this.touched = new Map(); // control id -> when the person last moved it
    this.taps = [];
    this.tempo = document.getElementById("tempo");
    this.key = document.getElementById("key");
    this.modes = document.getElementById("modes");
    this.knobs = new Map();
    this.tempo.addEventListener("change", () => this.askTempo(Number(this.tempo.value)));
    document.getElementById("tap").addEventListener("pointerdown", () => this.tap());
    document.getElementById("tap").addEventListener("keydown", (event) => {
      if (!event.repeat && ["Enter", " "].includes(event.key)) this.tap();
    });
    this.key.append(new Option("Auto", "auto"));
    for (const minor of [false, true]) {
      NAMES.forEach((name, tonic) => {
        this.key.append(new Option(`${name} ${minor ? "minor" : "major"}`, `${tonic} ${minor}`));
      });
    }
    this.key.addEventListener("change", () => this.askKey());
  }

  /** Build what depends on the daemon: its knobs, modes and ranges. */
  hello({ knobs, modes, tempo_bpm: [low, high] }) {
    [this.tempo.min, this.tempo.max] = [low, high];
    if (!this.modes.querySelector("div")) this.buildModes(modes);
    if (!this.knobs.size) {
      for (const [name, range] of Object.entries(knobs)) this.buildKnob(name, range);
    }
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
    this.modes.append(row, document.createElement("p"));
  }

  buildKnob(name, { low, high, default: usual }) {
    const [title, tip, unit] = KNOB_WORDS[name] ?? [name, name, ""];
    const box = document.createElement("div");
    const label = Object.assign(document.createElement("label"), { htmlFor: `knob-${name}`, textContent: title });
    const output = document.createElement("output");
    const input = Object.assign(document.createElement("input"), {
      type: "range", id: `knob-${name}`, min: low, max: high, step: 0.01, value: usual,
    });
    box.className = "knob";
    box.title = `${tip} (${low} to ${high}; double-click for ${usual})`;
    const show = () => {
      output.textContent = `${Number(input.value).toFixed(2)}${unit && ` ${unit}`}`;
    };
    const ask = () => {
      this.touch(name);
      show();
      this.send({ type: "knob", name, value: Number(input.value) });
    };
    input.addEventListener("input", ask);
    box.addEventListener("dblclick", () => {
      input.value = usual;
      ask();
    });
    show();
    box.append(label, output, input);
    this.knobs.set(name, { input, show });
    document.getElementById("knobs").append(box);
  }

  /** Show what the daemon says, except where the person is moving something right now. */
  state(state) {
    for (const [name, value] of state.knobs) {
      const knob = this.knobs.get(name);
      if (!knob || !this.isSettled(name)) continue;
      knob.input.value = value;
      knob.show();
    }
    if (this.isSettled("mode")) this.showMode(state.mode);
    if (this.isSettled("tempo") && document.activeElement !== this.tempo) {
      this.tempo.value = Math.round(state.tempo_bpm * 10) / 10;
    }
    if (this.isSettled("key")) this.showKey(state);
  }

  showMode(mode) {
    const input = this.modes.querySelector(`input[value="${mode}"]`);
    if (!input) return;
    input.checked = true;
    this.modes.querySelector("p").textContent = MODE_WORDS[mode] ?? "";
  }

  showKey({ fixed_key: fixed }) {
    const plain = (text) => text.replace("♯", "#").replace("♭", "b");
    const option = [...this.key.options].find(({ text }) => fixed && isSameKey(plain(text), fixed));
    this.key.value = option?.value ?? "auto";
  }

  askTempo(bpm) {
    if (!(bpm >= Number(this.tempo.min) && bpm <= Number(this.tempo.max))) return;
    this.touch("tempo");
    this.tempo.value = Math.round(bpm * 10) / 10;
    this.send({ type: "tempo", tempo_bpm: bpm });
  }

  askKey() {
    this.touch("key");
    const [tonic, minor] = this.key.value.split(" ");
    this.send(tonic === "auto" ? { type: "key", tonic: null }
      : { type: "key", tonic: Number(tonic), minor: minor === "true" });
  }

  /** The tempo of the last taps: the middle of their gaps, so that one slip does not count. */
  tap() {
    const now = performance.now();
    if (now - (this.taps.at(-1) ?? 0) > 2500) this.taps = [];
    this.taps = [...this.taps.slice(-7), now];
    if (this.taps.length < 3) return;
    const gaps = this.taps.slice(1).map((tap, i) => tap - this.taps[i]).sort((a, b) => a - b);
    const middle = (gaps[(gaps.length - 1) >> 1] + gaps[gaps.length >> 1]) / 2;
    this.askTempo(Math.round(600000 / middle) / 10);
  }

  touch(id) {
    this.touched.set(id, performance.now());
  }

  isSettled(id) {
    return performance.now() - (this.touched.get(id) ?? -Infinity) > SETTLE_MS;
  }
}

const PITCH_CLASSES = { C: 0, D: 2, E: 4, F: 5, G: 7, A: 9, B: 11 };

/** Whether two key names mean the same: "Db major" is "C# major". */
function isSameKey(a, b) {
  const read = (text) => {
    const [, letter, accidental, rest] = /^([A-G])([#b]?)\s*(.*)$/.exec(text ?? "") ?? [];
    const shift = accidental === "#" ? 1 : accidental === "b" ? 11 : 0;
    return `${(PITCH_CLASSES[letter] + shift) % 12} ${rest}`;
  };
  return read(a) === read(b);
}
