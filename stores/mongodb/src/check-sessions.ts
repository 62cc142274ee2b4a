/** Whether what sessions say of their messages is so. */
import type { Page, Problem, Row, Store } from "@throughline/core";

const AT_ONCE = 1_000;
/** A session that is written to all the time is given up. */
const TRIES = 3;

export async function checkSessions(store: Store, tenant: string): Promise<readonly Problem[]> {
  const problems: Problem[] = [];
  for await (const session of readAll(store, tenant, "sessions", [])) {
    problems.push(...(await checkSession(store, tenant, session)));
  }
  return problems;
}

async function checkSession(store: Store, tenant: string, found: Row): Promise<readonly Problem[]> {
  let session = found;
  for (let attempt = 0; attempt < TRIES; attempt += 1) {
    const problems = await compare(store, tenant, session);
    if (problems.length === 0) return [];
    const requests = [{ type: "get", kind: "sessions", keys: [[session.id as string]] }] as const;
    const { answers } = await store.read({ tenant, requests, now: 0 }, {});
    const [now] = answers[0] as readonly (Row | undefined)[];
    if (now === undefined) return [];
    if (now.revision === session.revision) return problems;
    session = now;
  }
  return [];
}

async function compare(store: Store, tenant: string, session: Row): Promise<readonly Problem[]> {
  const id = session.id as string;
  const branches = new Map<number, number>();
  for await (const { seq, parentSeq } of readAll(store, tenant, "branches", [id])) {
    branches.set(seq as number, parentSeq as number);
  }
  const problems = new Problems(id);
  const seen = { last: session.forkedAt as number, count: 0, tokens: 0, hasHead: false };
  for await (const row of readAll(store, tenant, "messages", [id])) {
    const seq = row.seq as number;
    const parent = row.parentSeq as number;
    if (seq !== seen.last + 1) problems.add("missing_positions", `Position ${seq} comes after ${seen.last}.`);
    if (parent < 0 || parent >= seq)
      problems.add("wrong_parent", `Position ${seq} follows ${parent}, which is not before it.`);
    if (parent !== seq - 1 && branches.get(seq) !== parent)
      problems.add("missing_branch", `Position ${seq} follows ${parent}, but no branch says so.`);
    if (parent === seq - 1 && branches.has(seq))
      problems.add("extra_branch", `A branch begins at position ${seq}, but no message does.`);
    branches.delete(seq);
    seen.last = seq;
    seen.hasHead ||= seq === session.headSeq;
    if (row.removedAt !== 0) continue;
    seen.count += 1;
    seen.tokens += row.tokenCount as number;
  }
  if (seen.last !== session.lastSeq)
    problems.add(
      "missing_positions",
      `The last position is ${seen.last}; the session says ${String(session.lastSeq)}.`,
    );
  if (seen.count !== session.messageCount || seen.tokens !== session.tokenCount) {
    problems.add(
      "wrong_counts",
      `The session counts ${String(session.messageCount)} messages and ${String(session.tokenCount)} tokens; it has ${seen.count} and ${seen.tokens}.`,
    );
  }
  if ((session.headSeq as number) > (session.forkedAt as number) && !seen.hasHead) {
    problems.add("missing_head", `The head is position ${String(session.headSeq)}, where no message is.`);
  }
  for (const seq of branches.keys())
    problems.add("extra_branch", `A branch begins at position ${seq}, but no message does.`);
  return problems.found;
}

/** The first finding of each kind about one session. */
class Problems {
  readonly #session: string;
  readonly #found = new Map<string, Problem>();

  constructor(session: string) {
    this.#session = session;
  }

  get found(): readonly Problem[] {
    return [...this.#found.values()];
  }

  add(problem: string, message: string): void {
    if (!this.#found.has(problem)) this.#found.set(problem, { problem, message, session: this.#session });
  }
}

async function* readAll(
  store: Store,
  tenant: string,
  kind: string,
  prefix: readonly string[],
): AsyncGenerator<Row> {
  let after: Page["next"];
  do {
    const request = {
      type: "query",
      kind,
      shape: "key",
      prefix,
      direction: "forward",
      limit: AT_ONCE,
    } as const;
    const requests = [after === undefined ? request : { ...request, after }];
    const { answers } = await store.read({ tenant, requests, now: 0 }, {});
    const page = answers[0] as Page;
    yield* page.rows;
    after = page.next;
  } while (after !== undefined);
}
