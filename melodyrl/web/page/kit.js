// The drums: each a few decaying tones and bursts of filtered noise, by its General MIDI note.

const NOISE_S = 2;
const STILL = 9; // time constants after which a layer is 78 dB below
const ONSET_S = 0.001;

const tone = (from, to, decayS, level, type = "sine") => ({ from, to, decayS, level, type });
const noise = (filter, hz, decayS, level, { q = 0.7, lateS = 0 } = {}) => ({ filter, hz, decayS, level, q, lateS });

/** General MIDI note -> layers. A tone falls from one frequency to another; decays are to 1/e. */
export const KIT = {
  36: [tone(150, 48, 0.14, 1), noise("lowpass", 900, 0.008, 0.5)],
  38: [tone(240, 180, 0.06, 0.45, "triangle"), noise("highpass", 1400, 0.075, 0.6)],
  37: [tone(1750, 1650, 0.012, 0.35, "triangle"), noise("bandpass", 2600, 0.02, 0.6, { q: 2 })],
  39: [0, 0.011, 0.022].map((lateS) => noise("bandpass", 1300, lateS === 0.022 ? 0.07 : 0.008, 0.75, { q: 1.2, lateS })),
  42: [noise("highpass", 7500, 0.022, 0.4)],
  46: [noise("highpass", 7000, 0.13, 0.38)],
  44: [noise("highpass", 6000, 0.028, 0.28)],
  51: [tone(3100, 3100, 0.12, 0.05, "square"), noise("highpass", 6500, 0.2, 0.2)],
  70: [noise("bandpass", 6200, 0.03, 0.4, { q: 1.5 })],
  49: [noise("highpass", 4000, 0.45, 0.38)],
  45: [tone(115, 78, 0.17, 0.85), noise("lowpass", 1500, 0.01, 0.25)],
  47: [tone(150, 105, 0.15, 0.8), noise("lowpass", 1800, 0.01, 0.25)],
  50: [tone(205, 145, 0.13, 0.75), noise("lowpass", 2200, 0.01, 0.25)],
  56: [tone(560, 560, 0.07, 0.16, "square"), tone(845, 845, 0.09, 0.14, "square")],
  63: [tone(255, 215, 0.08, 0.7), noise("bandpass", 1800, 0.008, 0.2)],
  54: [noise("highpass", 8000, 0.05, 0.3), noise("bandpass", 9500, 0.08, 0.25, { q: 3, lateS: 0.02 })],
};

const noises = new WeakMap(); // context -> AudioBuffer

/** Strike a drum: it rings as long as it rings, whenever it is released. A note of none is a stick's. */
export function strike(context, out, pitch, level, at) {
  const loud = new GainNode(context, { gain: 0.55 * (0.1 + 0.9 * level ** 1.5) });
  loud.connect(out);
  const sources = (KIT[pitch] ?? KIT[37]).map((layer) => sound(context, layer, loud, at));
  let left = sources.length;
  let done = () => {};
  for (const source of sources) {
    source.onended = () => {
      left -= 1;
      if (left) return;
      loud.disconnect();
      done();
    };
  }
  return {
    release(_, whenDone) {
      if (left) done = whenDone;
      else whenDone();
    },
  };
}

function sound(context, { from, to, type, filter, hz, q, decayS, level, lateS = 0 }, out, at) {
  const begins = at + lateS;
  const envelope = new GainNode(context, { gain: 0 });
  envelope.gain.setValueAtTime(0, begins).linearRampToValueAtTime(level, begins + ONSET_S);
  envelope.gain.setTargetAtTime(0, begins + ONSET_S, decayS);
  envelope.connect(out);
  const source = filter
    ? new AudioBufferSourceNode(context, { buffer: noiseOf(context), loop: true })
    : new OscillatorNode(context, { type, frequency: from });
  if (filter) source.connect(new BiquadFilterNode(context, { type: filter, frequency: hz, Q: q })).connect(envelope);
  else {
    source.frequency.setValueAtTime(from, begins).exponentialRampToValueAtTime(to, begins + decayS / 2);
    source.connect(envelope);
  }
  source.start(begins);
  source.stop(begins + ONSET_S + decayS * STILL);
  return source;
}

function noiseOf(context) {
  if (!noises.has(context)) {
    const buffer = context.createBuffer(1, NOISE_S * context.sampleRate, context.sampleRate);
    const data = buffer.getChannelData(0);
    let seed = 1; // the same on each visit
    for (let i = 0; i < data.length; i++) {
      seed = (Math.imul(seed, 1664525) + 1013904223) | 0;
      data[i] = seed / 2 ** 31;
    }
    noises.set(context, buffer);
  }
  return noises.get(context);
}
