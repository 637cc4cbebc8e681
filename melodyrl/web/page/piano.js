// The piano: drawn keys under mouse and fingers, and the computer's keys. Lights what sounds.

const WHITE = [0, 2, 4, 5, 7, 9, 11];
const NAMES = ["C", "C♯", "D", "E♭", "E", "F", "F♯", "G", "A♭", "A", "B♭", "B"];
const WHITE_WIDTH_PX = matchMedia("(pointer: coarse)").matches ? 36 : 26; // a finger, a mouse

/** Offsets in semitones from the shown octave, by place on the keyboard (not by letter). */
export const CODES = [
  "KeyA", "KeyW", "KeyS", "KeyE", "KeyD", "KeyF", "KeyT", "KeyG", "KeyY", "KeyH", "KeyU", "KeyJ",
  "KeyK", "KeyO", "KeyL", "KeyP", "Semicolon", "Quote",
];
const LABELS = { Semicolon: ";", Quote: "'" };

export const pitchName = (pitch) => `${NAMES[pitch % 12]}${Math.floor(pitch / 12) - 1}`;
const isWhite = (pitch) => WHITE.includes(pitch % 12);

export class Piano {
  /** Draws into an element, and holds keys on `keys` (see keys.js). */
  constructor(element, keys) {
    this.element = element;
    this.keys = keys;
    this.octave = 3; // of the key A; scientific, C4 = 60; the machine answers above
    this.pointers = new Map(); // pointer id -> pitch
    this.down = new Map(); // code -> the pitch it pressed: the octave may change before it rises
    this.drawn = new Map(); // pitch -> element
    this.lit = new Map(); // pitch -> Set of who sounds it
    this.latch = false;
    this.labels = null;
    this.modeKeys = new Map(); // pitch -> the mode that it switches to
    this.split = null; // the pitch at which the player's right hand begins
    element.addEventListener("pointerdown", (event) => this.pointerDown(event));
    element.addEventListener("pointermove", (event) => this.pointerMove(event));
    for (const end of ["pointerup", "pointercancel", "lostpointercapture"]) {
      element.addEventListener(end, (event) => this.pointerUp(event));
    }
    element.addEventListener("contextmenu", (event) => event.preventDefault());
    new ResizeObserver(() => this.draw()).observe(element);
    navigator.keyboard?.getLayoutMap?.().then((map) => {
      this.labels = map;
      this.draw(true);
    }).catch(() => {}); // not given: the labels of a US keyboard stay
    this.draw();
  }

  get lowest() {
    return (this.octave + 1) * 12;
  }

  label(code) {
    const label = this.labels?.get(code) ?? LABELS[code] ?? code.replace("Key", "");
    return label.toUpperCase();
  }

  setOctave(octave) {
    this.octave = Math.max(1, Math.min(7, octave));
    this.draw(true);
  }

  /** Mark where the player's keyboard is parted; null: nowhere. */
  markSplit(pitch) {
    if (pitch === this.split) return;
    const before = this.split;
    this.split = pitch;
    for (const each of [before, pitch]) this.paint(each);
  }

  /** Mark the keys that switch modes, pitch -> mode. */
  markModeKeys(modeKeys) {
    this.modeKeys = modeKeys;
    this.draw(true);
  }

  /** Lay the keys out for the width there is, from the shown octave upward. */
  draw(force = false) {
    const width = this.element.clientWidth;
    const whites = Math.max(10, Math.min(50, Math.floor(width / WHITE_WIDTH_PX)));
    // The machine answers above what is played: room goes there first.
    const below = whites >= 50 ? 24 : whites >= 30 ? 12 : 0;
    const first = Math.max(0, this.lowest - below);
    const layout = `${first} ${whites}`;
    if (layout === this.layout && !force) return;
    this.layout = layout;
    this.drawn.clear();
    const made = [];
    let white = 0;
    for (let pitch = first; white < whites && pitch < 128; pitch++) {
      const key = document.createElement("div");
      key.className = `key ${isWhite(pitch) ? "white" : "black"}`;
      key.classList.toggle("switch", this.modeKeys.has(pitch));
      key.dataset.pitch = pitch;
      key.style.setProperty("--at", white);
      if (isWhite(pitch)) white++;
      key.append(this.caption(pitch));
      this.drawn.set(pitch, key);
      made.push(key);
    }
    this.element.style.setProperty("--whites", whites);
    this.element.replaceChildren(...made);
    for (const pitch of this.drawn.keys()) this.paint(pitch);
  }

  caption(pitch) {
    const caption = document.createElement("span");
    if (this.modeKeys.has(pitch)) caption.append(this.modeKeys.get(pitch));
    if (this.modeKeys.has(pitch)) return caption;
    const code = CODES[pitch - this.lowest];
    if (code) {
      const cap = document.createElement("kbd");
      cap.textContent = this.label(code);
      caption.append(cap);
    }
    if (pitch % 12 === 0) caption.append(pitchName(pitch));
    return caption;
  }

  /** Show that someone ("player" or "machine") sounds a pitch, or no longer. */
  light(who, pitch, on) {
    const whos = this.lit.get(pitch) ?? new Set();
    if (on) whos.add(who);
    else whos.delete(who);
    this.lit.set(pitch, whos);
    this.paint(pitch);
  }

  darken() {
    for (const pitch of [...this.lit.keys()]) {
      this.lit.delete(pitch);
      this.paint(pitch);
    }
  }

  paint(pitch) {
    const key = this.drawn.get(pitch);
    if (!key) return;
    const whos = this.lit.get(pitch);
    key.classList.toggle("player", Boolean(whos?.has("player") || this.keys.isHeld(pitch)));
    key.classList.toggle("machine", Boolean(whos?.has("machine")));
    key.classList.toggle("split", pitch === this.split);
  }

  hold(pitch, holder, velocity) {
    if (!this.latch) this.keys.hold(pitch, holder, velocity);
    else if (this.keys.has(pitch, "latch")) this.keys.letGo(pitch, "latch");
    else this.keys.hold(pitch, "latch", velocity);
  }

  /** Release everything that is held with mouse, fingers or the computer's keys. */
  letAllGo() {
    this.pointers.clear();
    this.down.clear();
    this.keys.letPageGo();
  }

  setLatch(on) {
    this.latch = on;
    if (!on) this.letAllGo();
  }

  keyDown(code) {
    const offset = CODES.indexOf(code);
    if (offset < 0) return false;
    if (!this.down.has(code)) {
      this.down.set(code, this.lowest + offset);
      this.hold(this.lowest + offset, code, 88);
    }
    return true;
  }

  keyUp(code) {
    const pitch = this.down.get(code);
    if (pitch === undefined) return;
    this.down.delete(code);
    this.keys.letGo(pitch, code);
  }

  pointerDown(event) {
    if (event.button !== 0) return;
    event.preventDefault();
    this.element.setPointerCapture(event.pointerId);
    this.pointTo(event);
  }

  pointerMove(event) {
    if (this.pointers.has(event.pointerId) && !this.latch) this.pointTo(event);
  }

  pointerUp(event) {
    const pitch = this.pointers.get(event.pointerId);
    if (pitch === undefined) return;
    this.pointers.delete(event.pointerId);
    if (pitch !== null) this.keys.letGo(pitch, `pointer ${event.pointerId}`);
  }

  /** The pointer is over a key (or over none): sliding along plays each. */
  pointTo(event) {
    const key = document.elementFromPoint(event.clientX, event.clientY)?.closest(".key");
    const pitch = key && this.element.contains(key) ? Number(key.dataset.pitch) : null;
    const before = this.pointers.get(event.pointerId);
    if (pitch === before) return;
    const holder = `pointer ${event.pointerId}`;
    if (before !== undefined && before !== null) this.keys.letGo(before, holder);
    this.pointers.set(event.pointerId, pitch);
    if (pitch !== null) this.hold(pitch, holder, velocityAt(event, key));
  }
}

/** Further down the key is louder, as on most drawn keyboards: 56 to 112. */
function velocityAt(event, key) {
  const box = key.getBoundingClientRect();
  const depth = Math.max(0, Math.min(1, (event.clientY - box.top) / box.height));
  return Math.round(56 + 56 * depth);
}
