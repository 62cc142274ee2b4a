/** Sessions that differ in every way, and a model of their lists. */
import * as fc from "fast-check";
import { expect } from "vitest";
import type { SessionFilter, SessionInput } from "../../schemas/session-input.ts";
import { type Session, newSessionRecord } from "../sessions/session.ts";
import { type Services, beginning } from "./use-services.ts";

/** Every session of a list, page after page. */
export async function walk(
  { tl }: Services,
  filter: SessionFilter,
  between?: () => Promise<unknown>,
): Promise<Session[]> {
  const found: Session[] = [];
  let cursor: string | undefined;
  do {
    const page = await tl.sessions.list(cursor === undefined ? filter : { ...filter, cursor });
    expect(page.items.length).toBeLessThanOrEqual(filter.limit ?? 50);
    found.push(...page.items);
    cursor = page.next;
    await between?.();
  } while (cursor !== undefined);
  return found;
}

const users = ["local", "ada"];
const projects = [null, "p1", "p2"];
const tools = [null, "chat", "code"];
const titles = ["Alpha", "ALPHABET soup", "Grüße", "", "beta % _"];
const pathValues = ["main", 3, true, null] as const;

export function pick<Item>(items: readonly Item[], index: number): Item {
  return items[index % items.length] as Item;
}

/** Sessions that differ in every way that a filter can ask for. */
export function sessionOf(index: number, parent: string): SessionInput {
  return {
    user: pick(users, index >> 1),
    project: pick(projects, index),
    tool: pick(tools, index >> 2),
    title: pick(titles, index),
    pinned: index % 3 === 0,
    listed: index % 5 !== 0,
    tags: index % 4 === 0 ? ["red", `t${index % 7}`] : [],
    workspacePath: `/work/${index % 6}`,
    processId: 1 + (index % 8),
    externalKey: index % 2 === 0 ? `key-${index % 30}-${index}` : null,
    parent: index % 9 === 0 ? parent : null,
    metadata: { build: { branch: pick(pathValues, index) }, "a.b": index, constructor: index % 2 },
    // Many at one time: their ids decide.
    createdAt: new Date(beginning - (index % 40) * 1_000),
  };
}

const conditions = {
  user: fc.constantFrom(...users, "nobody"),
  project: fc.constantFrom("p1", "p2"),
  tool: fc.constantFrom("chat", "code"),
  status: fc.constantFrom("active", "archived", "expired"),
  pinned: fc.boolean(),
  workspacePath: fc.constantFrom("/work/1", "/work"),
  processId: fc.integer({ min: 1, max: 9 }),
  externalKey: fc.constantFrom("key-0-0", "key-2-32", "key"),
  tag: fc.constantFrom("red", "t0", "t4", "re"),
  metadata: fc.constantFrom(
    { "build.branch": "main" },
    { "build.branch": 3, constructor: 0 },
    { "build.branch": null },
    { "a.b": 1 },
    { "build.branch": "3" },
  ),
  ended: fc.boolean(),
  q: fc.constantFrom("alpha", "GRÜSSE", "grüße", "% _", "soup", "_"),
};

const views = fc.record(
  { order: fc.constantFrom("activity", "created"), all: fc.boolean(), limit: fc.constantFrom(7, 50, 1_000) },
  { requiredKeys: [] },
);

/** Up to three conditions: more are met by nothing. */
export const filters: fc.Arbitrary<SessionFilter> = fc
  .tuple(
    fc.subarray(Object.keys(conditions) as (keyof typeof conditions)[], { maxLength: 3 }),
    fc.record(conditions),
    views,
  )
  .map(([names, values, view]) => ({
    ...Object.fromEntries(names.map((name) => [name, values[name]])),
    ...view,
  }));

export function fits(session: Session, isListed: boolean, filter: SessionFilter): boolean {
  const { user, project, tool, status, pinned, workspacePath, processId, ended, externalKey, tag, q } =
    filter;
  return (
    (isListed || filter.all === true) &&
    (user === undefined || session.userId === user) &&
    (project === undefined || session.projectId === project) &&
    (tool === undefined || session.toolId === tool) &&
    (status === undefined || session.status === status) &&
    (pinned === undefined || session.pinned === pinned) &&
    (workspacePath === undefined || session.workspacePath === workspacePath) &&
    (processId === undefined || session.processId === processId) &&
    (ended === undefined || (session.endedAt !== null) === ended) &&
    (externalKey === undefined || session.externalKey === externalKey) &&
    (tag === undefined || session.tags.includes(tag)) &&
    (q === undefined || (session.title ?? "").toLowerCase().includes(q.toLowerCase())) &&
    Object.entries(filter.metadata ?? {}).every(
      ([path, wanted]) => valueAt(session.metadata, path) === wanted,
    )
  );
}

function valueAt(metadata: unknown, path: string): unknown {
  let value = metadata as Readonly<Record<string, unknown>> | undefined;
  for (const key of path.split(".")) {
    value = value !== undefined && Object.hasOwn(value, key) ? (value[key] as typeof value) : undefined;
  }
  return value;
}

export function inOrder(sessions: readonly Session[], order: SessionFilter["order"]): Session[] {
  const time = (session: Session): number =>
    (order === "created" ? session.createdAt : session.lastActivity).getTime();
  return sessions.toSorted((a, b) => time(b) - time(a) || (a.id < b.id ? 1 : -1));
}

/** Many sessions in few commits. */
export async function insertSessions(
  { store, time }: Services,
  count: number,
  fields: (index: number) => Readonly<Record<string, string | number | boolean>>,
): Promise<void> {
  for (let begin = 0; begin < count; begin += 1_000) {
    const indexes = Array.from({ length: Math.min(1_000, count - begin) }, (_, index) => begin + index);
    await store.commit({
      tenant: "default",
      writes: indexes.map((index) => {
        const record = newSessionRecord(`${JSON.stringify(fields(0))}-${index}`, time, fields(index));
        return { type: "insert", kind: "sessions", record, exists: "fail" };
      }),
    });
  }
}
