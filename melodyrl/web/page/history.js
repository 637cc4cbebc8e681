// Undo for knobs: what each turn changed, newest last.

const ONE_TURN_MS = 800; // moves of one knob this close together are one turn
const MOST_TURNS = 100;

export class History {
  constructor() {
    this.turns = []; // {label, before: Map(name -> value), ms}
  }

  get last() {
    return this.turns.at(-1) ?? null;
  }

  /** Remember the values that are about to change. */
  keep(label, before, ms = performance.now()) {
    const { last } = this;
    if (last?.label === label && ms - last.ms < ONE_TURN_MS) last.ms = ms;
    else this.turns.push({ label, before, ms });
    if (this.turns.length > MOST_TURNS) this.turns.shift();
  }

  /** The values from before the last turn, which is then forgotten; null where there is none. */
  undo() {
    return this.turns.pop()?.before ?? null;
  }
}
