import * as v from "valibot";
import { label } from "./text.ts";

const integer = v.pipe(v.number("must be a number"), v.safeInteger("must be an integer"));

/** What goes with an append beside its messages; the signal is not among it. */
export const appendOptions = v.strictObject({
  /** The position of the session's last message as the caller knows it (0: none). Another one is a conflict. */
  expectedSeq: v.optional(v.pipe(integer, v.minValue(0, "must not be negative"))),
  /** Makes a retry safe also where messages bring no ids: kept for 7 days. */
  operationId: v.optional(label),
  /** `move`: the conversation goes on after these messages even where they did not follow its end. */
  head: v.optional(v.literal("move", "must be move")),
  /** Of a message that is put: another revision is a conflict. */
  expectedRevision: v.optional(v.pipe(integer, v.minValue(1, "must be at least 1"))),
});
