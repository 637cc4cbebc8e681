// The voices: each makes one note that can be released. Two ways: strings rendered once (piano,
// pluck, bass), and oscillators through a filter (pad, reed).

import { frequency, RECIPES, renderString } from "./strings.js";

const SPACING = 4; // semitones between rendered pitches; in between they are played faster
const rendered = new Map(); // "recipe pitch" -> {samples, rate}
const buffers = new WeakMap(); // context -> Map of the same keys -> AudioBuffer

/** Name -> {title, start}. start(context, out, pitch, level 0-1, at) gives {release(at, done)}. */
export const VOICES = {
  piano: { title: "Piano", start: string("piano", { gain: 0.3, fadeS: 0.07, body: 1500, bite: 6500 }) },
  pluck: { title: "Pluck", start: string("pluck", { gain: 0.34, fadeS: 0.16, body: 2200, bite: 7000 }) },
  bass: { title: "Bass", start: string("bass", { gain: 0.36, fadeS: 0.06, body: 700, bite: 2600 }) },
  pad: {
    title: "Pad",
    start: reed({
      waves: [["sawtooth", -9, 0.2], ["sawtooth", 8, 0.2], ["triangle", 0, 0.5]],
      gain: 0.3, attackS: 0.16, sustain: 0.85, fadeS: 0.3, open: 3, vibrato: 0,
    }),
  },
  reed: {
    title: "Reed",
    start: reed({
      waves: [["square", 0, 0.22], ["triangle", 4, 0.65]],
      gain: 0.3, attackS: 0.025, sustain: 0.7, fadeS: 0.06, open: 4.5, vibrato: 9,
    }),
  },
};

/** Render the strings of the middle octaves one by one while the browser is idle. */
export function warm(names) {
  const todo = [];
  for (let pitch = 60; pitch < 88; pitch += SPACING) todo.push(pitch, 116 - pitch);
  const jobs = todo.flatMap((pitch) => names.filter((name) => name in RECIPES).map((name) => [name, pitch]));
  const idle = globalThis.requestIdleCallback ?? ((work) => setTimeout(work, 30));
  const next = () => {
    const job = jobs.shift();
    if (!job) return;
    samplesOf(...job);
    idle(next);
  };
  idle(next);
}

function samplesOf(name, pitch) {
  const id = `${name} ${pitch}`;
  if (!rendered.has(id)) rendered.set(id, renderString(RECIPES[name], pitch));
  return rendered.get(id);
}

function bufferOf(context, name, pitch) {
  if (!buffers.has(context)) buffers.set(context, new Map());
  const known = buffers.get(context);
  const id = `${name} ${pitch}`;
  if (!known.has(id)) {
    const { samples, rate } = samplesOf(name, pitch);
    const buffer = context.createBuffer(1, samples.length, rate);
    buffer.copyToChannel(samples, 0);
    known.set(id, buffer);
  }
  return known.get(id);
}

/** A rendered string; the harder it is struck, the brighter it is. */
function string(name, { gain, fadeS, body, bite }) {
  return (context, out, pitch, level, at) => {
    const near = Math.round(pitch / SPACING) * SPACING;
    const source = new AudioBufferSourceNode(context, {
      buffer: bufferOf(context, name, near), playbackRate: frequency(pitch) / frequency(near),
    });
    const tone = new BiquadFilterNode(context, {
      type: "lowpass", Q: 0.5, frequency: body + frequency(pitch) + bite * level * level,
    });
    const loudness = new GainNode(context, { gain: gain * loudnessOf(level) });
    source.connect(tone).connect(loudness);
    source.start(at);
    return voiceOf(context, loudness, out, [source], pitch, fadeS);
  };
}

/** Oscillators through a filter that opens with the note, with a late vibrato in cents. */
function reed({ waves, gain, attackS, sustain, fadeS, open, vibrato }) {
  return (context, out, pitch, level, at) => {
    const hz = frequency(pitch);
    const envelope = new GainNode(context, { gain: 0 });
    const filter = new BiquadFilterNode(context, { type: "lowpass", Q: 0.8, frequency: hz * 1.5 });
    const sources = waves.map(([type, detune, amount]) => {
      const source = new OscillatorNode(context, { type, frequency: hz, detune });
      source.connect(new GainNode(context, { gain: amount })).connect(filter);
      return source;
    });
    if (vibrato) sources.push(shake(context, sources, vibrato, at));
    filter.frequency.setValueAtTime(Math.min(7000, hz * 1.5), at);
    filter.frequency.setTargetAtTime(Math.min(9000, hz * (1.5 + open * level)), at, attackS);
    const peak = gain * loudnessOf(level);
    envelope.gain.setValueAtTime(0, at);
    envelope.gain.setTargetAtTime(peak, at, attackS / 3);
    envelope.gain.setTargetAtTime(peak * sustain, at + attackS * 2, 0.25);
    filter.connect(envelope);
    for (const source of sources) source.start(at);
    return voiceOf(context, envelope, out, sources, pitch, fadeS);
  };
}

function shake(context, sources, cents, at) {
  const oscillator = new OscillatorNode(context, { frequency: 5.2 });
  const depth = new GainNode(context, { gain: 0 });
  depth.gain.setValueAtTime(0, at + 0.25);
  depth.gain.linearRampToValueAtTime(cents, at + 0.8);
  oscillator.connect(depth);
  for (const source of sources) depth.connect(source.detune);
  return oscillator;
}

/** Gain for a velocity 0-1: 40 dB from softest to loudest would be a piano; half that is plenty here. */
const loudnessOf = (level) => 0.1 + 0.9 * level ** 1.5;

/** Ends a voice on a gain of its own: its envelope is never cut short, so no click. */
function voiceOf(context, sound, out, sources, pitch, fadeS) {
  const damper = new GainNode(context, { gain: 1 });
  const seat = new StereoPannerNode(context, { pan: Math.max(-0.5, Math.min(0.5, (pitch - 62) / 60)) });
  sound.connect(damper).connect(seat).connect(out);
  let hasEnded = false;
  let done = () => {};
  sources[0].onended = () => {
    hasEnded = true;
    seat.disconnect();
    done();
  };
  return {
    release(at, whenDone) {
      if (hasEnded) return whenDone(); // a string that was held until it was still
      done = whenDone;
      damper.gain.setTargetAtTime(0, at, fadeS);
      for (const source of sources) source.stop(at + fadeS * 9);
    },
  };
}
