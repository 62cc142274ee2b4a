import type { Subject } from "./contestant.ts";

/** Fails the measurement: a contestant that did not do the work must not have a time. */
export function check(claim: boolean, explanation: string): asserts claim {
  if (!claim) throw new Error(`Wrong result: ${explanation}`);
}

/** Checks that a session holds as many messages as were written. */
export async function checkCount(subject: Subject, session: string, expected: number): Promise<void> {
  const count = await subject.countMessages(session);
  check(count === expected, `a session holds ${count} messages, expected ${expected}`);
}

/** Checks that the messages are as many as expected, all different, and that the last has this text. */
export function checkMessages(
  subject: Subject,
  messages: readonly unknown[],
  expected: { readonly count: number; readonly lastText: string },
): void {
  check(messages.length === expected.count, `${messages.length} messages, expected ${expected.count}`);
  const facts = messages.map((message) => subject.describe(message));
  check(new Set(facts.map(({ id }) => id)).size === expected.count, "a message came twice");
  check(facts.at(-1)?.text === expected.lastText, "the last message is another");
}
