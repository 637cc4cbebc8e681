// Notes that have ended, drawn once into tiles that are only moved from then on. A frame costs a few
// copies of images, however many notes are in view.

import { drawNotes } from "./shapes.js";

const TILE_PX = 256;
const OVERHANG_PX = 24; // a note's diamond reaches left of its beginning, a short one right of its end

export class Strip {
  constructor(score) {
    this.score = score;
    this.tiles = new Map(); // index -> {canvas, low, high}
  }

  /** Forget what is drawn: colours, size or scale have changed. */
  clear() {
    this.tiles.clear();
  }

  /**
   * Copy the ended notes of a view into a context.
   *
   * The view is as the roll makes it. A tile that was drawn for another range of pitches is stretched to this one until the range has
   * settled, then drawn anew, one tile a frame.
   */
  draw(context, view) {
    this.add(view);
    const spanMs = TILE_PX / view.pxPerMs;
    const first = Math.floor(view.from / spanMs);
    const last = Math.floor(Math.min(view.to, performance.now()) / spanMs);
    let mayRedraw = view.isSettled;
    for (let index = first; index <= last; index++) {
      let tile = this.tiles.get(index);
      const isStale = tile && (tile.low !== view.low || tile.high !== view.high);
      if (!tile || (isStale && mayRedraw)) {
        if (isStale) mayRedraw = false;
        tile = this.render(index, view);
      }
      this.copy(context, tile, view.x(index * spanMs), view);
    }
    for (const index of this.tiles.keys()) if (index < first) this.tiles.delete(index);
  }

  /** Pitches lie evenly between top and bottom: the tile's range is stretched to the view's. */
  copy(context, { canvas, low, high }, left, { high: viewHigh, top, bottom, rowHeight, height, scale }) {
    const y = top + (viewHigh - high) * rowHeight;
    const stretch = ((high - low) * rowHeight) / (bottom - top);
    const whole = Math.round(left * scale) / scale; // between pixels it would be blurred
    context.drawImage(canvas, whole, y - top * stretch, TILE_PX, height * stretch);
  }

  /** A new tile with all that has ended in its time. */
  render(index, view) {
    const canvas = document.createElement("canvas");
    canvas.width = TILE_PX * view.scale;
    canvas.height = view.height * view.scale;
    const { low, high } = view;
    const tile = { canvas, low, high };
    const spanMs = TILE_PX / view.pxPerMs;
    const spareMs = OVERHANG_PX / view.pxPerMs;
    const notes = this.score.between(index * spanMs - spareMs, (index + 1) * spanMs + spareMs)
      .filter(({ end }) => end !== null);
    this.paint(tile, index, notes, view);
    this.tiles.set(index, tile);
    return tile;
  }

  /** Add the notes that have just ended to the tiles that there are. */
  add(view) {
    const ended = this.score.ended.splice(0);
    if (!ended.length) return;
    for (const [index, tile] of this.tiles) {
      const left = (index * TILE_PX - OVERHANG_PX) / view.pxPerMs;
      const right = ((index + 1) * TILE_PX + OVERHANG_PX) / view.pxPerMs;
      const notes = ended.filter(({ start, end }) => end > left && start < right);
      if (notes.length) this.paint(tile, index, notes, view);
    }
  }

  paint({ canvas, low, high }, index, notes, { top, bottom, pxPerMs, scale, noteHeight, colours }) {
    const context = canvas.getContext("2d");
    context.setTransform(scale, 0, 0, scale, 0, 0);
    drawNotes(context, notes, {
      x: (ms) => ms * pxPerMs - index * TILE_PX,
      y: (pitch) => top + ((high - pitch) * (bottom - top)) / (high - low),
      noteHeight,
      colours,
      isAdded: true,
    });
  }
}
