import { setImmediate as nextTurn } from "node:timers/promises";
import { decodeInTurns, searchedBlobs, textOfMessage } from "@throughline/core";
import type { SearchedMessage } from "./changed-messages.ts";
import { readPieces } from "./changed-messages.ts";
import type { Connection } from "./connection.ts";
import { retryFairly } from "./fair-retry.ts";

/** Reads the text of a message whose content is staged; others have their turns meanwhile. */
export async function readStagedText(reader: () => Connection, message: SearchedMessage): Promise<string> {
  const values = new Map<string, string>();
  for (const hash of searchedBlobs({ ...message })) {
    const pieces = await retryFairly(() => readPieces(reader(), message.tenant, hash));
    values.set(hash, await decodeInTurns(pieces, nextTurn));
  }
  return textOfMessage({ ...message }, (hash) => values.get(hash) ?? "");
}
