// The drum grid: a row a drum, a column a sixteenth. Every page shows the same one, the daemon's.

const COUNT = ["e", "&", "a"];
const STEPS = Array.from({ length: 16 }, (_, step) => step);
const NAMES = {
  kick: "Kick", snare: "Snare", stick: "Side stick", clap: "Clap", hat: "Hi-hat", openhat: "Open hat",
  pedalhat: "Pedal hat", ride: "Ride", shaker: "Shaker", crash: "Crash", lowtom: "Low tom",
  midtom: "Mid tom", hightom: "High tom", cowbell: "Cowbell", conga: "Conga", tambourine: "Tambourine",
};
const HIT = "x";
const REST = "-";
const OURS = "o";
const OPEN = ".";
const CELLS = { [HIT]: "hit", [REST]: "rest", [OPEN]: "open" }; // as the daemon is told
const WORDS = { [HIT]: "your hit", [REST]: "your rest", [OURS]: "its hit", [OPEN]: "open" };
const NEXT = { [OPEN]: HIT, [HIT]: OPEN, [OURS]: REST, [REST]: OPEN }; // what sounds is silenced, and back
const EVERY = { 0: "never", 1: "every bar" };
const ARROWS = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1], Home: [0, -16], End: [0, 16] };
const SETTLE_MS = 500; // a cell that was just set is not set back by an older state

const at = (id) => document.getElementById(id);

export class Drums {
  /** send(message), called in a gesture, asks the daemon; stepNow() is the sixteenth of the bar, null while nothing runs. */
  constructor(send, stepNow) {
    Object.assign(this, { send, stepNow });
    this.cells = []; // [drum][step] -> element
    this.names = [];
    this.shown = []; // [drum] -> signs
    this.touched = new Map(); // cell -> when the person last set it
    this.focus = [0, 0];
    this.step = null; // that is marked
    at("drums-open").addEventListener("click", () => this.open(at("drums").hidden));
    at("drums-play").addEventListener("click", () => send({ type: "drums", on: !this.isPlaying }));
    for (const change of ["fill", "vary", "clear"]) {
      at(`drums-${change}`).addEventListener("click", () => send({ type: "pattern", change }));
    }
    at("drums-every").addEventListener("change", ({ target }) => send({ type: "variation", bars: Number(target.value) }));
    this.listen(at("drum-grid"));
  }

  /** Build what depends on the daemon: its drums, and how often they can vary. */
  hello({ drums, vary_bars: bars }) {
    at("drums-every").replaceChildren(...bars.map((each) => new Option(EVERY[each] ?? `every ${each} bars`, each)));
    if (this.cells.length) return;
    this.names = drums.map(({ name }) => name);
    this.shown = drums.map(() => "");
    const head = document.createElement("tr");
    head.append(document.createElement("td"), ...STEPS.map((step) => header("col", COUNT[step % 4 - 1] ?? step / 4 + 1)));
    const rows = this.names.map((name, drum) => {
      const row = document.createElement("tr");
      this.cells.push(STEPS.map((step) => this.cell(drum, step)));
      row.append(header("row", NAMES[name] ?? name), ...this.cells[drum]);
      return row;
    });
    this.counts = [...head.children].slice(1);
    at("drum-grid").append(head, ...rows);
    this.cells[0][0].tabIndex = 0;
  }

  cell(drum, step) {
    const cell = Object.assign(document.createElement("td"), { tabIndex: -1 });
    cell.setAttribute("role", "gridcell");
    Object.assign(cell.dataset, { drum, step });
    return cell;
  }

  listen(grid) {
    grid.addEventListener("click", ({ target }) => this.press(target, (sign) => NEXT[sign]));
    grid.addEventListener("contextmenu", (event) => {
      event.preventDefault();
      this.press(event.target, rested);
    });
    grid.addEventListener("keydown", (event) => {
      const arrow = ARROWS[event.key];
      const change = [" ", "Enter"].includes(event.key) ? (sign) => NEXT[sign] : event.key === "-" ? rested : null;
      if ((!arrow && !change) || event.ctrlKey || event.metaKey || event.altKey) return;
      event.preventDefault();
      event.stopPropagation(); // here Space is no pedal
      if (arrow) this.move(...arrow);
      else if (!event.repeat) this.press(event.target, change);
    });
  }

  open(isOpen) {
    at("drums").hidden = !isOpen;
    at("drums-open").setAttribute("aria-expanded", isOpen);
    const frame = () => {
      if (at("drums").hidden) return;
      this.mark(this.stepNow());
      requestAnimationFrame(frame);
    };
    if (isOpen) frame();
  }

  /** Set a cell to what change(sign) makes of it. */
  press(target, change) {
    const cell = target.closest("td[data-drum]");
    if (!cell) return;
    const [drum, step] = [Number(cell.dataset.drum), Number(cell.dataset.step)];
    const sign = change(cell.dataset.sign);
    this.rove(drum, step);
    this.touched.set(cell, performance.now());
    this.paint(drum, step, sign);
    this.send({ type: "cell", drum: this.names[drum], step, cell: CELLS[sign] });
  }

  move(down, right) {
    const [drum, step] = this.focus;
    const inside = (value, last) => Math.max(0, Math.min(last, value));
    this.rove(inside(drum + down, this.cells.length - 1), inside(step + right, STEPS.length - 1));
  }

  /** One cell at a time can be reached by Tab. */
  rove(drum, step) {
    const [before, after] = [this.focus, [drum, step]].map(([row, column]) => this.cells[row][column]);
    before.tabIndex = -1;
    after.tabIndex = 0;
    this.focus = [drum, step];
    after.focus();
  }

  /** Show what the daemon says, except in cells that the person is setting right now. */
  state({ drums, running, clock, meter }) {
    const isLed = !["internal", "follow"].includes(clock);
    this.isPlaying = drums.is_on && (running || isLed);
    write(at("drums-play"), this.isPlaying ? "Pause" : "Play");
    at("drums-play").dataset.state = this.isPlaying ? "playing" : "";
    write(at("drums-said"), saying(drums, running, isLed));
    if (document.activeElement !== at("drums-every")) at("drums-every").value = drums.vary_bars;
    at("drum-grid").toggleAttribute("data-short", meter !== "4/4");
    drums.cells.forEach((signs, drum) => this.showRow(drum, signs));
  }

  showRow(drum, signs) {
    if (this.shown[drum] === signs || !this.cells.length) return;
    const settled = STEPS.filter((step) => this.isSettled(this.cells[drum][step], signs[step]));
    for (const step of settled) this.paint(drum, step, signs[step]);
    if (settled.length === STEPS.length) this.shown[drum] = signs;
  }

  /** Whether the daemon may say what a cell is: it knows of the last click, or that was long ago. */
  isSettled(cell, sign) {
    const isKnown = cell.dataset.sign === sign || performance.now() - this.touched.get(cell) > SETTLE_MS;
    if (isKnown) this.touched.delete(cell);
    return !this.touched.has(cell);
  }

  paint(drum, step, sign) {
    const cell = this.cells[drum][step];
    if (cell.dataset.sign === sign) return;
    this.shown[drum] = "";
    cell.dataset.sign = sign;
    cell.setAttribute("aria-label", `${NAMES[this.names[drum]] ?? this.names[drum]}, step ${step + 1}: ${WORDS[sign]}`);
  }

  /** Mark the column of the present sixteenth; null: none. */
  mark(step) {
    if (step === this.step) return;
    for (const [each, isNow] of [[this.step, false], [step, true]]) {
      for (const column of [this.counts, ...this.cells]) column[each]?.toggleAttribute("data-now", isNow);
    }
    this.step = step;
  }
}

const rested = (sign) => (sign === REST ? OPEN : REST);

function header(scope, text) {
  return Object.assign(document.createElement("th"), { scope, textContent: text });
}

function saying({ is_on: isOn, asked, is_coming: isComing }, running, isLed) {
  if (asked) return "It thinks of new hits.";
  if (isComing) return "New hits come at the bar line.";
  if (!isOn || running) return "";
  return isLed ? "Waits for the clock." : "Begins with your first note, or now.";
}

function write(element, text) {
  if (element.textContent !== text) element.textContent = text;
}
