// The take, heard again on this page; and a .mid from anywhere, to play along with. The server reads
// both, with the same reader.

import { Performer } from "./performer.js";
import { minutes } from "./words.js";

const PARTS = { player: "take player", melodyrl: "take machine", drums: "take drums" }; // by the tracks of our own files

/** The answer of our server to a question. Throws a sentence. */
export async function got(path, options) {
  const answer = await fetch(path, options).catch(() => {
    throw new Error("The page's server does not answer; try again once it is connected.");
  });
  if (!answer.ok) throw new Error(await answer.text());
  return answer;
}

/** A file as a tune for the guest: all its tracks as one player. Throws a sentence. */
export async function tuneOf(file) {
  const answer = await got("/notes", { method: "POST", body: await file.arrayBuffer() });
  const { tempo_bpm, meter, tracks } = await answer.json();
  const notes = tracks.flatMap((track) => track.notes
    .map(([, , pitch, velocity, at, end]) => ({ at, length: end - at, pitch, velocity })));
  const first = Math.min(...notes.map(({ at }) => at)); // a file may begin with empty bars
  const barBeats = (meter[0] * 4) / meter[1];
  const skipped = Math.floor(first / barBeats) * barBeats;
  return { title: file.name, tempo_bpm, meter, notes: notes.map((note) => ({ ...note, at: note.at - skipped })) };
}

/**
 * The notes of a take, by default of that of now, {at, length, pitch, velocity, part}, in seconds; and
 * until when they are told, null where all are. Throws a sentence.
 */
export async function takeNotes(path = "/take/notes") {
  const { tracks, until } = await (await got(path)).json();
  const notes = tracks.flatMap(({ name, notes: told }) => told.map(([at, end, pitch, velocity]) => (
    { at, length: end - at, pitch, velocity, part: PARTS[name] ?? "take player" })));
  return { notes: notes.sort((a, b) => a.at - b.at), until };
}

/** Plays the take on this page: nothing of it reaches the machine. */
export class Replay {
  /**
   * on(part, pitch, velocity) and off(part, pitch) sound it; changed() when it begins or ends;
   * say(sentence) tells the player.
   */
  constructor(on, off, changed, say) {
    Object.assign(this, { changed, say });
    const parts = new Map(); // sounding note -> its part
    this.performer = new Performer(
      (pitch, velocity, id) => {
        parts.set(id, this.notes[id].part);
        on(parts.get(id), pitch, velocity);
      },
      (pitch, id) => off(parts.get(id), pitch),
    );
  }

  get isPlaying() {
    return this.performer.isPlaying;
  }

  /** Fetch a take and play it from the beginning. Throws a sentence. */
  async start(path) {
    const { notes, until } = await takeNotes(path);
    if (until !== null) this.say(`The take is long: its first ${minutes(until)} are played.`);
    this.stop();
    this.notes = notes;
    const began = performance.now();
    this.performer.start(this.notes, () => (performance.now() - began) / 1000, { ended: this.changed });
    this.changed();
  }

  stop() {
    if (!this.isPlaying) return;
    this.performer.stop();
    this.changed();
  }
}
