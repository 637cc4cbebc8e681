// The computer's keyboard: two rows of piano keys, the pedal, the octaves, undo and Escape.

const FIELDS = ["SELECT", "INPUT"];
const PRESSABLE = [...FIELDS, "BUTTON", "A", "SUMMARY"];
const SILENT_TYPES = ["checkbox", "radio", "range"]; // inputs that letters mean nothing to

/** Letters typed into a field are not music. */
const isTyping = ({ tagName, type }) => FIELDS.includes(tagName) && !SILENT_TYPES.includes(type);
const isText = ({ tagName, type }) => tagName === "INPUT" && ["number", "text"].includes(type);

/** Plays a piano, and calls octave(step), pedal(isDown), undo() and escape(). */
export function listen(piano, { octave, pedal, undo, escape }) {
  addEventListener("keydown", (event) => {
    if (document.querySelector("dialog[open]")) return;
    if (event.key === "Escape") return escape();
    const isCommand = event.ctrlKey || event.metaKey;
    if (isCommand && event.code === "KeyZ" && !isText(event.target)) {
      event.preventDefault();
      return undo();
    }
    if (event.repeat || isCommand || event.altKey || isTyping(event.target)) return;
    if (press(event)) event.preventDefault();
  });
  addEventListener("keyup", (event) => {
    if (isPedal(event)) pedal(false);
    piano.keyUp(event.code);
  });
  for (const leaving of ["blur", "pagehide"]) addEventListener(leaving, () => piano.letAllGo());
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) piano.letAllGo();
  });

  function press(event) {
    if (event.code === "KeyZ") octave(-1);
    else if (event.code === "KeyX") octave(1);
    else if (isPedal(event)) pedal(true);
    else return piano.keyDown(event.code);
    return true;
  }
}

/** Space, but where it presses a control. */
const isPedal = ({ code, target }) => code === "Space" && !PRESSABLE.includes(target.tagName);

/** A choice made with the pointer, letters play again rather than search in the list. */
export function leaveFields() {
  let isByPointer = false;
  addEventListener("pointerdown", () => { isByPointer = true; }, { capture: true });
  addEventListener("keydown", () => { isByPointer = false; }, { capture: true });
  addEventListener("change", ({ target }) => {
    if (target.tagName === "SELECT" ? isByPointer : target.type === "number") target.blur();
  });
}
