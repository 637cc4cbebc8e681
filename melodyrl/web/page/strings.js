// Strings, struck or plucked, as sums of partials that ring and die each at its own pace.
// Rendered once a pitch into plain samples, so that a note costs no more than playing them.

const RATE = 32000; // Hz; nothing here sounds above 9 kHz
const HIGHEST_HZ = 9000;
const MOST_PARTIALS = 28;
const ONSET_S = 0.002; // raised cosine: a hammer is soft, and no click

/** Frequency in Hz of a MIDI pitch; A4 = 69 = 440 Hz. */
export const frequency = (pitch) => 440 * 2 ** ((pitch - 69) / 12);

/**
 * What makes a string: `at` is where it is struck, as a share of its length (partials with a node
 * there stay silent); `tilt` how fast higher partials weaken; `ringS` how long middle C's first
 * partial takes to fall to 1/e, and `damping` how much sooner the higher ones do; `stiffness` how
 * far they are stretched at middle C; `twin` how loud a second string beats against it; `knockHz`
 * the wood that answers the hammer.
 */
export const RECIPES = {
  piano: {
    at: 0.125, tilt: 1.15, ringS: 1.1, damping: 0.22, stiffness: 3.2e-4, twin: 0.45, knockHz: 140,
    shineHz: 2600,
  },
  pluck: {
    at: 0.17, tilt: 0.9, ringS: 0.9, damping: 0.3, stiffness: 4e-5, twin: 0.25, knockHz: 0,
    shineHz: 4800,
  },
  bass: {
    at: 0.2, tilt: 1.3, ringS: 0.9, damping: 0.3, stiffness: 8e-5, twin: 0, knockHz: 70,
    shineHz: 900,
  },
};

/** Samples of a string at a pitch, at most 1 in size, and their rate in Hz. */
export function renderString(recipe, pitch) {
  const seconds = Math.max(1.2, Math.min(4.5, recipe.ringS * 4 * 2 ** ((60 - pitch) / 24)));
  const samples = new Float32Array(Math.round(seconds * RATE));
  for (const partial of partials(recipe, pitch)) ring(samples, partial);
  if (recipe.knockHz) knock(samples, recipe.knockHz);
  shape(samples);
  return { samples, rate: RATE };
}

/** {hz, level, ringS} of each partial. Stretch of a stiff string: Fletcher (1964), f_n = n f √(1 + B n²). */
function* partials({ at, tilt, ringS, damping, stiffness, twin, shineHz }, pitch) {
  const hz = frequency(pitch);
  const b = stiffness * 2 ** ((pitch - 60) / 9); // treble strings are short and stiff
  const ring1S = ringS * 2 ** ((60 - pitch) / 22);
  for (let n = 1; n <= MOST_PARTIALS; n++) {
    const partialHz = n * hz * Math.sqrt((1 + b * n * n) / (1 + b));
    if (partialHz > HIGHEST_HZ) return;
    const level = Math.sin(n * Math.PI * at) / n ** tilt * Math.exp(-partialHz / shineHz / 1.6);
    const partialS = ring1S / (1 + damping * (n - 1) + (partialHz / 5000) ** 2);
    yield { hz: partialHz, level, ringS: partialS };
    // The second string of the unison is a hair off, and rings on when the first is gone.
    if (twin && n <= 8) yield { hz: partialHz * 1.0004, level: level * twin, ringS: partialS * 2.8 };
  }
}

/** Add a decaying sine: y[n] = 2 r cos(w) y[n-1] - r² y[n-2]. */
function ring(samples, { hz, level, ringS }) {
  const w = (2 * Math.PI * hz) / RATE;
  const r = Math.exp(-1 / (ringS * RATE));
  const a = 2 * r * Math.cos(w);
  const b = -r * r;
  const end = Math.min(samples.length, Math.round(ringS * 9 * RATE)); // then 78 dB below
  let before = 0;
  let now = level * r * Math.sin(w);
  for (let i = 1; i < end; i++) {
    samples[i] += now;
    [before, now] = [now, a * now + b * before];
  }
}

function knock(samples, hz) {
  for (const [ratio, level] of [[1, 0.05], [2.3, 0.035], [5.1, 0.02]]) {
    ring(samples, { hz: hz * ratio, level, ringS: 0.025 });
  }
}

/** Soften both ends, and bring the peak to 1. */
function shape(samples) {
  const onset = Math.round(ONSET_S * RATE);
  const tail = Math.round(samples.length * 0.25);
  let peak = 0;
  for (let i = 0; i < samples.length; i++) {
    const left = samples.length - 1 - i;
    if (i < onset) samples[i] *= 0.5 - 0.5 * Math.cos((Math.PI * i) / onset);
    if (left < tail) samples[i] *= 0.5 - 0.5 * Math.cos((Math.PI * left) / tail);
    peak = Math.max(peak, Math.abs(samples[i]));
  }
  for (let i = 0; i < samples.length; i++) samples[i] /= peak;
}
