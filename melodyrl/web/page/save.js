// What leaves the page as a file: made here, and handed to the browser's downloads.

import { lengthOf, MOST_S, render } from "./render.js";
import { takeNotes } from "./takes.js";
import { wavOf } from "./wav.js";
import { minutes } from "./words.js";

const KEPT_MS = 60_000; // in which the browser has surely taken the bytes over

/** Download a Blob under a name. */
export function saveFile(blob, name) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), KEPT_MS);
}

/** The button that saves the take as a .wav, and says how far that is. */
export class WavButton {
  /** `voices()` gives the instruments {player, machine} of now; say(sentence) tells the player. */
  constructor(button, voices, say) {
    this.button = button;
    this.voices = voices;
    this.say = say;
    this.usual = button.textContent;
  }

  get isBusy() {
    return this.button.ariaDisabled === "true";
  }

  /** Render and download the take. Throws a sentence. */
  async save() {
    if (this.isBusy) return;
    this.show("Rendering…", true);
    try {
      const { notes } = await takeNotes();
      if (lengthOf(notes) > MOST_S) {
        this.say(`The take lasts ${minutes(lengthOf(notes))}: the .wav holds its first ten minutes.`);
      }
      const sound = await render(notes, this.voices(), (share) => {
        this.show(`Rendering… ${Math.round(100 * share)} %`, true);
      });
      saveFile(await wavOf(sound), "melodyrl-take.wav");
    } finally {
      this.show(this.usual, false);
    }
  }

  /** Not `disabled`: the focus stays where it is. */
  show(text, isBusy) {
    this.button.textContent = text;
    this.button.ariaDisabled = String(isBusy);
  }
}
