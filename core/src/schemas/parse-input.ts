import * as v from "valibot";
import { ThroughlineError } from "../error.ts";

/** Checks input against a schema: the first thing that is wrong is the error. */
export function parseInput<const Schema extends v.GenericSchema>(
  schema: Schema,
  input: unknown,
  what: string,
): v.InferOutput<Schema> {
  // For the schema a list is an object without members.
  if (schema.type === "strict_object" && Array.isArray(input)) throw listError(what);
  const result = v.safeParse(schema, input, { abortEarly: true });
  if (result.success) return result.output;
  throw inputError(result.issues[0], what);
}

function listError(what: string): ThroughlineError {
  return new ThroughlineError("invalid", `${what} must be an object, not a list.`, {
    reason: "type",
    outcome: "refused",
    details: { field: "" },
  });
}

/** The error for an issue of a schema, with the path of what is wrong. */
function inputError(given: v.BaseIssue<unknown>, what: string): ThroughlineError {
  const { issue, path } = findInnermost(given);
  const field = path.join(".");
  const isUnknown = issue.kind === "schema" && issue.type === "strict_object" && issue.expected === "never";
  const subject = field === "" ? what : `${what}: ${field}`;
  const message = isUnknown
    ? `${subject} is not a field that can be given.`
    : `${subject} ${predicate(issue)}.`;
  return new ThroughlineError("invalid", message, {
    reason: isUnknown ? "unknown_field" : isTooLong(issue) ? "too_long" : "type",
    outcome: "refused",
    details: { field },
  });
}

/** Whether a text has too many bytes, or a list too many items. */
function isTooLong({ type, message }: v.BaseIssue<unknown>): boolean {
  return type === "max_length" || type === "max_bytes" || /^must have at most \d+ bytes/.test(message);
}

interface Place {
  readonly issue: v.BaseIssue<unknown>;
  readonly path: readonly string[];
}

/** Of a choice that nothing fits, what is wrong with the one that fits furthest: `content.2.text`, not `content`. */
function findInnermost(issue: v.BaseIssue<unknown>): Place {
  const path = (issue.path ?? []).map(({ key }) => String(key));
  let innermost: Place = { issue, path };
  for (const inner of issue.issues ?? []) {
    const place = findInnermost(inner);
    const whole = [...path, ...place.path];
    if (whole.length > innermost.path.length) innermost = { issue: place.issue, path: whole };
  }
  return innermost;
}

function predicate(issue: v.BaseIssue<unknown>): string {
  if (issue.received === "undefined") return "is missing";
  if (issue.message.startsWith("must")) return issue.message;
  return `must be ${typeNames[issue.expected ?? ""] ?? issue.expected ?? "of another type"}`;
}

/** For people, and never with what was given: that may be long, and nobody else's business. */
const typeNames: Readonly<Record<string, string>> = { Object: "an object", Array: "a list" };
