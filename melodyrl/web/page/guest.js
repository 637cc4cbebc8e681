// The guest: plays the player's part for whoever has no keyboard at hand, or just wants to listen.
// It presses the page's own keys, so the machine hears it as it would hear anyone.

import { Performer } from "./performer.js";

const AHEAD_MS = 8; // on its way to the machine, which looks 17 ms after the grid
const LOCK = 0.1; // share of the error that is made good at each look
const SETTLED_MS = 150; // a state from before this may not know yet that we began
const SAME_BEAT = 0.5; // quarter notes; further off than this is another bar's count, and not ours

export class Guest {
  /** Plays on `keys`; `grid` knows where the machine is; send(message) asks it for tempo and meter. */
  constructor(keys, grid, send, changed) {
    this.grid = grid;
    this.send = send;
    this.changed = changed;
    this.performer = new Performer(
      (pitch, velocity, id) => keys.hold(pitch, `guest ${id}`, velocity),
      (pitch, id) => keys.letGo(pitch, `guest ${id}`),
    );
  }

  get isPlaying() {
    return this.performer.isPlaying;
  }

  /** Begin a tune {notes, tempo_bpm, meter, beats}; it goes round and round, or once without beats. */
  start({ notes, tempo_bpm: tempoBpm, meter: [beats, unit], beats: round = 0 }) {
    this.performer.stop();
    this.send({ type: "stop" }); // our first note begins the first bar
    this.send({ type: "meter", beats, unit });
    this.send({ type: "tempo", tempo_bpm: tempoBpm });
    this.tempoBpm = tempoBpm;
    this.beat = 0;
    this.startedMs = this.lookedMs = performance.now();
    this.hasBegun = false;
    this.performer.start(notes, () => this.position(), { round, ended: () => this.finish() });
    this.changed();
  }

  stop() {
    if (!this.isPlaying) return;
    this.performer.stop();
    this.finish();
  }

  finish() {
    this.send({ type: "stop" });
    this.changed();
  }

  /** The machine's state at a moment: follow its tempo; where somebody stopped it, stop too. */
  follow({ running, tempo_bpm: tempoBpm }, ms) {
    if (!this.isPlaying || ms < this.startedMs + SETTLED_MS) return;
    if (running) this.tempoBpm = tempoBpm;
    else if (this.hasBegun) this.stop();
    this.hasBegun ||= running;
  }

  /** Quarter notes since the first: by our own count, drawn gently to where the machine is. */
  position() {
    const now = performance.now();
    this.beat += ((now - this.lookedMs) / 60000) * this.tempoBpm;
    this.lookedMs = now;
    const heard = this.grid.quarterAt(now);
    if (heard !== null && Math.abs(heard - this.beat) < SAME_BEAT) this.beat += LOCK * (heard - this.beat);
    return this.beat + (AHEAD_MS / 60000) * this.tempoBpm;
  }
}
