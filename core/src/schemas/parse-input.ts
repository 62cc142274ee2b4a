import * as v from "valibot";
import { ThroughlineError } from "../error.ts";

/** Checks input against a schema: the first thing that is wrong is the error. */
export function parseInput<const Schema extends v.GenericSchema>(
  schema: Schema,
  input: unknown,
  what: string,
): v.InferOutput<Schema> {
  const result = v.safeParse(schema, input, { abortEarly: true });
  if (!result.success) throw inputError(result.issues[0], what);
  const list = findList(input, result.output);
  if (list !== undefined) throw listError(list, what);
  return result.output;
}

/** Refuses what is no object where its members are about to be taken: nothing of it would be left to tell it by. */
export function refuseNonObject(input: unknown, what: string): void {
  if (Array.isArray(input)) throw listError([], what);
  if (typeof input === "object" && input !== null) return;
  throw new ThroughlineError("invalid", `${what} must be an object.`, {
    reason: "type",
    outcome: "refused",
    details: { field: "" },
  });
}

/**
 * The place of a list that a schema took for an object without members. What a schema lets through as it is, such as
 * metadata, is not looked into: so this goes as deep as the schema, not as the input.
 */
function findList(input: unknown, output: unknown): readonly string[] | undefined {
  if (input === output || !isMade(output) || !isMade(input)) return undefined;
  if (Array.isArray(input) && !Array.isArray(output)) return [];
  for (const name of Object.keys(output)) {
    const inner = findList(input[name], output[name]);
    if (inner !== undefined) return [name, ...inner];
  }
  return undefined;
}

/** Whether it may be what a schema makes: a list or an object with members, no time and no bytes. */
function isMade(value: unknown): value is Readonly<Record<string, unknown>> {
  if (typeof value !== "object" || value === null) return false;
  return !(value instanceof Date || ArrayBuffer.isView(value));
}

function listError(path: readonly string[], what: string): ThroughlineError {
  const field = path.join(".");
  return new ThroughlineError(
    "invalid",
    `${field === "" ? what : `${what}: ${field}`} must be an object, not a list.`,
    { reason: "type", outcome: "refused", details: { field } },
  );
}

/** The error for an issue of a schema, with the path of what is wrong. */
function inputError(given: v.BaseIssue<unknown>, what: string): ThroughlineError {
  const { issue, items } = findInnermost(given);
  const path = items.map(({ key }) => String(key));
  const list = items.findIndex(({ type, input }) => type === "object" && Array.isArray(input));
  if (list !== -1) return listError(path.slice(0, list), what);
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
  readonly items: readonly v.IssuePathItem[];
}

/** Of a choice that nothing fits, what is wrong with the one that fits furthest: `content.2.text`, not `content`. */
function findInnermost(issue: v.BaseIssue<unknown>): Place {
  const items = issue.path ?? [];
  let innermost: Place = { issue, items };
  for (const inner of issue.issues ?? []) {
    const place = findInnermost(inner);
    const whole = [...items, ...place.items];
    if (whole.length > innermost.items.length) innermost = { issue: place.issue, items: whole };
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
