// What the page sounds: its synth, made in the first gesture, and an instrument at a MIDI output.

import { Synth } from "./synth.js";

export class Instrument {
  /** `settings` says {volume 0-1, voices {player, machine}, isHeard(role)} at any time. */
  constructor(settings) {
    this.settings = settings;
    this.synth = null;
  }

  /** Browsers allow sound only after a gesture: call this in each. */
  unlock() {
    this.synth ??= this.make();
    if (this.synth.context.state !== "running") this.synth.context.resume();
  }

  make() {
    const synth = new Synth(new AudioContext({ latencyHint: "interactive" }), this.settings.volume);
    for (const [role, name] of Object.entries(this.settings.voices)) synth.setInstrument(role, name);
    return synth;
  }

  on(part, pitch, velocity) {
    if (this.settings.isHeard(part)) this.synth?.on(part, pitch, velocity);
  }

  off(part, pitch) {
    this.synth?.off(part, pitch);
  }

  allOff(part) {
    this.synth?.allOff(part);
  }

  /** How much later than now a note is heard. */
  get latencyMs() {
    return this.synth?.latencyMs ?? 0;
  }
}
