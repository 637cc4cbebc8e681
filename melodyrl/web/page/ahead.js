// What the machine will play if nothing changes: in outline, right of the now-line.

import { outlineNotes } from "./shapes.js";

const KEPT_AS = "melodyrl.ahead";

export class Ahead {
  /** Shown while the checkbox says so, which this browser remembers; toPage(ms) is the link's. */
  constructor(checkbox, toPage) {
    this.toPage = toPage;
    this.notes = []; // {pitch, start, end} in moments of the page's clock, by start
    checkbox.checked = localStorage.getItem(KEPT_AS) !== "no";
    this.isShown = checkbox.checked;
    checkbox.addEventListener("change", () => {
      this.isShown = checkbox.checked;
      localStorage.setItem(KEPT_AS, this.isShown ? "yes" : "no");
    });
  }

  /** The daemon's newest word; what it said before is void. */
  tell({ notes }) {
    this.notes = notes.map(([pitch, start, end]) => ({ pitch, start: this.toPage(start), end: this.toPage(end) }));
  }

  forget() {
    this.notes = [];
  }

  /** Those that are still to come. */
  after(ms) {
    return this.isShown ? this.notes.filter(({ start }) => start > ms) : [];
  }

  draw(context, view) {
    outlineNotes(context, this.after(view.now), view);
  }
}
