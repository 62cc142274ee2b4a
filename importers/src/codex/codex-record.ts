import type { ByteRange } from "../importer.ts";
import { isJsonObject, readCount, readLabel, readTime } from "../json-object.ts";
import type { JsonObject } from "../json-object.ts";

/**
 * `meta`: what the session is. `turn`: the settings of a turn. `item`: what the model was given or gave. `event`: what
 * the person saw, which mostly says the same again. `compacted`: the model's history was replaced.
 */
type CodexKind = "meta" | "turn" | "item" | "event" | "compacted" | "other";

/** One record of a rollout, of any generation. */
export interface CodexRecord {
  readonly kind: CodexKind;
  /** The type of an item or event; empty for other kinds. */
  readonly type: string;
  readonly payload: JsonObject;
  readonly range: ByteRange;
  readonly createdAt?: number;
  /** Its number in the file, where the version writes it. */
  readonly ordinal?: number;
}

const kinds: ReadonlyMap<unknown, CodexKind> = new Map([
  ["session_meta", "meta"],
  ["turn_context", "turn"],
  ["response_item", "item"],
  ["event_msg", "event"],
  ["compacted", "compacted"],
]);

/** Takes an object of the file as a record. Without an envelope it is an item, or what the session is. */
export function readCodexRecord(value: JsonObject, range: ByteRange): CodexRecord {
  const { payload } = value;
  const isEnveloped = isJsonObject(payload);
  const inner = isEnveloped ? payload : value;
  const kind = isEnveloped ? (kinds.get(value["type"]) ?? "other") : bareKind(value);
  const hasType = kind === "item" || kind === "event";
  return {
    kind,
    type: hasType && typeof inner["type"] === "string" ? inner["type"] : "",
    payload: inner,
    range,
    createdAt: readTime(value["timestamp"]),
    ordinal: readCount(value["ordinal"]),
  };
}

function bareKind(value: JsonObject): CodexKind {
  if ("record_type" in value) return "other";
  if (typeof value["type"] === "string") return kinds.has(value["type"]) ? "other" : "item";
  return readLabel(value["id"]) !== undefined && "timestamp" in value ? "meta" : "other";
}

/** Ids that the model's provider gave: they are the same wherever the record is copied to. */
const providerId = /^[a-z]{2,8}_[\w-]{8,80}$/;

/** The id of a message made from a record: the provider's, else one made from where the record is in the file. */
export function recordId(record: CodexRecord): string {
  const id = readLabel(record.payload["id"]);
  return id !== undefined && providerId.test(id) ? id : `at-${record.range[0]}`;
}
