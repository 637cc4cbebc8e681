// A .mid dragged onto the page, and the take dragged out of it.

/** Calls take(file) for a file that is dropped anywhere; `curtain` shows while one hovers. */
export function acceptFiles(curtain, take) {
  addEventListener("dragover", (event) => {
    if (!event.dataTransfer.types.includes("Files")) return;
    event.preventDefault(); // else the browser leaves the page to show the file
    curtain.hidden = false;
  });
  addEventListener("dragleave", (event) => {
    if (!event.relatedTarget) curtain.hidden = true;
  });
  addEventListener("drop", (event) => {
    const [file] = event.dataTransfer.files;
    curtain.hidden = true;
    if (!file) return;
    event.preventDefault();
    take(file);
  });
}

/** Lets a link be dragged into a DAW or a folder as a file, in browsers that know how (Chrome, Edge). */
export function offerFile(link, type) {
  link.addEventListener("dragstart", ({ dataTransfer }) => {
    dataTransfer.setData("DownloadURL", `${type}:${link.download}:${link.href}`);
  });
}
