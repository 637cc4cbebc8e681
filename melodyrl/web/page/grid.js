// Bars and beats on the page's clock, from where the daemon says that the present step begins.

const BAR_STEPS = { "4/4": 16, "3/4": 12, "6/8": 12 };
const BEAT_STEPS = { "6/8": 6 };

const EXACT = 1e-6; // steps; sums of fractions are off by less
const AGREED_MS = 2; // less than a pixel, and more than two clocks drift apart

/** Stretches of one tempo and meter: step n (sixteenths) is at ms + (n - step) * stepMs. */
export class Grid {
  constructor() {
    this.stretches = []; // {since, ms, step, stepMs, meter, running}, oldest first
  }

  /**
   * By a state of the moment `since`, its step begins at `ms`.
   *
   * A stretch stays while states agree with it: a clock that we follow changes its tempo by hairs.
   */
  tell(since, ms, { running, bar, step: inBar, tempo_bpm: tempoBpm, meter }) {
    const last = this.stretches.at(-1);
    const step = bar * (BAR_STEPS[meter] ?? 16) + inBar;
    const isSame = last && last.running === running && last.meter === meter;
    const off = isSame && running ? Math.abs(last.ms + (step - last.step) * last.stepMs - ms) : 0;
    if (isSame && off < AGREED_MS) return;
    const goesOn = isSame && off < last.stepMs;
    this.stretches.push({ since: goesOn ? since : ms, ms, step, stepMs: 15000 / tempoBpm, meter, running });
    if (this.stretches.length > 64) this.stretches.shift();
  }

  /** Quarter notes since the first bar began, at a moment; null while the machine waits. */
  quarterAt(ms) {
    const last = this.stretches.at(-1);
    return last?.running ? (last.step + (ms - last.ms) / last.stepMs) / 4 : null;
  }

  /** The sixteenth of its bar that a moment lies in; null while the machine waits. */
  stepAt(ms) {
    const quarter = this.quarterAt(ms);
    const steps = BAR_STEPS[this.stretches.at(-1)?.meter] ?? 16;
    return quarter === null ? null : Math.floor(quarter * 4 + EXACT) % steps;
  }

  /** Calls draw(ms, is bar, bar number from 1) for each beat between two moments. */
  lines(fromMs, toMs, draw) {
    this.stretches.forEach(({ since: from, ms, step, stepMs, meter, running }, index) => {
      if (!running) return;
      const barSteps = BAR_STEPS[meter] ?? 16;
      const beatSteps = BEAT_STEPS[meter] ?? 4;
      const until = Math.min(toMs, this.stretches[index + 1]?.since ?? Infinity);
      const first = step + (Math.max(fromMs, from) - ms) / stepMs - EXACT;
      for (let beat = Math.max(0, Math.ceil(first / beatSteps)); ; beat++) {
        const at = ms + (beat * beatSteps - step) * stepMs;
        if (at >= until) break;
        const isBar = (beat * beatSteps) % barSteps === 0;
        draw(at, isBar, Math.floor((beat * beatSteps) / barSteps) + 1);
      }
    });
  }
}
