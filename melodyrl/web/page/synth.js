// Two voices, made here: a warm electric piano for the player, a bright lead for the machine.

const REVERB_S = 1.9;
const MOST_VOICES = 48;

/** Frequency in Hz of a MIDI pitch; A4 = 69 = 440 Hz. */
export const frequency = (pitch) => 440 * 2 ** ((pitch - 69) / 12);

/** Plays notes into an AudioContext (or an OfflineAudioContext, for tests). */
export class Synth {
  constructor(context, volume = 0.7) {
    this.context = context;
    this.sounding = new Map(); // "who:pitch" -> voice
    this.ending = new Set(); // voices that are released and still ring
    this.bus = context.createGain();
    this.master = context.createGain();
    this.master.gain.value = volume * volume;
    const limiter = new DynamicsCompressorNode(context, {
      threshold: -12, knee: 8, ratio: 16, attack: 0.002, release: 0.18,
    });
    const reverb = new ConvolverNode(context, { buffer: room(context) });
    const wet = new GainNode(context, { gain: 0.22 });
    this.bus.connect(limiter);
    this.bus.connect(reverb).connect(wet).connect(limiter);
    limiter.connect(this.master).connect(context.destination);
  }

  /** Volume 0 to 1; squared, because loudness is heard so. */
  setVolume(volume) {
    this.master.gain.setTargetAtTime(volume * volume, this.context.currentTime, 0.02);
  }

  on(who, pitch, velocity, at = this.context.currentTime) {
    const id = `${who}:${pitch}`;
    this.off(who, pitch, at);
    if (this.sounding.size >= MOST_VOICES) this.release(this.sounding.keys().next().value, at);
    const make = who === "player" ? piano : lead;
    this.sounding.set(id, make(this.context, this.bus, pitch, velocity / 127, at));
  }

  off(who, pitch, at = this.context.currentTime) {
    this.release(`${who}:${pitch}`, at);
  }

  allOff(who) {
    for (const id of [...this.sounding.keys()]) if (!who || id.startsWith(who)) this.release(id);
  }

  release(id, at = this.context.currentTime) {
    const voice = this.sounding.get(id);
    if (!voice) return;
    this.sounding.delete(id);
    this.ending.add(voice);
    voice.release(at, () => this.ending.delete(voice));
  }
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

/** Ends a voice: a short fade, then every source is stopped and let go. */
function voiceOf(context, gain, sources, fadeS) {
  return {
    release(at, done) {
      gain.gain.cancelScheduledValues(at);
      gain.gain.setTargetAtTime(0, at, fadeS);
      for (const source of sources) source.stop(at + fadeS * 8);
      sources[0].onended = () => {
        gain.disconnect();
        done();
      };
    },
  };
}

/** Electric piano by frequency modulation: a bell that fades fast over a warm sine that rings. */
function piano(context, out, pitch, level, at) {
  const hz = frequency(pitch);
  const gain = new GainNode(context, { gain: 0 });
  const tone = new BiquadFilterNode(context, { type: "lowpass", frequency: 1400 + 4200 * level });
  const sources = [];
  const partial = (ratio, modulatorRatio, index, indexDecayS, amount) => {
    const carrier = new OscillatorNode(context, { frequency: hz * ratio });
    const modulator = new OscillatorNode(context, { frequency: hz * modulatorRatio });
    const depth = new GainNode(context, { gain: 0 });
    const mix = new GainNode(context, { gain: amount });
    depth.gain.setValueAtTime(hz * index * (0.3 + level), at);
    depth.gain.setTargetAtTime(hz * index * 0.12, at, indexDecayS);
    modulator.connect(depth).connect(carrier.frequency);
    carrier.connect(mix).connect(gain);
    sources.push(carrier, modulator);
  };
  partial(1, 1, 1.1, 0.35, 0.8);
  partial(1.003, 7, 0.28, 0.08, 0.35);
  const peak = 0.075 + 0.17 * level;
  const ringS = 2.4 * 2 ** ((60 - pitch) / 24); // low strings ring longer
  gain.gain.setValueAtTime(0, at);
  gain.gain.linearRampToValueAtTime(peak, at + 0.004);
  gain.gain.setTargetAtTime(peak * 0.55, at + 0.004, 0.12);
  gain.gain.setTargetAtTime(peak * 0.06, at + 0.3, ringS);
  gain.connect(tone).connect(out);
  for (const source of sources) source.start(at);
  return voiceOf(context, gain, sources, 0.07);
}

/** Lead: two saws and a triangle, a filter that opens with the note, a late vibrato. */
function lead(context, out, pitch, level, at) {
  const hz = frequency(pitch);
  const gain = new GainNode(context, { gain: 0 });
  const filter = new BiquadFilterNode(context, { type: "lowpass", Q: 1.6, frequency: hz * 2 });
  const pan = new StereoPannerNode(context, { pan: 0.22 });
  const vibrato = new OscillatorNode(context, { frequency: 5.3 });
  const depth = new GainNode(context, { gain: 0 });
  depth.gain.setValueAtTime(0, at + 0.25);
  depth.gain.linearRampToValueAtTime(9, at + 0.7); // cents
  vibrato.connect(depth);
  const sources = [vibrato];
  for (const [type, detune, amount] of [["sawtooth", -6, 0.3], ["sawtooth", 6, 0.3], ["triangle", 0, 0.7]]) {
    const source = new OscillatorNode(context, { type, frequency: hz, detune });
    depth.connect(source.detune);
    source.connect(new GainNode(context, { gain: amount })).connect(filter);
    sources.push(source);
  }
  const open = Math.min(9000, hz * (3 + 4 * level));
  filter.frequency.setValueAtTime(hz * 1.5, at);
  filter.frequency.linearRampToValueAtTime(open, at + 0.02);
  filter.frequency.setTargetAtTime(Math.min(9000, hz * 2.6), at + 0.02, 0.25);
  const peak = 0.1 + 0.25 * level;
  gain.gain.setValueAtTime(0, at);
  gain.gain.linearRampToValueAtTime(peak, at + 0.008);
  gain.gain.setTargetAtTime(peak * 0.6, at + 0.008, 0.18);
  filter.connect(gain).connect(pan).connect(out);
  for (const source of sources) source.start(at);
  return voiceOf(context, gain, sources, 0.06);
}
