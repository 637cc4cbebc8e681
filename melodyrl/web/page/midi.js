// Web MIDI, where the browser has it: a keyboard plugged into this machine plays, and the machine's
// notes go to an instrument. The browser asks for permission, and only once somebody clicked.

const OURS = /melodyrl/i; // the daemon's own ports: to join them here would be a loop
const NOTE_OFF = 0x80;
const NOTE_ON = 0x90;
const CONTROL = 0xb0;
const PROGRAM = 0xc0;
const SUSTAIN = 64;
const ALL_NOTES_OFF = 123;
const NOT_OURS = (controller) => [0, 32, SUSTAIN].includes(controller) || controller >= 120; // banks, pedal, modes

export class Midi {
  /**
   * Plays on `keys`; turned(controller, value) hears its knobs, chosen(program) its program changes,
   * changed() that ports come or go.
   */
  constructor(keys, turned, chosen, changed) {
    Object.assign(this, { keys, turned, chosen, changed });
    this.access = null;
    this.output = null;
    this.sent = new Map(); // "channel:pitch" that sounds at the output -> the bytes that end it
  }

  static get isThere() {
    return Boolean(navigator.requestMIDIAccess);
  }

  /** Ask for the ports; throws what the browser throws where that is refused. */
  async open() {
    this.access ??= await navigator.requestMIDIAccess();
    this.access.onstatechange = () => this.listen();
    this.listen();
  }

  get inputs() {
    return [...(this.access?.inputs.values() ?? [])].filter(isUsable);
  }

  get outputs() {
    return [...(this.access?.outputs.values() ?? [])].filter(isUsable);
  }

  listen() {
    for (const input of this.inputs) input.onmidimessage = ({ data }) => this.hear(input.id, data);
    const isListed = (id) => this.inputs.some((input) => input.id === id);
    for (const id of this.heard ?? []) if (!isListed(id)) this.keys.letAllGo(`midi ${id}`);
    this.heard = this.inputs.map(({ id }) => id);
    if (this.output && !this.outputs.includes(this.output)) this.sendTo("");
    this.changed();
  }

  hear(id, [status, first, second]) {
    const kind = status & 0xf0;
    const holder = `midi ${id}`;
    if (kind === NOTE_ON && second > 0) this.keys.hold(first, holder, second);
    else if (kind === NOTE_ON || kind === NOTE_OFF) this.keys.letGo(first, holder);
    else if (kind === CONTROL && first === SUSTAIN) this.keys.pedal(second >= 64);
    else if (kind === CONTROL && first === ALL_NOTES_OFF) this.keys.letAllGo(holder);
    else if (kind === CONTROL && !NOT_OURS(first)) this.turned(first, second);
    else if (kind === PROGRAM) this.chosen(first);
  }

  /** Choose where the machine's notes go; "" for nowhere but this page. */
  sendTo(id) {
    this.silence();
    this.output = this.outputs.find((output) => output.id === id) ?? null;
  }

  send(on, pitch, velocity, channel = 0) {
    if (!this.output) return;
    const id = `${channel}:${pitch}`;
    if (on) this.sent.set(id, [NOTE_OFF + channel, pitch, 0]);
    else this.sent.delete(id);
    this.output.send([(on ? NOTE_ON : NOTE_OFF) + channel, pitch, velocity]);
  }

  /** Release at the output whatever sounds there. */
  silence() {
    for (const end of this.sent.values()) this.output?.send(end);
    this.sent.clear();
  }
}

const isUsable = ({ name, state }) => state === "connected" && !OURS.test(name ?? "");
