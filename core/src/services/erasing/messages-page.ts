/** Some messages of a session that is erased, and what goes with them. */
import type { Write } from "../../contract/batch.ts";
import type { CallOptions } from "../../contract/store.ts";
import type { KeyValues, Row } from "../../model/kind.ts";
import { blankSources } from "../sources/blank-source.ts";
import { everyRecord } from "../every-record.ts";
import type { ServiceContext } from "../service-context.ts";

/** Messages that one commit erases: more keep writers waiting. */
const pageMessages = 200;
/** References that go with them in that commit at most. */
const pageReferences = 600;

/** The large values that each message holds, by the message's id. */
export type References = ReadonlyMap<string, readonly KeyValues[]>;

/** All references to large values that a session's messages hold: few, and none is added to a deleted session. */
export async function readReferences(
  context: ServiceContext,
  session: string,
  options: CallOptions,
): Promise<References> {
  const references = new Map<string, KeyValues[]>();
  const query = {
    kind: "blob_references",
    shape: "key",
    prefix: [session],
    direction: "forward",
    limit: 1_000,
    select: "key",
    hidden: true,
  } as const;
  for await (const { hash, ownerKind, ownerId } of everyRecord(context, query, options)) {
    if (ownerKind !== "messages") continue;
    const key = [session, hash as string, ownerKind, ownerId as string];
    const known = references.get(ownerId as string);
    if (known === undefined) references.set(ownerId as string, [key]);
    else known.push(key);
  }
  return references;
}

export class MessagesPage {
  /** The positions that the page covers. */
  readonly range: readonly [from: number, to: number];
  readonly writes: readonly Write[];
  readonly counts: Readonly<Record<string, number>>;
  /** Large values that lose a holder. */
  readonly hashes: readonly string[];
  readonly #rows: readonly Row[];

  /** The first messages of a range of positions. */
  static async read(
    { store, tenant }: ServiceContext,
    session: string,
    [from, to]: readonly [from: number, to: number],
    references: References,
    options: CallOptions,
  ): Promise<MessagesPage> {
    const { answers } = await store.read(
      {
        tenant,
        requests: [
          {
            type: "query",
            kind: "messages",
            shape: "key",
            prefix: [session],
            range: { from, to },
            direction: "forward",
            limit: pageMessages,
            select: "all",
            hidden: true,
          },
        ],
      },
      options,
    );
    const { rows, next } = answers[0];
    const held = rows.map((row) => references.get(row.id as string) ?? []);
    let count = 0;
    let keys = 0;
    while (count < rows.length && (count === 0 || keys + (held[count]?.length ?? 0) <= pageReferences)) {
      keys += held[count]?.length ?? 0;
      count += 1;
    }
    const isWhole = count === rows.length && next === undefined;
    const last = isWhole ? to : (rows[count - 1]?.seq as number);
    return new MessagesPage([from, last], rows.slice(0, count), held.slice(0, count).flat());
  }

  private constructor(
    range: readonly [number, number],
    rows: readonly Row[],
    references: readonly KeyValues[],
  ) {
    const there = rows.filter(({ removedAt }) => removedAt === 0);
    this.#rows = there;
    this.range = range;
    this.writes = [
      ...there.map(({ sessionId, seq }): Write => ({
        type: "remove",
        kind: "messages",
        key: [sessionId as string, seq as number],
      })),
      ...references.map((key): Write => ({ type: "remove", kind: "blob_references", key })),
    ];
    this.counts = { messages: there.length, blob_references: references.length };
    this.hashes = [...new Set(references.map(([, hash]) => hash as string))];
  }

  /** Takes the messages out of the files that they were imported from; answers these. */
  async blankSources(context: ServiceContext, options: CallOptions): Promise<readonly string[]> {
    return blankSources(context, this.#rows, options);
  }
}
