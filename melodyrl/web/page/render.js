// A take as a sound file's samples: the page's own synth, run as fast as the computer can.

import { Synth } from "./synth.js";

export const MOST_S = 600;
const RATE = 44100; // Hz, as on a CD
const TAIL_S = 0.5; // after the last note, so that it can die away
const FADE_S = 0.25; // the end of the tail, so that the room does not break off
const SHORTEST_S = 0.01; // a note that would end as it begins
const STEP_S = 2; // rendered at a time: notes are told just before they are due
const AHEAD_S = 0.1; // no less than one block of the browser's rendering

/** Seconds that the notes of a take last, with their tail. */
export function lengthOf(notes) {
  return Math.max(0, ...notes.map(({ at, length }) => at + length)) + TAIL_S;
}

/**
 * An AudioBuffer of a take's notes ({at, length, pitch, velocity, part}), both parts, at full volume.
 *
 * `voices` names the instruments {player, machine}; progress(0-1) is called on the way, where the
 * browser can pause a rendering. What lies behind `mostS` is left out.
 */
export function render(notes, voices, progress = () => {}, mostS = MOST_S) {
  const seconds = Math.min(lengthOf(notes), mostS);
  const context = new OfflineAudioContext(2, Math.ceil(seconds * RATE), RATE);
  const synth = new Synth(context, 1);
  for (const [role, name] of Object.entries(voices)) synth.setInstrument(role, name);
  synth.master.gain.setValueAtTime(1, seconds - FADE_S).linearRampToValueAtTime(0, seconds);
  const tell = teller(synth, notes);
  // Told all at once, thousands of voices would be worked through in each block. Firefox cannot wait.
  if (!context.suspend) tell(seconds);
  else tell(STEP_S + AHEAD_S);
  for (let at = STEP_S; context.suspend && at < seconds; at += STEP_S) {
    context.suspend(at).then(() => {
      tell(at + STEP_S + AHEAD_S);
      progress(at / seconds);
      context.resume();
    });
  }
  return context.startRendering();
}

/** A function that tells the synth all that happens before a time and was not told yet. */
function teller(synth, notes) {
  const begins = notes.map((note) => (
    { at: note.at, rank: 1, work: () => synth.on(note.part, note.pitch, note.velocity, note.at) }));
  const ends = notes.map(({ at, length, part, pitch }) => {
    const end = at + Math.max(length, SHORTEST_S);
    return { at: end, rank: 0, work: () => synth.off(part, pitch, end) };
  });
  const events = [...begins, ...ends];
  events.sort((a, b) => a.at - b.at || a.rank - b.rank); // a note that is struck again ends first
  let next = 0;
  return (until) => {
    while (next < events.length && events[next].at < until) events[next++].work();
  };
}
