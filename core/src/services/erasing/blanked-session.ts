import type { Write } from "../../contract/batch.ts";
import type { Row, StoredRecord } from "../../model/kind.ts";

/** Everything that people or tools wrote into a session's record. Who owned it, and with which tool, stays. */
const blank: StoredRecord = {
  title: "",
  summary: "",
  metadata: "",
  metrics: "",
  tags: "",
  workspacePath: "",
  profileId: "",
  terminalId: "",
  externalKey: "",
  processId: 0,
};

/** Takes the text out of the record of a deleted session that has to stay for its forks. */
export function blankedSession(row: Row): Write {
  return { type: "update", kind: "sessions", key: [row.id as string], set: blank };
}
