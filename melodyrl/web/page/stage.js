// The stage: whatever sounds is heard, drawn and lit, and ends everywhere when it ends.

import { roleOf } from "./synth.js";

const ECHO_MS = 1500; // an own note comes back from the daemon well within this
const SETTLED_MS = 200; // a state may be this much older than a note that it does not know yet

export class Stage {
  /** Joins the link to the daemon, the instrument, the score, the piano and a MIDI output. */
  constructor(parts) {
    Object.assign(this, parts); // {link, instrument, score, piano, midi}
    this.kit = []; // the General MIDI note of each drum
    this.drums = { channel: 9, pitches: [] };
    this.modeKeys = new Map(); // pitch -> the mode that a key switches to: it makes no sound
    this.echoes = []; // {on, pitch, until}: own notes that sound already and will be told back
  }

  /** The player's key goes down: sound it at once, and tell the daemon. */
  press(pitch, velocity) {
    this.instrument.unlock();
    if (this.modeKeys.has(pitch)) return this.link.send({ type: "note", on: true, pitch, velocity });
    this.instrument.on("player", pitch, velocity);
    this.tell({ type: "note", on: true, pitch, velocity });
  }

  release(pitch) {
    if (this.modeKeys.has(pitch)) return;
    this.instrument.off("player", pitch);
    this.tell({ type: "note", on: false, pitch });
  }

  tell(message) {
    if (!this.link.isOpen) return;
    this.link.send(message);
    this.echoes.push({ on: message.on, pitch: message.pitch, until: performance.now() + ECHO_MS });
  }

  isEcho(on, pitch) {
    const now = performance.now();
    this.echoes = this.echoes.filter((echo) => echo.until > now);
    const index = this.echoes.findIndex((echo) => echo.on === on && echo.pitch === pitch);
    if (index >= 0) this.echoes.splice(index, 1);
    return index >= 0;
  }

  /** A note that the daemon tells of, by anyone. */
  note({ who, on, pitch, velocity, at_ms: ms }) {
    if (who === "drums") return this.strike(on, pitch, velocity);
    const isOwn = who === "player" && this.isEcho(on, pitch);
    if (who === "machine") this.midi.send(on, pitch, velocity);
    if (on) this.begin(who, pitch, velocity, this.link.toPage(ms), !isOwn);
    else this.end(who, pitch, this.link.toPage(ms), !isOwn);
  }

  /** A stroke of the drums, whose notes on the wire may be others than those of the page's kit. */
  strike(on, pitch, velocity) {
    const { channel, pitches } = this.drums;
    this.midi.send(on, pitch, velocity, channel);
    const gm = this.kit[pitches.indexOf(pitch)];
    if (on) this.instrument.on("drums", gm, velocity);
    else this.instrument.off("drums", gm);
  }

  begin(part, pitch, velocity, ms, isToSound = true) {
    if (roleOf(part) === "drums") return this.instrument.on(part, pitch, velocity); // drawn nowhere
    this.score.on(part, pitch, velocity, ms);
    this.piano.light(roleOf(part), pitch, true);
    if (isToSound) this.instrument.on(part, pitch, velocity);
  }

  end(part, pitch, ms, isToSound = true) {
    if (roleOf(part) === "drums") return this.instrument.off(part, pitch);
    this.score.off(part, pitch, ms);
    this.piano.light(roleOf(part), pitch, false);
    if (isToSound) this.instrument.off(part, pitch);
  }

  /** End notes that no longer sound by what the daemon says, should their off have been lost. */
  settle({ held, sounding, drums }, ms) {
    this.drums = drums;
    for (const [part, pitches] of [["player", held], ["machine", sounding]]) {
      this.score.keepOnly(part, pitches, ms - SETTLED_MS, (pitch) => {
        this.end(part, pitch, ms);
        if (part === "machine") this.midi.send(false, pitch, 0);
      });
    }
  }

  /** End all that sounds here. */
  forget() {
    this.echoes = [];
    this.instrument.allOff();
    this.midi.silence();
    this.piano.darken();
    this.score.allOff(performance.now());
  }
}
