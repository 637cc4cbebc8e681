// Bars and beats on the page's clock, from what the daemon says about its position now and then.

const BAR_STEPS = { "4/4": 16, "3/4": 12, "6/8": 12 };
const BEAT_STEPS = { "6/8": 6 };

/** Stretches of one tempo and meter: step n (sixteenths) is at ms + (n - step) * stepMs. */
export class Grid {
  constructor() {
    this.stretches = []; // {ms, step, stepMs, meter, running}, oldest first
  }

  /**
   * The daemon was within `step` of `bar` at `ms`.
   *
   * It says only which sixteenth, not how far into it; so the earliest report of each one moves
   * the stretch, and only a report that contradicts it begins a new stretch.
   */
  tell(ms, { running, bar, step, tempo_bpm: tempoBpm, meter }) {
    const last = this.stretches.at(-1);
    const stepMs = 15000 / tempoBpm;
    const reported = bar * (BAR_STEPS[meter] ?? 16) + step;
    const expected = last ? last.step + (ms - last.ms) / last.stepMs : 0;
    const isSame = last && last.running === running && last.stepMs === stepMs && last.meter === meter;
    if (isSame && (!running || (expected > reported - 1 && expected < reported + 1.2))) {
      if (running && expected < reported) last.ms -= (reported - expected) * stepMs;
      return;
    }
    const goesOn = last?.running && running && expected >= reported && expected < reported + 1;
    const from = goesOn ? expected : reported;
    this.stretches.push({ ms, step: from, stepMs, meter, running });
    if (this.stretches.length > 64) this.stretches.shift();
  }

  /** Quarter notes since the first bar began, at a moment; null while the machine waits. */
  quarterAt(ms) {
    const last = this.stretches.at(-1);
    return last?.running ? (last.step + (ms - last.ms) / last.stepMs) / 4 : null;
  }

  /** Calls draw(ms, is bar, bar number from 1) for each beat between two moments. */
  lines(fromMs, toMs, draw) {
    this.stretches.forEach(({ ms, step, stepMs, meter, running }, index) => {
      if (!running) return;
      const barSteps = BAR_STEPS[meter] ?? 16;
      const beatSteps = BEAT_STEPS[meter] ?? 4;
      const until = Math.min(toMs, this.stretches[index + 1]?.ms ?? Infinity);
      const since = step + (Math.max(fromMs, ms - stepMs) - ms) / stepMs;
      for (let beat = Math.max(0, Math.ceil(since / beatSteps)); ; beat++) {
        const at = ms + (beat * beatSteps - step) * stepMs;
        if (at > until) break;
        const isBar = (beat * beatSteps) % barSteps === 0;
        draw(at, isBar, Math.floor((beat * beatSteps) / barSteps) + 1);
      }
    });
  }
}
