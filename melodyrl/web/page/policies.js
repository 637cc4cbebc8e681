// Who decides: the policies that there are, their cards, and the choice of one.

import { got } from "./takes.js";

const SETTLE_MS = 2000; // a policy is opened and rehearsed before the machine says that it comes
const AGAIN_MS = 2000; // from one look at the list to the next

/** A select and the card under it. Texts come from files: they are shown as text, and no more. */
export class Policies {
  /** send(message) asks the daemon; `parts` are the elements {select, card}. */
  constructor(send, { select, card }) {
    Object.assign(this, { send, select, card });
    this.cards = [];
    this.shown = "";
    this.missed = null; // who plays and was looked for: not in every list that there is
    this.askedMs = -Infinity;
    this.touchedMs = -Infinity;
    select.addEventListener("change", () => this.ask());
    for (const event of ["focus", "pointerdown"]) select.addEventListener(event, () => this.look());
  }

  ask() {
    this.touchedMs = performance.now();
    this.send({ type: "policy", name: this.select.value });
  }

  /** Read what there is now: a run may just have been trained. */
  async look() {
    if (performance.now() - this.askedMs < AGAIN_MS) return;
    this.askedMs = performance.now();
    try {
      this.cards = (await (await got("/policies")).json()).policies;
      this.show();
    } catch {
      this.missed = null; // the list stays as it was, to be asked for again; the choice is still there
    }
  }

  /** What the daemon says: who plays the part of this mode, and who comes at the bar line. */
  state({ mode, cast, refused }) {
    const part = mode === "chords" ? "chords" : "melody";
    const { playing, coming } = cast.find((role) => role.part === part) ?? {};
    this.now = { part, playing, coming, refused };
    if (playing && !this.cards.some(({ name }) => name === playing)) this.find(playing);
    this.show();
  }

  /** Look for one that plays and is not in the list: once, since one from elsewhere never is. */
  find(name) {
    if (name === this.missed || performance.now() - this.askedMs < AGAIN_MS) return;
    this.missed = name;
    this.look();
  }

  show() {
    if (!this.now?.playing) return;
    const { part, playing, coming, refused } = this.now;
    this.offer(this.cards.filter((card) => card.part === part || card.problem), playing);
    if (performance.now() - this.touchedMs > SETTLE_MS || coming || refused) this.select.value = coming ?? playing;
    const card = this.cards.find(({ name }) => name === (coming ?? playing));
    const text = refused || [coming && "From the next bar on", card?.figures, card?.made].filter(Boolean).join(" · ");
    if (this.card.textContent !== text) this.card.textContent = this.card.title = text;
    this.card.toggleAttribute("data-refused", Boolean(refused));
  }

  /** Fill the select, where it would hold something else than before. */
  offer(cards, playing) {
    const known = cards.some(({ name }) => name === playing) ? cards : [{ name: playing }, ...cards];
    const key = JSON.stringify(known);
    if (key === this.shown) return;
    this.shown = key;
    this.select.replaceChildren(...known.map(({ name, problem, made, figures }) => {
      const option = new Option(problem ? `${name} (cannot be read)` : name, name);
      option.disabled = Boolean(problem);
      option.title = problem || [made, figures].filter(Boolean).join(" · ");
      return option;
    }));
    this.select.value = playing;
  }
}
