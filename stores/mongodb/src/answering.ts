import type { Kind, ReadAnswer } from "@throughline/core";
import type { Overlay } from "./overlay.ts";

/** One request on its way: it reads of the collections, and then answers with the end of the log laid over that. */
export interface Answering {
  /** Reads of the collections; `seen` is the end of the log as it is known now. */
  fetch(seen: Overlay): Promise<void>;
  /** The answer, or undefined if more has to be read first. */
  answer(overlay: Overlay): ReadAnswer | undefined;
}

/** Fields that only reads of everything need. */
export function heavyFields(kind: Kind): string[] {
  return Object.keys(kind.fields).filter((name) => kind.fields[name]?.heavy === true);
}
