// The page's instrument: a voice for each part, one small room, and a ceiling that nothing passes.

import { strike } from "./kit.js";
import { VOICES } from "./voices.js";

const REVERB_S = 1.9;
const MOST_VOICES = 48;
const CEILING = 0.97;
const GAINS = { player: 0.9, machine: 1.25, drums: 0.9 }; // its one line against the three or four notes of a chord

/** Plays notes into an AudioContext (or an OfflineAudioContext, for tests). */
export class Synth {
  constructor(context, volume = 0.7) {
    this.context = context;
    this.instruments = { player: "piano", machine: "pluck" };
    this.sounding = new Map(); // "part:pitch" -> voice
    this.ending = new Set(); // voices that are released and still ring
    this.bus = new GainNode(context);
    this.master = new GainNode(context, { gain: volume * volume });
    const glue = new DynamicsCompressorNode(context, {
      threshold: -16, knee: 12, ratio: 4, attack: 0.004, release: 0.2,
    });
    const reverb = new ConvolverNode(context, { buffer: room(context) });
    this.bus.connect(glue);
    this.bus.connect(new GainNode(context, { gain: 0.2 })).connect(reverb).connect(glue);
    this.inputs = Object.fromEntries(Object.entries(GAINS).map(([role, gain]) => {
      const input = new GainNode(context, { gain });
      input.connect(this.bus);
      return [role, input];
    }));
    ceiling(context, glue).connect(this.master).connect(context.destination);
  }

  /** How long what is played now takes to leave the speaker, as far as the browser knows. */
  get latencyMs() {
    return 1000 * ((this.context.outputLatency ?? 0) + (this.context.baseLatency ?? 0));
  }

  /** Volume 0 to 1; squared, because loudness is heard so. */
  setVolume(volume) {
    this.master.gain.setTargetAtTime(volume * volume, this.context.currentTime, 0.02);
  }

  /** The voice that a role ("player" or "machine") plays from its next note on. */
  setInstrument(role, name) {
    if (name in VOICES) this.instruments[role] = name;
  }

  /** A part is a role, or one of a take's: "take player". */
  on(part, pitch, velocity, at = this.context.currentTime) {
    this.off(part, pitch, at);
    if (this.sounding.size >= MOST_VOICES) this.release(this.sounding.keys().next().value, at);
    const role = roleOf(part);
    const start = role === "drums" ? strike : VOICES[this.instruments[role]].start;
    const voice = start(this.context, this.inputs[role], pitch, velocity / 127, at);
    this.sounding.set(`${part}:${pitch}`, voice);
  }

  off(part, pitch, at = this.context.currentTime) {
    this.release(`${part}:${pitch}`, at);
  }

  allOff(part) {
    for (const id of [...this.sounding.keys()]) {
      if (!part || id.startsWith(`${part}:`)) this.release(id);
    }
  }

  release(id, at = this.context.currentTime) {
    const voice = this.sounding.get(id);
    if (!voice) return;
    this.sounding.delete(id);
    this.ending.add(voice);
    voice.release(at, () => this.ending.delete(voice));
  }
}

/** "player", "machine" or "drums", whoever's take the part belongs to. */
export const roleOf = (part) => part.split(" ").at(-1);

/** Passes what is quiet as it is, and bends what is loud: never above CEILING, without a corner. */
function ceiling(context, input) {
  const curve = new Float32Array(4097);
  const straight = 0.6; // of full scale; above it, a hyperbolic tangent with the same slope
  const room = CEILING - straight;
  for (let i = 0; i < curve.length; i++) {
    const x = ((i - 2048) / 2048) * 4; // the curve spans ±4, see the gain below
    const size = Math.abs(x);
    const bent = size <= straight ? size : straight + room * Math.tanh((size - straight) / room);
    curve[i] = Math.sign(x) * bent;
  }
  return input.connect(new GainNode(context, { gain: 0.25 })).connect(new WaveShaperNode(context, { curve }));
}

/** One decaying burst of filtered noise a channel: a small wooden room. */
function room(context) {
  const length = Math.round(REVERB_S * context.sampleRate);
  const buffer = context.createBuffer(2, length, context.sampleRate);
  let seed = 1;
  for (let channel = 0; channel < 2; channel++) {
    const data = buffer.getChannelData(channel);
    let smooth = 0;
    for (let i = 0; i < length; i++) {
      seed = (Math.imul(seed, 1664525) + 1013904223) | 0; // same room on each visit
      const t = i / length;
      smooth += (seed / 2 ** 31 - smooth) * (0.65 - 0.5 * t); // the air takes the highs first
      data[i] = smooth * (1 - t) ** 3 * Math.min(1, i / 400);
    }
  }
  return buffer;
}
