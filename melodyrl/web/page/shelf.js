// Takes: a dialog that lists those that are kept on this computer, each to be heard and saved.

import { saveFile } from "./save.js";
import { got } from "./takes.js";
import { minutes } from "./words.js";

const NOT_KEPT = "Takes are not kept: melodyrl jam was started with --no-keep-takes.";
const NONE_YET = "No takes yet: a session is kept as soon as something is played in it.";
const KINDS = [
  { ending: "mid", text: ".mid", title: "Save this take as a MIDI file: both parts on the bars that were played" },
  { ending: "musicxml", text: "Score", title: "Save this take as a score for a notation program: both parts, and the chords" },
];

/** The dialog; `parts` are its elements {dialog, said, list}; play(path) sounds a take's notes. */
export class Shelf {
  constructor({ dialog, said, list }, play) {
    Object.assign(this, { dialog, said, list, play });
  }

  /** Show the takes that there are now. */
  async open() {
    this.list.replaceChildren();
    this.said.textContent = "Reading…";
    if (!this.dialog.open) this.dialog.showModal();
    await this.attempt(async () => this.show(await (await got("/takes")).json()));
  }

  show({ kept, most, takes }) {
    const worth = takes.filter(isWorthSaving);
    this.list.replaceChildren(...worth.map((take) => this.row(take)));
    this.said.textContent = sentence(kept, most, worth.length);
  }

  row(take) {
    const row = document.createElement("li");
    const when = take.began || take.name;
    row.append(textOf("b", when), textOf("span", take.problem ? "cannot be read" : contents(take)));
    if (take.problem) row.title = take.problem;
    else row.append(
      this.button("▶", "Hear this take on this page", `Hear ${when}`, () => this.hear(take.name)),
      ...KINDS.map(({ ending, text, title }) => this.button(
        text, title, `Save ${text.toLowerCase()} of ${when}`, () => save(take.name, ending))),
    );
    return row;
  }

  async hear(name) {
    await this.play(`/takes/${encodeURIComponent(name)}/notes`);
    this.dialog.close();
  }

  button(text, title, label, work) {
    const button = Object.assign(textOf("button", text), { title });
    button.setAttribute("aria-label", label);
    button.addEventListener("click", () => this.attempt(work));
    return button;
  }

  /** A sentence that work throws stands in the dialog. */
  async attempt(work) {
    try {
      await work();
    } catch (problem) {
      this.said.textContent = problem.message;
    }
  }
}

async function save(name, ending) {
  const answer = await got(`/takes/${encodeURIComponent(name)}.${ending}`);
  saveFile(await answer.blob(), `melodyrl ${name}.${ending}`);
}

/** Save the score of the session of now, which is the newest that has not ended. Throws a sentence. */
export async function saveScore() {
  const { kept, takes: [newest] } = await (await got("/takes")).json();
  if (!kept) throw new Error(NOT_KEPT);
  if (!newest || newest.has_ended || !isWorthSaving(newest)) throw new Error("There is no take yet: play first.");
  await save(newest.name, "musicxml");
}

/** The session of now has a file before anything is played in it. */
const isWorthSaving = ({ problem, player_notes, machine_notes }) => problem || player_notes + machine_notes > 0;

function sentence(isKept, most, count) {
  if (!isKept) return NOT_KEPT;
  if (!count) return NONE_YET;
  return count < most ? "Newest first." : `The newest ${most}; melodyrl takes lists all.`;
}

function contents({ length_s, player_notes, machine_notes, has_ended }) {
  const cut = has_ended ? "" : " · still played, or cut off";
  return `${minutes(length_s)} · ${player_notes} notes of yours, ${machine_notes} of the machine's${cut}`;
}

function textOf(tag, text) {
  const element = document.createElement(tag);
  element.textContent = text;
  return element;
}
