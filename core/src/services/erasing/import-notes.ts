/** What imports note, so that an erasure finds all that a file left: which sessions came from it, and where it was read to. */
import type { Write } from "../../contract/batch.ts";
import type { KeyValues } from "../../model/kind.ts";
import { stateRecord } from "./erasure-job.ts";

const scope = "import";

/** The records of a source name every session that came from it, by id. */
export function sourceSessions(source: string): readonly [scope: string, collection: string] {
  return [scope, `sessions of source ${source}`];
}

/** What one of them says: the key, in `state`, of where the import of the file ended. */
export interface SourceSession {
  readonly cursor: KeyValues;
}

/** Notes that messages of a session come from a source: goes into the batch that writes the first of them. */
export function noteSource(source: string, session: string, cursor: KeyValues, now: number): Write {
  const noted: SourceSession = { cursor };
  const record = stateRecord([...sourceSessions(source), session], noted, now);
  return { type: "insert", kind: "state", record, exists: "keep" };
}
