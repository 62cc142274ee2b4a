import { isJsonObject, readLabel, readTime } from "../json-object.ts";
import type { JsonObject } from "../json-object.ts";
import type { ByteRange } from "../importer.ts";

/** One record of the file with what every kind of record may hold. Fields of a wrong type are absent. */
export interface ClaudeRecord {
  readonly type: string;
  readonly value: JsonObject;
  readonly range: ByteRange;
  readonly uuid?: string;
  readonly parentUuid?: string;
  readonly sessionId?: string;
  readonly agentId?: string;
  readonly isSidechain: boolean;
  readonly createdAt?: number;
  /** `message` of a user or assistant record; empty when there is none. */
  readonly message: JsonObject;
}

/** Takes an object of the file as a record; unknown types are records as well. */
export function readClaudeRecord(value: JsonObject, range: ByteRange): ClaudeRecord {
  return {
    type: typeof value["type"] === "string" ? value["type"] : "",
    value,
    range,
    uuid: readLabel(value["uuid"]),
    parentUuid: readLabel(value["parentUuid"]),
    sessionId: readLabel(value["sessionId"]) ?? readLabel(value["session_id"]),
    agentId: readLabel(value["agentId"]),
    isSidechain: value["isSidechain"] === true,
    createdAt: readTime(value["timestamp"]),
    message: isJsonObject(value["message"]) ? value["message"] : {},
  };
}

/** The id of a record's message: the tool's own, else one made from where the record is in the file. */
export function recordId(record: ClaudeRecord): string {
  return record.uuid ?? `at-${record.range[0]}`;
}
