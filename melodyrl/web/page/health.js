// How the machine is: whether we reach it, which devices it waits for, and how late it sends.

/** Shows it in one element: the worst in words, the figures in its tooltip. */
export class Health {
  constructor(element) {
    this.element = element;
    this.isOpen = false;
    this.unplugged = [];
  }

  /** The daemon is there, or has gone. */
  open(isOpen) {
    this.isOpen = isOpen;
    this.show();
  }

  /** What a state says: names of devices that are unplugged, and how late messages were sent. */
  state({ unplugged = [], timing }) {
    this.unplugged = unplugged;
    this.element.title = timing ? lateness(timing) : "";
    this.show();
  }

  show() {
    const { isOpen, unplugged, element } = this;
    const words = unplugged.length ? `waiting for ${unplugged.join(", ")}` : "connected";
    const text = isOpen ? words : "reconnecting";
    element.dataset.state = isOpen ? "open" : "waiting";
    element.toggleAttribute("data-unplugged", unplugged.length > 0);
    if (element.textContent !== text) element.textContent = text; // it is read aloud when it changes
  }
}

function lateness({ sent, missed, dropped, p50_us: half, p99_us: most, worst_us: worst }) {
  if (!sent) return "Nothing was sent yet";
  const ms = (us) => (us / 1000).toFixed(1);
  const late = `half at most ${ms(half)} ms late, 99 % at most ${ms(most)}, the worst ${ms(worst)}`;
  return `${sent} messages sent: ${late}; ${missed} were 10 ms late or more, ${dropped} too late to send`;
}
