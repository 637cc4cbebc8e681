// The piano roll: what both players sounded in the last seconds, scrolling towards the left.

import { pitchName } from "./piano.js";
import { drawHalos, drawNotes } from "./shapes.js";
import { Strip } from "./strip.js";

const NOW_AT = 0.86; // of the width; beat lines to come are drawn right of it
const NOW_AT_AHEAD = 0.74; // and notes to come
const LEAST_SPAN = 26; // semitones in view
const CHORD_LANE_PX = 30;
const LEGEND_LANE_PX = 44;
const EASE = 0.12; // of the way to the range that is wanted, each frame
const BLACK = [1, 3, 6, 8, 10];

export class Roll {
  /**
   * Draws a score over a grid, and what lies ahead (an Ahead).
   *
   * delayMs() is how much later a note is heard than it is known.
   */
  constructor(canvas, score, grid, ahead, delayMs = () => 0) {
    Object.assign(this, { canvas, score, grid, ahead, delayMs });
    this.context = canvas.getContext("2d");
    this.strip = new Strip(score);
    this.range = { low: 45, high: 79 };
    this.spentMs = 0; // in the last frame
    this.isMoving = true; // whether the next frame would look otherwise
    this.newest = []; // of what is drawn: a still picture is drawn anew only where these change
    new ResizeObserver(() => this.resize()).observe(canvas);
    matchMedia("(prefers-color-scheme: light)").addEventListener("change", () => this.readColours());
    this.readColours();
    this.resize();
    const frame = () => {
      const began = performance.now();
      if (this.hasNews() || this.isMoving) this.draw(began - this.delayMs());
      this.spentMs = performance.now() - began;
      requestAnimationFrame(frame);
    };
    requestAnimationFrame(frame);
  }

  /** Whether any note is in view. */
  get isEmpty() {
    return !this.isInUse;
  }

  hasNews() {
    const lists = [this.score.notes, this.score.chords, this.grid.stretches, this.ahead.notes];
    const newest = [...lists.map((each) => each.at(-1)), this.ahead.isShown];
    const hasNews = newest.some((each, index) => each !== this.newest[index]);
    this.newest = newest;
    return hasNews;
  }

  readColours() {
    const style = getComputedStyle(document.documentElement);
    const names = ["surface", "row", "beat", "bar", "text", "dim", "player", "machine"];
    this.colours = Object.fromEntries(names.map((name) => [name, style.getPropertyValue(`--${name}`)]));
    this.strip.clear();
    this.isMoving = true;
  }

  resize() {
    this.scale = Math.min(2, devicePixelRatio || 1);
    this.width = this.canvas.clientWidth;
    this.height = this.canvas.clientHeight;
    this.canvas.width = this.width * this.scale;
    this.canvas.height = this.height * this.scale;
    this.strip.clear();
    this.isMoving = true;
  }

  /** Draw the moment `now` of the page's clock at the now-line. */
  draw(now) {
    const view = this.view(now);
    const c = this.context;
    c.setTransform(this.scale, 0, 0, this.scale, 0, 0);
    c.fillStyle = this.colours.surface;
    c.fillRect(0, 0, this.width, this.height);
    this.drawRows(c, view);
    const lines = this.drawLines(c, view);
    c.fillStyle = this.colours.bar;
    c.fillRect(view.nowX, CHORD_LANE_PX, 1.5, this.height);
    this.drawSounding(c, view);
    this.ahead.draw(c, view);
    this.strip.draw(c, view);
    this.drawChords(c, view);
    const hasChords = this.score.chords.at(-1)?.ms > view.from;
    this.isMoving = this.isInUse || lines > 0 || hasChords || !view.isSettled;
  }

  /** Where everything is in this frame. */
  view(now) {
    const { width, height, scale, colours } = this;
    const pxPerMs = Math.max(60, Math.min(120, width / 9)) / 1000;
    const nowX = width * (this.ahead.isShown ? NOW_AT_AHEAD : NOW_AT);
    const from = now - nowX / pxPerMs;
    const isSettled = this.follow([...this.score.between(from, now + 1000), ...this.ahead.after(now)]);
    const { low, high } = this.range;
    const [top, bottom] = [CHORD_LANE_PX, height - LEGEND_LANE_PX];
    const rowHeight = (bottom - top) / (high - low);
    return {
      now, nowX, from, to: now + (width - nowX) / pxPerMs, pxPerMs, scale, height, colours,
      low, high, top, bottom, isSettled, rowHeight,
      noteHeight: Math.max(5, Math.min(14, rowHeight * 0.86)),
      x: (ms) => nowX + (ms - now) * pxPerMs,
      y: (pitch) => top + (high - pitch) * rowHeight,
    };
  }

  /** Ease the range of pitches towards the one that shows all; whether it is there. */
  follow(notes) {
    this.isInUse = notes.length > 0;
    const wanted = rangeOf(notes);
    const { range } = this;
    const isNear = Math.abs(wanted.low - range.low) + Math.abs(wanted.high - range.high) < 0.1;
    const share = isNear ? 1 : EASE;
    range.low += (wanted.low - range.low) * share;
    range.high += (wanted.high - range.high) * share;
    return isNear;
  }

  drawRows(c, { low, high, y, rowHeight }) {
    for (let pitch = Math.floor(low); pitch <= Math.ceil(high); pitch++) {
      if (!BLACK.includes(pitch % 12)) continue;
      c.fillStyle = this.colours.row;
      c.fillRect(0, y(pitch) - rowHeight / 2, this.width, rowHeight);
    }
    c.font = "11px system-ui, sans-serif";
    c.textBaseline = "middle";
    for (let pitch = Math.ceil(low / 12) * 12; pitch <= high; pitch += 12) {
      c.fillStyle = this.colours.beat;
      c.fillRect(0, y(pitch) + rowHeight / 2, this.width, 1);
      c.fillStyle = this.colours.dim;
      c.fillText(pitchName(pitch), this.width - 26, y(pitch));
    }
  }

  /** How many there are in view. */
  drawLines(c, { x, from, to }) {
    let count = 0;
    this.grid.lines(from, to, (ms, isBar, bar) => {
      count++;
      c.fillStyle = isBar ? this.colours.bar : this.colours.beat;
      c.fillRect(x(ms), CHORD_LANE_PX, 1, this.height);
      if (isBar && x(ms) < this.width - 44) {
        c.fillStyle = this.colours.dim;
        c.fillText(String(bar), x(ms) + 4, CHORD_LANE_PX + 9);
      }
    });
    return count;
  }

  /** Notes that still sound grow with each frame. */
  drawSounding(c, view) {
    const sounding = [...this.score.open.values()];
    drawHalos(c, sounding, view);
    drawNotes(c, sounding, view);
  }

  /** Chord names along the top; the one that began before the left edge stays there. */
  drawChords(c, { x, from }) {
    c.font = "600 15px system-ui, sans-serif";
    const { chords } = this.score;
    let right = this.width;
    for (let i = chords.length - 1; i >= 0; i--) {
      const { name, ms } = chords[i];
      const at = Math.max(10, x(ms));
      const width = name ? c.measureText(name).width : 0;
      if (name && (width + 10 <= right - at || i === chords.length - 1)) {
        c.fillStyle = this.colours.text;
        c.fillText(name, Math.min(at, right - width - 6), CHORD_LANE_PX / 2 + 1);
      }
      right = Math.min(right, x(ms));
      if (ms < from) break;
    }
  }
}

/** Pitches to show: all that sounded, a little more, and never fewer than LEAST_SPAN. */
function rangeOf(notes) {
  if (!notes.length) return { low: 45, high: 79 };
  let low = Infinity;
  let high = -Infinity;
  for (const { pitch } of notes) {
    if (pitch < low) low = pitch;
    if (pitch > high) high = pitch;
  }
  const spare = Math.max(4, LEAST_SPAN - (high - low)) / 2;
  return { low: low - spare, high: high + spare };
}
