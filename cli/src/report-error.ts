/** Errors as people read them. */
import { type ThroughlineError, isThroughlineError } from "@throughline/core";
import { exitCodes } from "./exit-codes.ts";
import { maskSecretsIn } from "./mask-secrets.ts";
import { printable } from "./terminal/printable.ts";

/** Prints what is wrong on standard error, in one line. Answers the exit code. */
export function reportError(error: unknown): number {
  printLine(describeError(error));
  if (process.env.THROUGHLINE_DEBUG === "1") process.stderr.write(`${maskSecretsIn(stackOf(error))}\n`);
  return isThroughlineError(error) ? exitCodeOf(error) : exitCodes.failure;
}

/** Prints what is worth knowing and no error on standard error, in one line. */
export function printWarning(warning: string): void {
  printLine(`warning: ${warning}`);
}

/** Drivers quote URLs in their messages: what is secret in them stays so. */
function printLine(message: string): void {
  const line = printable(maskSecretsIn(message)).replace(/\s*\n\s*/g, " ");
  process.stderr.write(`throughline: ${line}\n`);
}

/** What is wrong, and what to do where the message itself doesn't say. */
export function describeError(error: unknown): string {
  if (!isThroughlineError(error)) {
    const message = error instanceof Error ? error.message : String(error);
    return `${message} (unexpected: THROUGHLINE_DEBUG=1 shows where)`;
  }
  const step = error.reason === undefined ? undefined : nextSteps.get(error.reason);
  return step === undefined ? error.message : `${error.message} ${step}`;
}

/** By reason; the entries of `docs/troubleshooting.md` say more. */
const nextSteps: ReadonlyMap<string, string> = new Map([
  ["ambiguous", "Name one of them by more of its id."],
  ["cursor", "Begin again without --cursor, and keep the other options as they were."],
  ["held", "throughline show <session> says why, and throughline release <session> lets go of it."],
  ["position", "throughline show <session> --branches lists those that a branch ends at."],
  ["connection_lost", "Check that the server runs there, and that this machine reaches it."],
  ["locked", "Wait until it is done, or end it."],
  ["damaged", "Look at it with: throughline doctor"],
  ["not_a_database", "Choose another file with --store."],
  ["port_in_use", "Choose another with --port, or 0 for any that is free."],
  ["cannot_listen", "Choose a port from 1024 on with --port, and an address of this machine with --host."],
  ["not_loopback", "Make one with throughline keys create, or use 127.0.0.1, ::1 or localhost."],
  ["credentials", "Put a key that throughline keys create has printed into THROUGHLINE_API_KEY."],
  ["tenant", "THROUGHLINE_TENANT says whose data is meant: with an API key, that of the key."],
  ["api_key", "throughline keys list shows those that there are."],
  ["store_failure", "THROUGHLINE_DEBUG=1 shows the cause; throughline doctor checks the store."],
]);

function exitCodeOf({ code, reason }: ThroughlineError): number {
  const isMisuse =
    code === "invalid" || code === "unsupported" || code === "forbidden" || reason === "ambiguous";
  return isMisuse ? exitCodes.misuse : exitCodes.failure;
}

function stackOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const cause = error.cause === undefined ? "" : `\nbecause: ${stackOf(error.cause)}`;
  return `${error.stack ?? error.message}${cause}`;
}
