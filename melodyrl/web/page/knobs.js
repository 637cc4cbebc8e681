// The knobs: each a slider with its unit, undo for every turn, and presets that turn them all.

import { History } from "./history.js";
import { BUILT_IN, own, remove, save } from "./presets.js";

const percent = (value) => `${Math.round(value * 100)} %`;
const swung = (value) => ({ "0 %": "straight", "100 %": "triplets" })[percent(value)] ?? percent(value);
const strayed = (value) => ({ "0 %": "exact" })[percent(value)] ?? percent(value);
const octaves = (value) => {
  const whole = Math.round(value);
  return whole === 0 ? "above you" : `${whole < 0 ? "−" : "+"}${Math.abs(whole)} octave${whole === -2 ? "s" : ""}`;
};
const WORDS = {
  harmony: ["Harmony", "How much it keeps to the chord that it hears: a weight, beside the next three", percent],
  smoothness: ["Smoothness", "How much it moves as a singer would, by steps, turning back after a leap: a weight", percent],
  diversity: ["Diversity", "How much it looks for what it has not just played: a weight", percent],
  rhythm: ["Rhythm", "How much it places notes where people do: a weight", percent],
  density: ["Density", "Notes that it begins in each beat", (value) => `${value.toFixed(2)} a beat`],
  temperature: ["Temperature", "At 0 always the note that these knobs like best; higher, more as people usually play, whatever the knobs say", (value) => value.toFixed(2)],
  swing: ["Swing", "How late it plays off the beat: straight at 0, at 1 as triplets; 6/8 does not swing", swung],
  humanize: ["Humanize", "How far it strays from the grid and in loudness, as people do: exact at 0, at 1 by 8 milliseconds or so, always late", strayed],
  register: ["Register", "Whole octaves that its line lies above or below its usual place, clear of your hand; for solo and answer", octaves],
};
const STEPS = { register: 1 }; // the others turn by hundredths
const SETTLE_MS = 500; // a knob that was just turned is not turned back by an older state

const at = (id) => document.getElementById(id);

export class Knobs {
  /** turn(name, value) asks the daemon; say(sentence) tells the person; learning is a Learning. */
  constructor(turn, say, learning) {
    this.turn = turn;
    this.say = say;
    this.learning = learning;
    this.knobs = new Map(); // name -> {input, output, usual, touched}
    this.history = new History();
    at("undo").addEventListener("click", () => this.undo());
    at("preset").addEventListener("change", () => this.choose(at("preset").value));
    at("preset-save").addEventListener("click", () => this.askName());
    at("preset-cancel").addEventListener("click", () => at("preset-dialog").close());
    at("preset-delete").addEventListener("click", () => this.forget());
    at("preset-dialog").addEventListener("close", () => this.keep());
  }

  /** Build the knobs that the daemon has. */
  hello(ranges) {
    if (this.knobs.size) return;
    for (const [name, range] of Object.entries(ranges)) this.build(name, range);
    this.listPresets();
  }

  build(name, { low, high, default: usual }) {
    const [title, tip] = WORDS[name] ?? [name, name];
    const box = document.createElement("div");
    const label = Object.assign(document.createElement("label"), { htmlFor: `knob-${name}`, textContent: title });
    const output = document.createElement("output");
    const input = Object.assign(document.createElement("input"), {
      type: "range", id: `knob-${name}`, min: low, max: high, step: STEPS[name] ?? 0.01, value: usual,
    });
    box.className = "knob";
    box.title = `${tip} (double-click: back to ${inUnit(name, usual)}; right-click or M: turn it from your keyboard)`;
    input.setAttribute("aria-description", tip);
    input.addEventListener("input", () => this.ask(name, Number(input.value)));
    box.addEventListener("dblclick", () => this.ask(name, usual));
    box.append(label, input, output);
    this.learning.add(name, box, input);
    this.knobs.set(name, { input, output, usual, value: usual, touched: -Infinity });
    this.show(name, usual);
    at("knobs").append(box);
  }

  ask(name, value) {
    this.history.keep(WORDS[name]?.[0] ?? name, { [name]: this.knobs.get(name).value });
    this.set({ [name]: value });
  }

  /** Turn several at once, unconditionally. */
  set(values) {
    for (const [name, value] of Object.entries(values)) {
      const knob = this.knobs.get(name);
      if (!knob) continue;
      knob.touched = performance.now();
      this.show(name, value);
      this.turn(name, value);
    }
    this.showPreset();
  }

  show(name, value) {
    const { input, output } = this.knobs.get(name);
    this.knobs.get(name).value = value;
    input.value = value;
    output.textContent = inUnit(name, value);
    input.setAttribute("aria-valuetext", output.textContent);
  }

  /** What the daemon says, except for knobs that are being turned right now. */
  state(pairs) {
    const isNews = ([name, value]) => {
      const knob = this.knobs.get(name);
      return knob && value !== knob.value && performance.now() - knob.touched > SETTLE_MS;
    };
    const news = pairs.filter(isNews);
    for (const [name, value] of news) this.show(name, value);
    if (news.length) this.showPreset();
  }

  undo() {
    const before = this.history.undo();
    if (before) this.set(before);
  }

  get values() {
    return Object.fromEntries([...this.knobs].map(([name, { value }]) => [name, value]));
  }

  choose(name) {
    const values = this.presets[name];
    if (!values) return;
    this.history.keep(name, this.values);
    this.set(values);
  }

  listPresets() {
    const group = (label, names) => {
      const element = Object.assign(document.createElement("optgroup"), { label });
      element.append(...names.map((name) => new Option(name, name)));
      return element;
    };
    const custom = new Option("as the knobs are", "");
    custom.hidden = true;
    const usual = Object.fromEntries([...this.knobs].map(([name, knob]) => [name, knob.usual]));
    this.presets = { ...BUILT_IN, Bandmate: usual, ...own() };
    const mine = Object.keys(own());
    at("preset").replaceChildren(custom, group("Built in", Object.keys(BUILT_IN)));
    if (mine.length) at("preset").append(group("Yours", mine));
    this.showPreset();
  }

  /** The preset that the knobs stand at, if any, and what undo would undo. */
  showPreset() {
    const isAt = (values) => Object.entries(values)
      .every(([name, value]) => Math.abs((this.knobs.get(name)?.value ?? value) - value) < 0.005);
    const [name] = Object.entries(this.presets).find(([, values]) => isAt(values)) ?? [""];
    const { last } = this.history;
    at("preset").value = name;
    at("preset-delete").hidden = !name || name in BUILT_IN;
    at("undo").disabled = !last;
    at("undo").title = last ? `Undo ${last.label} (Ctrl+Z)` : "Nothing to undo (Ctrl+Z)";
  }

  askName() {
    at("preset-dialog").returnValue = ""; // what Escape leaves standing
    at("preset-dialog").showModal();
  }

  keep() {
    if (at("preset-dialog").returnValue !== "save") return;
    const isKept = save(at("preset-name").value, this.values);
    if (!isKept) this.say("Not kept: choose a name that no built-in preset has, and allow this page to keep data.");
    at("preset-name").value = "";
    this.listPresets();
  }

  forget() {
    remove(at("preset").value);
    this.listPresets();
  }
}

const inUnit = (name, value) => (WORDS[name]?.[2] ?? String)(value);
