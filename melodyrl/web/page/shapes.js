// How a note is drawn: the two players differ in shape, so that nobody needs the colours.

import { roleOf } from "./synth.js";

/**
 * Draw notes into a 2D context; x(ms) and y(pitch) place them, noteHeight is in px.
 *
 * The machine's thin bar shows on a round one, and not the other way about: so it is drawn last, or
 * (where notes are added to what is drawn already, `isAdded`) the player's are slipped beneath.
 */
export function drawNotes(context, notes, { x, y, noteHeight, now, colours, isAdded = false }) {
  const paths = new Map(); // "role loudness" -> Path2D: thousands of notes in eight fills
  for (const { part, pitch, velocity, start, end } of notes) {
    const role = roleOf(part);
    const id = `${role} ${Math.ceil(velocity / 32)}`;
    if (!paths.has(id)) paths.set(id, new Path2D());
    const left = x(start);
    outline[role](paths.get(id), left, y(pitch), Math.max(noteHeight, x(end ?? now) - left), noteHeight);
  }
  for (const [id, path] of [...paths].sort(([a], [b]) => (a < b ? 1 : -1))) {
    const [role, loudness] = id.split(" ");
    context.globalCompositeOperation = isAdded && role === "player" ? "destination-over" : "source-over";
    context.globalAlpha = 0.6 + 0.1 * loudness;
    context.fillStyle = colours[role];
    context.fill(path);
  }
  context.globalCompositeOperation = "source-over";
  context.globalAlpha = 1;
}

/** The machine's notes that are to come, hollow. */
export function outlineNotes(context, notes, { x, y, noteHeight, colours }) {
  const path = new Path2D();
  for (const { pitch, start, end } of notes) {
    outline.machine(path, x(start), y(pitch), Math.max(noteHeight, x(end) - x(start)), noteHeight);
  }
  context.globalAlpha = 0.65;
  context.lineWidth = 1.25;
  context.strokeStyle = colours.machine;
  context.stroke(path);
  context.globalAlpha = 1;
}

/** A halo where a note that sounds meets the present. */
export function drawHalos(context, notes, { y, nowX, noteHeight, colours }) {
  context.globalAlpha = 0.28;
  for (const { part, pitch } of notes) {
    context.fillStyle = colours[roleOf(part)];
    context.beginPath();
    context.arc(nowX, y(pitch), noteHeight * 1.5, 0, 2 * Math.PI);
    context.fill();
  }
  context.globalAlpha = 1;
}

const outline = {
  player(path, x, y, width, height) {
    path.roundRect(x, y - height / 2, width, height, height / 2);
  },
  machine(path, x, y, width, height) {
    const half = height * 0.72;
    path.rect(x, y - height * 0.3, width, height * 0.6);
    path.moveTo(x - half, y);
    path.lineTo(x, y - half);
    path.lineTo(x + half, y);
    path.lineTo(x, y + half);
    path.closePath();
  },
};
