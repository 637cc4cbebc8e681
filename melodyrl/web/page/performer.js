// Plays a list of notes against any clock: the guest's tunes by the beat, a take by the second.

const TICK_MS = 5;

export class Performer {
  /** press(pitch, velocity, id) and release(pitch, id): id is one sounding note's own. */
  constructor(press, release) {
    this.press = press;
    this.release = release;
    this.timer = 0;
    this.sounding = new Map(); // id -> {pitch, end}
  }

  get isPlaying() {
    return this.timer !== 0;
  }

  /**
   * Play notes {at, length, pitch, velocity}; position() says where we are in the same unit.
   *
   * With a `round` they begin again each time so much has passed; without one, ended() is called
   * when the last has sounded. A note that is more than `late` behind is left out: a page that was
   * asleep must not play all that it missed at once.
   */
  start(notes, position, { round = 0, late = 0.5, ended = () => {} } = {}) {
    this.stop();
    Object.assign(this, { position, round, late, ended });
    this.notes = [...notes].sort((a, b) => a.at - b.at);
    this.next = 0; // counts on through the rounds
    this.timer = setInterval(() => this.tick(), TICK_MS);
    this.tick();
  }

  stop() {
    clearInterval(this.timer);
    this.timer = 0;
    for (const id of [...this.sounding.keys()]) this.end(id);
  }

  tick() {
    const now = this.position();
    for (const [id, { end }] of [...this.sounding]) if (end <= now) this.end(id);
    for (let due = this.due(); due && due.at <= now; due = this.due()) {
      if (now - due.at <= this.late) this.begin(due);
      this.next++;
    }
    if (!this.due() && !this.sounding.size) {
      this.stop();
      this.ended();
    }
  }

  due() {
    const { notes, next, round } = this;
    const note = notes[next % notes.length];
    const rounds = Math.floor(next / notes.length);
    if (!note || (rounds && !round)) return null;
    return { ...note, at: note.at + rounds * round };
  }

  begin({ at, length, pitch, velocity }) {
    this.press(pitch, velocity, this.next);
    this.sounding.set(this.next, { pitch, end: at + length });
  }

  end(id) {
    const { pitch } = this.sounding.get(id);
    this.sounding.delete(id);
    this.release(pitch, id);
  }
}
