// The piano roll: what both players sounded in the last seconds, scrolling towards the left.

import { pitchName } from "./piano.js";

const KEPT = 8000; // notes
const NOW_AT = 0.86; // of the width; beat lines to come are drawn right of it
const LEAST_SPAN = 26; // semitones in view
const CHORD_LANE_PX = 26;
const LEGEND_LANE_PX = 34;

export class Roll {
  constructor(canvas, grid) {
    this.canvas = canvas;
    this.context = canvas.getContext("2d");
    this.grid = grid;
    this.notes = []; // {who, pitch, velocity, start, end}, by start
    this.open = new Map(); // "who:pitch" -> note
    this.chords = []; // {ms, name}
    this.low = 52;
    this.high = 80;
    this.frames = 0;
    new ResizeObserver(() => this.resize()).observe(canvas);
    matchMedia("(prefers-color-scheme: light)").addEventListener("change", () => this.readColours());
    this.readColours();
    this.resize();
    const frame = () => {
      this.draw(performance.now());
      requestAnimationFrame(frame);
    };
    requestAnimationFrame(frame);
  }

  on(who, pitch, velocity, ms) {
    this.off(who, pitch, ms);
    const note = { who, pitch, velocity, start: ms, end: null };
    this.open.set(`${who}:${pitch}`, note);
    this.notes.push(note);
    if (this.notes.length > KEPT) this.notes.splice(0, KEPT / 8);
  }

  off(who, pitch, ms) {
    const id = `${who}:${pitch}`;
    const note = this.open.get(id);
    if (!note) return;
    note.end = Math.max(ms, note.start + 1);
    this.open.delete(id);
  }

  /** End each of someone's notes that began before a moment and is not in `pitches`. */
  keepOnly(who, pitches, beforeMs, end) {
    for (const note of [...this.open.values()]) {
      if (note.who === who && note.start < beforeMs && !pitches.includes(note.pitch)) end(note.pitch);
    }
  }

  allOff(ms) {
    for (const note of this.open.values()) note.end = ms;
    this.open.clear();
  }

  chord(name, ms) {
    const before = this.chords.at(-1)?.name ?? null;
    if (name !== before) this.chords.push({ name, ms });
    if (this.chords.length > 200) this.chords.shift();
  }

  /** Whether any note is in view. */
  get isEmpty() {
    return !this.shown;
  }

  readColours() {
    const style = getComputedStyle(document.documentElement);
    const names = ["surface", "row", "beat", "bar", "text", "dim", "player", "machine"];
    this.colours = Object.fromEntries(names.map((name) => [name, style.getPropertyValue(`--${name}`)]));
  }

  resize() {
    this.scale = Math.min(2, devicePixelRatio || 1);
    this.width = this.canvas.clientWidth;
    this.height = this.canvas.clientHeight;
    this.canvas.width = this.width * this.scale;
    this.canvas.height = this.height * this.scale;
  }

  draw(now) {
    this.frames++;
    const pxPerMs = Math.max(60, Math.min(120, this.width / 9)) / 1000;
    const nowX = this.width * NOW_AT;
    const x = (ms) => nowX + (ms - now) * pxPerMs;
    const from = now - nowX / pxPerMs;
    const to = now + (this.width - nowX) / pxPerMs;
    const seen = this.inView(from);
    this.shown = seen.length;
    this.follow(seen);
    const c = this.context;
    c.setTransform(this.scale, 0, 0, this.scale, 0, 0);
    c.fillStyle = this.colours.surface;
    c.fillRect(0, 0, this.width, this.height);
    this.drawRows(c);
    this.drawOctaves(c);
    this.drawLines(c, x, from, to);
    c.fillStyle = this.colours.bar;
    c.fillRect(nowX, CHORD_LANE_PX, 1.5, this.height);
    this.drawNotes(c, seen, x, now);
    this.drawChords(c, x, from);
  }

  /** Notes that end after a moment: long ones may have begun well before it. */
  inView(from) {
    const seen = [];
    for (let i = this.notes.length - 1; i >= 0; i--) {
      const note = this.notes[i];
      if (note.end === null || note.end > from) seen.push(note);
      else if (note.start < from - 60000) break;
    }
    return seen;
  }

  /** Ease the range of pitches towards the one that shows all. */
  follow(notes) {
    let low = Infinity;
    let high = -Infinity;
    for (const { pitch } of notes) {
      if (pitch < low) low = pitch;
      if (pitch > high) high = pitch;
    }
    if (low === Infinity) [low, high] = [55, 77];
    const spare = Math.max(4, LEAST_SPAN - (high - low)) / 2;
    this.low += (low - spare - this.low) * 0.08;
    this.high += (high + spare - this.high) * 0.08;
  }

  y(pitch) {
    return CHORD_LANE_PX + (this.high - pitch) * this.rowHeight;
  }

  get rowHeight() {
    return (this.height - CHORD_LANE_PX - LEGEND_LANE_PX) / (this.high - this.low);
  }

  drawRows(c) {
    const height = this.rowHeight;
    for (let pitch = Math.floor(this.low); pitch <= Math.ceil(this.high); pitch++) {
      const y = this.y(pitch);
      if ([1, 3, 6, 8, 10].includes(((pitch % 12) + 12) % 12)) {
        c.fillStyle = this.colours.row;
        c.fillRect(0, y - height / 2, this.width, height);
      }
      if (pitch % 12 === 0) {
        c.fillStyle = this.colours.beat;
        c.fillRect(0, y + height / 2, this.width, 1);
      }
    }
  }

  drawOctaves(c) {
    c.font = "11px system-ui, sans-serif";
    c.textBaseline = "middle";
    c.fillStyle = this.colours.dim;
    for (let pitch = Math.ceil(this.low / 12) * 12; pitch <= this.high; pitch += 12) {
      c.fillText(pitchName(pitch), this.width - 26, this.y(pitch));
    }
  }

  drawLines(c, x, from, to) {
    this.grid.lines(from, to, (ms, isBar, bar) => {
      c.fillStyle = isBar ? this.colours.bar : this.colours.beat;
      c.fillRect(x(ms), CHORD_LANE_PX, 1, this.height);
      if (isBar && x(ms) < this.width - 44) {
        c.fillStyle = this.colours.dim;
        c.fillText(String(bar), x(ms) + 4, CHORD_LANE_PX + 8);
      }
    });
  }

  /** All notes, those of one player and one loudness in one path: thousands cost little. */
  drawNotes(c, notes, x, now) {
    const height = Math.max(5, Math.min(13, this.rowHeight * 0.86));
    const paths = new Map(); // "who loudness" -> Path2D
    for (const note of notes) {
      const id = `${note.who} ${Math.ceil(note.velocity / 32)}`;
      if (!paths.has(id)) paths.set(id, new Path2D());
      const x0 = x(note.start);
      const width = Math.max(height, x(note.end ?? now) - x0);
      outline[note.who](paths.get(id), x0, this.y(note.pitch), width, height);
    }
    // The machine's last: its thin bar shows on a round one, and not the other way about.
    for (const [id, path] of [...paths].sort(([a], [b]) => (a < b ? 1 : -1))) {
      const [who, loudness] = id.split(" ");
      c.globalAlpha = 0.6 + 0.1 * loudness;
      c.fillStyle = this.colours[who];
      c.fill(path);
    }
    c.globalAlpha = 1;
  }

  /** Chord names along the top; the one that began before the left edge stays there. */
  drawChords(c, x, from) {
    c.font = "600 14px system-ui, sans-serif";
    let right = this.width;
    for (let i = this.chords.length - 1; i >= 0; i--) {
      const { name, ms } = this.chords[i];
      const at = Math.max(10, x(ms));
      const fits = c.measureText(name ?? "").width + 10 <= right - at;
      if (name && (fits || i === this.chords.length - 1)) {
        c.fillStyle = this.colours.text;
        c.fillText(name, Math.min(at, right - c.measureText(name).width - 6), CHORD_LANE_PX / 2 + 1);
      }
      right = Math.min(right, x(ms));
      if (ms < from) break;
    }
  }
}

/** Two shapes, so that nobody needs the colours: the player's round, the machine's a diamond. */
const outline = {
  player(path, x, y, width, height) {
    path.roundRect(x, y - height / 2, width, height, height / 2);
  },
  machine(path, x, y, width, height) {
    const half = height * 0.72;
    path.rect(x, y - height * 0.3, width, height * 0.6);
    path.moveTo(x - half, y);
    path.lineTo(x, y - half);
    path.lineTo(x + half, y);
    path.lineTo(x, y + half);
    path.closePath();
  },
};
