/** What a caller gives to fork a session, and to say where its conversation stands. */
import * as v from "valibot";
import { withJsonNames } from "./json-names.ts";
import { pageSize } from "./page-size.ts";
import { sessionInput, sessionNames } from "./session-input.ts";
import { keyText } from "./text.ts";

/** Which positions there are is for the session to say. */
const position = v.pipe(v.number("must be a number"), v.safeInteger("must be an integer"));

// What a session is known by comes from its parent, but for a key of its own.
const {
  user: _user,
  project: _project,
  tool: _tool,
  parent: _parent,
  createdAt: _,
  ...own
} = sessionInput.entries;

export const forkInput = v.strictObject({
  /** The position that the fork shares history up to, on any branch. Default: the head. */
  atSeq: v.optional(position),
  ...own,
});

export const headInput = v.pipe(
  v.strictObject({
    /** A position; 0: the conversation begins anew. */
    seq: v.optional(position),
    messageId: v.optional(keyText),
    /** Refuses the change as a conflict when the head is at another position. */
    expectedHead: v.optional(position),
  }),
  v.check(
    ({ seq, messageId }) => (seq === undefined) !== (messageId === undefined),
    "must have either seq or a message id",
  ),
);

export const branchList = v.strictObject({
  /** Default: 50, at most 1,000. */
  limit: v.optional(pageSize),
  cursor: v.optional(v.string("must be text")),
});

export type ForkInput = v.InferInput<typeof forkInput>;
export type HeadInput = v.InferInput<typeof headInput>;
export type BranchListInput = v.InferInput<typeof branchList>;

export const forkJson: v.GenericSchema = withJsonNames(forkInput, sessionNames);
export const headJson: v.GenericSchema = withJsonNames(headInput);
export const branchListJson: v.GenericSchema = withJsonNames(branchList);
