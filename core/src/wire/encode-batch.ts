import type { Batch, Changes, Expectation, Write } from "../contract/batch.ts";
import { encodeRecord } from "./field-values.ts";

/** A batch as JSON can write it. Without its time: the server's guard gives that. */
export function encodeBatch({ tenant, operation, expect, writes, quiet }: Batch): object {
  return {
    tenant,
    operation,
    expect: expect?.map(encodeExpectation),
    writes: writes.map(encodeWrite),
    quiet,
  };
}

function encodeExpectation(expectation: Expectation): object {
  return expectation.type === "equals"
    ? { ...expectation, fields: encodeRecord(expectation.fields) }
    : expectation;
}

function encodeWrite(write: Write): object {
  switch (write.type) {
    case "insert":
      return {
        ...write,
        record: encodeRecord(write.record),
        exists: typeof write.exists === "string" ? write.exists : encodeChanges(write.exists),
      };
    case "update":
      return encodeChanges(write);
    case "append":
      // That an id is fresh is known to its maker only: a server looks for it.
      return {
        ...write,
        messages: write.messages.map(({ record, parent }) => ({ record: encodeRecord(record), parent })),
      };
    default:
      return write;
  }
}

function encodeChanges(changes: Changes): object {
  return changes.set === undefined ? changes : { ...changes, set: encodeRecord(changes.set) };
}
