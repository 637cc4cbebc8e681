// Learning: a right-click on a knob, then the next control that is turned on a keyboard turns it.

const WAITING = "turn a control on your keyboard…";

export class Learning {
  /** send(message) asks the daemon. */
  constructor(send) {
    this.send = send;
    this.knobs = new Map(); // target -> {box, tag}
    this.bound = new Map(); // target -> controller
    this.armed = null;
  }

  /** A knob that can be learned: by right-click, context-menu key, or M where it has the focus. */
  add(target, box, input) {
    const tag = Object.assign(document.createElement("small"), { hidden: true });
    tag.setAttribute("role", "status");
    input.setAttribute("aria-keyshortcuts", "M");
    box.append(tag);
    this.knobs.set(target, { box, tag });
    box.addEventListener("contextmenu", (event) => {
      if (event.pointerType === "touch") return; // a finger that rests on a knob asks for nothing
      event.preventDefault();
      this.ask(target);
    });
    input.addEventListener("keydown", (event) => {
      const isPlain = !event.ctrlKey && !event.metaKey && !event.altKey && !event.repeat;
      if (isPlain && event.key.toLowerCase() === "m") this.ask(target);
    });
  }

  /** Learn, or where that was asked for before, not; a knob that is bound is freed. */
  ask(target) {
    if (this.armed === target) this.stop();
    else if (this.bound.has(target)) this.send({ type: "forget", target });
    else this.send({ type: "learn", target });
  }

  /** Wait for no control any more; whether one was waited for. */
  stop() {
    if (this.armed === null) return false;
    this.send({ type: "learn", target: null });
    return true;
  }

  /** What the daemon says: which control turns what, and what the next one will turn. */
  state({ bindings, armed }) {
    this.armed = armed;
    this.bound = new Map(bindings.map(([controller, target]) => [target, controller]));
    for (const [target, { box, tag }] of this.knobs) this.show(target, box, tag);
  }

  show(target, box, tag) {
    const controller = this.bound.get(target);
    const isArmed = this.armed === target;
    const text = isArmed ? WAITING : controller === undefined ? "" : `CC ${controller}`;
    if (tag.textContent === text) return;
    tag.textContent = text;
    tag.hidden = !text;
    tag.title = isArmed ? "Escape or another right-click: leave it as it is"
      : `Controller ${controller} of your keyboard turns this knob; right-click or M: not any more`;
    box.dataset.state = isArmed ? "armed" : "";
  }
}
