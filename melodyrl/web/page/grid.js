// Bars and beats on the page's clock, from what the daemon says about its position now and then.

/** A stretch of time with one tempo and meter: step n is at ms + (n - step) * stepMs. */
export class Grid {
  constructor() {
    this.stretches = []; // {ms, step, stepMs, barSteps, beatSteps, running}, oldest first
  }

  /** The daemon was at `step` (sixteenths since its first bar, may be fractional) at `ms`. */
  tell(ms, step, stepMs, barSteps, beatSteps, running) {
    const last = this.stretches.at(-1);
    const same = last && last.running === running && Math.abs(last.stepMs - stepMs) < 0.01 &&
      last.barSteps === barSteps && last.beatSteps === beatSteps &&
      (!running || Math.abs(this.stepAt(ms) - step) * stepMs < 4); // 4 ms: not seen on a roll
    if (same) return;
    this.stretches.push({ ms, step, stepMs, barSteps, beatSteps, running });
    if (this.stretches.length > 64) this.stretches.shift();
  }

  stepAt(ms) {
    const last = this.stretches.at(-1);
    return last ? last.step + (ms - last.ms) / last.stepMs : 0;
  }

  /** Calls draw(ms, isBar, bar number from 1) for each beat between two moments. */
  lines(fromMs, toMs, draw) {
    this.stretches.forEach((stretch, index) => {
      const { ms, step, stepMs, barSteps, beatSteps, running } = stretch;
      if (!running) return;
      const from = Math.max(fromMs, index ? ms - stepMs : -Infinity);
      const to = Math.min(toMs, this.stretches[index + 1]?.ms ?? Infinity);
      const first = Math.max(0, Math.ceil((step + (from - ms) / stepMs) / beatSteps));
      for (let beat = first; ; beat++) {
        const at = ms + (beat * beatSteps - step) * stepMs;
        if (at > to) break;
        const isBar = (beat * beatSteps) % barSteps === 0;
        draw(at, isBar, Math.floor((beat * beatSteps) / barSteps) + 1);
      }
    });
  }
}
