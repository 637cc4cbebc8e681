// What was played: the notes of both players, with moments of the page's clock.

const KEPT = 10000; // notes; a little more than can be told apart in view
const LONGEST_MS = 60000; // a note that ended is not looked for further back than this

export class Score {
  constructor() {
    this.notes = []; // {part, pitch, velocity, start, end}, by start; end is null while it sounds
    this.open = new Map(); // "part:pitch" -> note
    this.chords = []; // {ms, name}
    this.ended = []; // notes that have ended since somebody last took them (see Strip)
  }

  on(part, pitch, velocity, ms) {
    this.off(part, pitch, ms);
    const note = { part, pitch, velocity, start: ms, end: null };
    this.open.set(`${part}:${pitch}`, note);
    this.notes.push(note);
    if (this.notes.length > KEPT) this.notes.splice(0, KEPT / 8);
  }

  off(part, pitch, ms) {
    const id = `${part}:${pitch}`;
    const note = this.open.get(id);
    if (!note) return;
    note.end = Math.max(ms, note.start + 1);
    this.open.delete(id);
    this.ended.push(note);
    if (this.ended.length > KEPT) this.ended.shift(); // nobody draws while the page is hidden
  }

  /** End each of a part's notes that began before a moment and is not in `pitches`. */
  keepOnly(part, pitches, beforeMs, end) {
    for (const note of [...this.open.values()]) {
      if (note.part === part && note.start < beforeMs && !pitches.includes(note.pitch)) end(note.pitch);
    }
  }

  allOff(ms) {
    for (const { part, pitch } of [...this.open.values()]) this.off(part, pitch, ms);
  }

  chord(name, ms) {
    const before = this.chords.at(-1)?.name ?? null;
    if (name !== before) this.chords.push({ name, ms });
    if (this.chords.length > 200) this.chords.shift();
  }

  /** Notes that sound somewhere from one moment to another. */
  between(fromMs, toMs) {
    const found = [];
    for (let i = this.notes.length - 1; i >= 0; i--) {
      const note = this.notes[i];
      if (note.end === null || note.end > fromMs) {
        if (note.start < toMs) found.push(note);
      } else if (note.start < fromMs - LONGEST_MS) break;
    }
    return found;
  }
}
