// What the guest can play: progressions that belong to nobody, in several styles, as timed notes.
// In each style the root sounds the whole bar, so that what the machine hears is never in doubt.

/** A bar of a chord as {at, length, pitch, velocity}, `at` in quarter notes from the bar line. */
const STYLES = {
  block: ([bass, inner, ...upper]) => [
    ...together([bass, inner], 0, 3.9, 84),
    ...together(upper, 0, 1.9, 82),
    ...together(upper, 2, 1.9, 66),
  ],
  // The second of a chord is its third, which sounds with the root: the new chord is clear at once.
  broken: ([bass, third, low, high]) => [
    note(bass, 0, 3.9, 86),
    ...ringing([third, low, high, third, high, low, third, high].map((pitch, i) => [pitch, i / 2]), 4),
  ],
  bossa: ([bass, ...shell]) => [
    note(bass, 0, 3.9, 84),
    note(bass + 7, 2, 1.4, 72),
    ...together(shell, 0, 1.4, 74),
    ...together(shell, 1.5, 1.4, 64),
    ...together(shell, 3, 0.9, 68),
  ],
  walking: ([bass, ...upper]) => [
    note(bass, 0, 3.9, 86),
    ...[4, 7, 9].map((step, i) => note(bass + step, i + 1, 0.95, i % 2 ? 82 : 72)),
    ...together(upper, 0, 3.9, 72),
  ],
  waltz: ([bass, inner, ...upper]) => [
    ...together([bass, inner], 0, 2.9, 84),
    ...together(upper, 0, 0.8, 70),
    ...together(upper, 1, 0.8, 64),
    ...together(upper, 2, 0.8, 62),
  ],
};

const note = (pitch, at, length, velocity) => ({ pitch, at, length, velocity });
const together = (pitches, at, length, velocity) => pitches.map((pitch) => note(pitch, at, length, velocity));

/** Pairs of pitch and beat, each ringing until it is struck again or the bar ends. */
function ringing(pairs, barBeats) {
  return pairs.map(([pitch, at], i) => {
    const again = pairs.slice(i + 1).find(([other]) => other === pitch)?.[1] ?? barBeats;
    return note(pitch, at, again - at - 0.1, i % 2 ? 66 : 74);
  });
}

const C7 = [48, 58, 64, 67];
const F7 = [41, 57, 63, 65];
const G7 = [43, 59, 65, 67];

const PIECES = [
  {
    title: "Ballad: block chords", tempo_bpm: 84, meter: [4, 4], style: "block",
    chords: [[45, 57, 60, 64], [41, 57, 60, 65], [48, 55, 60, 64], [43, 55, 59, 62]], // Am F C G
  },
  {
    title: "Folk: broken chords", tempo_bpm: 96, meter: [4, 4], style: "broken",
    chords: [ // D A Bm F♯m G D G A
      [50, 66, 57, 62], [45, 61, 57, 64], [47, 62, 59, 66], [42, 57, 61, 66],
      [43, 59, 55, 62], [50, 66, 57, 62], [43, 59, 55, 62], [45, 61, 57, 64],
    ],
  },
  {
    title: "Bossa: bass and chord", tempo_bpm: 126, meter: [4, 4], style: "bossa",
    chords: [[50, 60, 65], [43, 59, 65], [48, 59, 64], [45, 60, 67]], // Dm7 G7 Cmaj7 Am7
  },
  {
    title: "Blues: walking bass and chord", tempo_bpm: 112, meter: [4, 4], style: "walking",
    chords: [C7, F7, C7, C7, F7, F7, C7, C7, G7, F7, C7, G7],
  },
  {
    title: "Waltz: bass and chord", tempo_bpm: 132, meter: [3, 4], style: "waltz",
    chords: [ // Em Am D G C Am B Em
      [40, 59, 64, 67], [45, 57, 60, 64], [50, 57, 62, 66], [43, 59, 62, 67],
      [48, 55, 60, 64], [45, 57, 60, 64], [47, 59, 63, 66], [40, 59, 64, 67],
    ],
  },
];

/** Each piece as {title, tempo_bpm, meter, notes, beats}: one round of it, in quarter notes. */
export const TUNES = PIECES.map(({ style, chords, ...piece }) => {
  const barBeats = (piece.meter[0] * 4) / piece.meter[1];
  const notes = chords.flatMap((chord, bar) => STYLES[style](chord)
    .map((each) => ({ ...each, at: each.at + bar * barBeats })));
  return { ...piece, notes, beats: chords.length * barBeats };
});
