/** What one session comes to: counted over its messages, page by page, so that any length fits into memory. */
import type { ReadRequest } from "../../contract/read.ts";
import type { Row, RowOf } from "../../model/kind.ts";
import type { messages } from "../../model/messages.ts";
import { everyRecord } from "../every-record.ts";
import { sessionNotFound } from "./find-session.ts";
import { type Role, readContent } from "../messages/message.ts";
import type { ServiceContext } from "../service-context.ts";
import type { CallSettings } from "./sessions.ts";
import { fetchStagedFields, isStaged } from "../blobs/fetch-staged-fields.ts";

export interface SessionStatistics {
  readonly sessionId: string;
  /** Live messages of the session itself, on all its branches: what a fork shares is its parent's. */
  readonly messages: { readonly total: number } & Readonly<Record<Role, number>>;
  readonly tokens: number;
  /** Sums of what models reported. */
  readonly usage: {
    readonly input: number;
    readonly output: number;
    readonly cacheRead: number;
    readonly cacheWrite: number;
    readonly reasoning: number;
  };
  /** The sum of what messages cost, in the unit that they were given in. */
  readonly cost: number;
  readonly toolCalls: number;
  /** Ends of paths: messages that nothing follows. 1 where nothing was edited or regenerated. */
  readonly branches: number;
  /** Sessions that were forked from this one, and are not deleted. */
  readonly forks: number;
  readonly firstMessageAt: Date | null;
  readonly lastMessageAt: Date | null;
  /** Bytes of all content as it is written down: text, or parts as JSON; neither metadata nor what adapters keep. */
  readonly contentBytes: number;
}

/** With fields of at most 64 KiB a page stays below 20 MB. */
const pageMessages = 200;
const pageBranches = 1_000;

/** Reads all content of the session, so it takes as long as an export. */
export async function countSession(
  context: ServiceContext,
  id: string,
  settings: CallSettings,
): Promise<SessionStatistics> {
  const { store, tenant } = context;
  const requests = [
    { type: "get", kind: "sessions", keys: [[id]] },
    {
      type: "count",
      kind: "sessions",
      shape: "parent",
      prefix: [id],
      // A parent by name alone shares nothing.
      where: [{ field: "forkedAt", test: "above", value: 0 }],
    },
  ] as const satisfies readonly ReadRequest[];
  const { answers } = await store.read({ tenant, requests }, settings);
  const [[session], forks] = answers;
  if (session === undefined) throw sessionNotFound(id);
  const tally = new Tally(await branchEnds(context, session, settings));
  for await (const row of ownRecords(context, "messages", id, pageMessages, settings)) {
    if (row.removedAt !== 0) continue;
    const [whole] = isStaged(row) ? await fetchStagedFields(context, [row]) : [row];
    if (whole !== undefined) tally.add(whole);
  }
  return { sessionId: id, ...tally.sums, forks };
}

/** Positions that nothing follows: the last, and those before a branch that are nobody's parent. */
async function branchEnds(
  context: ServiceContext,
  session: Row,
  settings: CallSettings,
): Promise<ReadonlySet<number>> {
  const ends = new Set([session.lastSeq as number]);
  const parents = new Set<number>();
  const id = session.id as string;
  for await (const { seq, parentSeq } of ownRecords(context, "branches", id, pageBranches, settings)) {
    ends.add((seq as number) - 1);
    parents.add(parentSeq as number);
  }
  return ends.difference(parents);
}

function ownRecords(
  context: ServiceContext,
  kind: string,
  session: string,
  limit: number,
  settings: CallSettings,
): AsyncGenerator<Row, void, undefined> {
  const own = { kind, shape: "key", prefix: [session], direction: "forward", limit } as const;
  return everyRecord(context, own, settings);
}

const encoder = new TextEncoder();

/** Sums over messages. */
class Tally {
  readonly #ends: ReadonlySet<number>;
  readonly #messages = { total: 0, user: 0, assistant: 0, system: 0, tool: 0 };
  readonly #usage = { input: 0, output: 0, cacheRead: 0, cacheWrite: 0, reasoning: 0 };
  #tokens = 0;
  #cost = 0;
  #toolCalls = 0;
  #branches = 0;
  #contentBytes = 0;
  #first = Number.POSITIVE_INFINITY;
  #last = Number.NEGATIVE_INFINITY;

  constructor(ends: ReadonlySet<number>) {
    this.#ends = ends;
  }

  /** Adds a message whose content is there. */
  add(row: Row): void {
    const message = row as RowOf<typeof messages>;
    this.#messages.total += 1;
    this.#messages[message.role as Role] += 1;
    this.#tokens += message.tokenCount;
    this.#cost += message.cost ?? 0;
    this.#branches += this.#ends.has(message.seq) ? 1 : 0;
    this.#contentBytes += encoder.encode(message.content).length;
    this.#first = Math.min(this.#first, message.createdAt);
    this.#last = Math.max(this.#last, message.createdAt);
    if (message.usage !== "") this.#addUsage(message.usage);
    if (message.contentFormat !== "") this.#toolCalls += countCalls(message);
  }

  #addUsage(json: string): void {
    const usage = JSON.parse(json) as Readonly<Record<string, number | undefined>>;
    this.#usage.input += usage.input ?? 0;
    this.#usage.output += usage.output ?? 0;
    this.#usage.cacheRead += usage.cache_read ?? 0;
    this.#usage.cacheWrite += usage.cache_write ?? 0;
    this.#usage.reasoning += usage.reasoning ?? 0;
  }

  get sums(): Omit<SessionStatistics, "sessionId" | "forks"> {
    const isEmpty = this.#messages.total === 0;
    return {
      messages: this.#messages,
      tokens: this.#tokens,
      usage: this.#usage,
      cost: this.#cost,
      toolCalls: this.#toolCalls,
      branches: this.#branches,
      firstMessageAt: isEmpty ? null : new Date(this.#first),
      lastMessageAt: isEmpty ? null : new Date(this.#last),
      contentBytes: this.#contentBytes,
    };
  }
}

function countCalls(message: RowOf<typeof messages>): number {
  const content = readContent(message);
  return typeof content === "string" ? 0 : content.filter(({ type }) => type === "tool-call").length;
}
