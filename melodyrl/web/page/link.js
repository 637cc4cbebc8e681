// The socket to the server: reconnects by itself, and knows the daemon's clock.

const FIRST_WAIT_MS = 150;
const LONGEST_WAIT_MS = 1000;

/** Calls handlers by message type ("hello", "note", "ahead", "state", "lost", "error"), and onChange(bool). */
export class Link {
  constructor(handlers, onChange) {
    this.handlers = handlers;
    this.onChange = onChange;
    this.wait = FIRST_WAIT_MS;
    this.offset = null; // page time minus daemon time, ms; the smallest seen, so least delayed
    this.open();
  }

  open() {
    const socket = new WebSocket(`ws://${location.host}/socket`);
    this.socket = socket;
    socket.onopen = () => {
      this.wait = FIRST_WAIT_MS;
      this.offset = null;
      this.onChange(true);
    };
    socket.onmessage = (event) => this.receive(JSON.parse(event.data));
    socket.onclose = () => {
      this.onChange(false);
      setTimeout(() => this.open(), this.wait);
      this.wait = Math.min(this.wait * 1.6, LONGEST_WAIT_MS);
    };
  }

  receive(message) {
    const offset = performance.now() - message.now_ms;
    // The slow rise follows two clocks that drift, and forgets a lucky packet.
    this.offset = this.offset === null ? offset : Math.min(offset, this.offset + 0.02);
    this.handlers[message.type]?.(message);
  }

  /** The moment of the page's clock (performance.now) for one of the daemon's, both in ms. */
  toPage(ms) {
    return ms + (this.offset ?? 0);
  }

  get isOpen() {
    return this.socket.readyState === WebSocket.OPEN;
  }

  send(message) {
    if (this.isOpen) this.socket.send(JSON.stringify(message));
  }
}
