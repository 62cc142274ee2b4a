import type { ImportPosition } from "./importer.ts";

type Place = Pick<ImportPosition, "offset" | "line">;

const checkpointBytes = 256 * 1024;
const checkpointLines = 500;

/** Tells at which places a checkpoint is due: every 256 KiB or 500 lines, whichever comes first. */
export function checkpointDue(from: Place): (place: Place) => boolean {
  let last = from;
  return (place) => {
    const isDue = place.offset - last.offset >= checkpointBytes || place.line - last.line >= checkpointLines;
    if (isDue) last = place;
    return isDue;
  };
}
