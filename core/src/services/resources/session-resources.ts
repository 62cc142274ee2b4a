/** Sessions as the first schema of resources has them: thin functions above the services, with its names. */
import * as v from "valibot";
import { prose, label } from "../../schemas/text.ts";
import { parseInput } from "../../schemas/parse-input.ts";
import { wholeNumber } from "../../schemas/resource-input.ts";
import type { SessionInput } from "../../schemas/session-input.ts";
import type { Session } from "../sessions/session.ts";

export interface ResourceSession {
  readonly uuid: string;
  readonly profileUuid?: string;
  /** What was said when it was created, and what its messages came to since. */
  readonly tokenCount: number;
  readonly summary?: string;
  readonly createdAt: Date;
  readonly parentSessionUuid?: string;
}

const resourceSessionInput = v.strictObject({
  /** Tokens that were spent before. Default: 0. */
  tokenCount: v.optional(wholeNumber),
  summary: v.optional(prose),
  parentSessionUuid: v.optional(label),
  profileUuid: v.optional(label),
});
export type ResourceSessionInput = v.InferInput<typeof resourceSessionInput>;

/** Where a session keeps the tokens it began with: its own count is that of its messages. */
const metric = "initial_token_count";

export function sessionInputOf(given: ResourceSessionInput): SessionInput {
  const {
    tokenCount = 0,
    summary,
    parentSessionUuid,
    profileUuid,
  } = parseInput(resourceSessionInput, given, "session");
  return {
    ...(tokenCount === 0 ? undefined : { metrics: { [metric]: tokenCount } }),
    ...(summary === undefined ? undefined : { summary }),
    ...(parentSessionUuid === undefined ? undefined : { parent: parentSessionUuid }),
    ...(profileUuid === undefined ? undefined : { profile: profileUuid }),
  };
}

export function toResourceSession(session: Session): ResourceSession {
  const { id, profileId, tokenCount, metrics, summary, createdAt, parentSessionId } = session;
  const initial = metrics[metric];
  return {
    uuid: id,
    tokenCount: tokenCount + (typeof initial === "number" ? initial : 0),
    createdAt,
    ...(profileId === null ? undefined : { profileUuid: profileId }),
    ...(summary === null ? undefined : { summary }),
    ...(parentSessionId === null ? undefined : { parentSessionUuid: parentSessionId }),
  };
}
