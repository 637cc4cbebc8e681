// The MIDI row of the panel: one button that asks, then what was found and where to play.

import { Midi } from "./midi.js";

// Of a page that came over plain http from another machine.
const NOT_HERE = "Browsers offer MIDI devices only to https or localhost; the keys and the sound work.";
const at = (id) => document.getElementById(id);

export class Ports {
  /** Plays on `keys`; send(message) asks the daemon; say(sentence) tells the person what went wrong. */
  constructor(keys, send, say) {
    this.say = say;
    this.midi = new Midi(keys,
      (controller, value) => send({ type: "control", controller, value }),
      (program) => send({ type: "program", program }),
      () => this.show());
    if (!isSecureContext) this.tell(NOT_HERE);
    at("midi").addEventListener("click", () => this.open());
    at("midi-out").addEventListener("change", ({ target }) => this.midi.sendTo(target.value));
  }

  async open() {
    if (!Midi.isThere) {
      this.say("This browser has no Web MIDI. Start with `melodyrl jam --input NAME` instead.");
      return;
    }
    try {
      await this.midi.open();
    } catch {
      this.say("The browser did not allow MIDI. Allow it in the settings of this page, then click again.");
    }
  }

  show() {
    const names = this.midi.inputs.map(({ name }) => name);
    this.tell(names.length ? `Listening to ${names.join(", ")}.` : "No keyboard yet: plug one in.");
    at("midi-out-label").hidden = this.midi.outputs.length === 0;
    at("midi-out").replaceChildren(new Option("this page", ""),
      ...this.midi.outputs.map(({ id, name }) => new Option(name, id)));
    at("midi-out").value = this.midi.output?.id ?? "";
  }

  /** A sentence in the place of the button. */
  tell(sentence) {
    at("midi").hidden = true;
    at("midi-in").hidden = false;
    at("midi-in").textContent = sentence;
  }
}
