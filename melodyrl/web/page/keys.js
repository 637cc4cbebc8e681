// Who holds which key: fingers, computer keys, the pedal, a guest. Each pitch is pressed once and
// released once, however many hold it.

export class Keys {
  /** press(pitch, velocity) and release(pitch) as a pitch begins and ends; changed(pitch) after. */
  constructor(press, release, changed) {
    this.press = press;
    this.release = release;
    this.changed = changed;
    this.holders = new Map(); // pitch -> Set of holders ("KeyA", "pointer 3", "latch", "guest 12")
    this.isPedalDown = false;
    this.onPedal = () => {};
  }

  has(pitch, holder) {
    return this.holders.get(pitch)?.has(holder) ?? false;
  }

  isHeld(pitch) {
    return this.holders.has(pitch);
  }

  hold(pitch, holder, velocity) {
    if (pitch < 0 || pitch > 127) return;
    // A string that rings on under the pedal is struck anew.
    if (this.has(pitch, "pedal") && this.holders.get(pitch).size === 1) this.letGo(pitch, "pedal");
    const holders = this.holders.get(pitch) ?? new Set();
    const isNew = holders.size === 0;
    holders.add(holder);
    this.holders.set(pitch, holders);
    if (isNew) this.press(pitch, velocity);
    this.changed(pitch);
  }

  letGo(pitch, holder) {
    const holders = this.holders.get(pitch);
    if (!holders?.delete(holder)) return;
    if (this.isPedalDown && holder !== "pedal" && !holder.startsWith("guest")) holders.add("pedal");
    if (holders.size) return;
    this.holders.delete(pitch);
    this.release(pitch);
    this.changed(pitch);
  }

  /**
   * Let go whatever is held on this page. A guest plays on, and so does a MIDI keyboard, whose own
   * note-offs come whether the page has the focus or not.
   */
  letPageGo() {
    this.pedal(false);
    for (const [pitch, holders] of [...this.holders]) {
      for (const holder of [...holders]) if (!/^(guest|midi) /.test(holder)) this.letGo(pitch, holder);
    }
  }

  letAllGo(holder) {
    for (const pitch of [...this.holders.keys()]) this.letGo(pitch, holder);
  }

  /** The sustain pedal: what is let go while it is down sounds until it comes up. */
  pedal(isDown) {
    this.isPedalDown = isDown;
    this.onPedal(isDown);
    if (!isDown) this.letAllGo("pedal");
  }
}
