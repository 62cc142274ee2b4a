/** What a session owns beside its messages: of any kind that says so. */
import type { RemoveMany, Write } from "../../contract/batch.ts";
import type { Query } from "../../contract/read.ts";
import type { CallOptions } from "../../contract/store.ts";
import { type Kind, KEY_SHAPE, orderOf } from "../../model/kind.ts";
import type { ServiceContext } from "../service-context.ts";

/** Records that one commit removes. */
const atOnce = 500;
/** Records that one read asks for, of all kinds together: a server answers at most 4,000. */
const readAtOnce = 3_500;

export interface OwnedRecords {
  readonly write: Write;
  readonly counts: Readonly<Record<string, number>>;
  /** Large values that lose a holder. */
  readonly hashes: readonly string[];
}

/** The kinds of what a session owns, but for its messages, and the shape that has each session's together. */
export function ownedKinds(kinds: ReadonlyMap<string, Kind>): readonly { kind: Kind; shape: string }[] {
  return Array.from(kinds.values(), (kind) => {
    const shapes = [KEY_SHAPE, ...Object.keys(kind.shapes)];
    const shape = shapes.find((name) => orderOf(kind, name)[0] === kind.session);
    return kind.session === undefined || kind.name === "messages" || shape === undefined
      ? []
      : [{ kind, shape }];
  }).flat();
}

/**
 * Removes of a session what has ended (`expires`), which no read finds: by kind, a removal that is repeated while it removes
 * as many as it may.
 */
export function removalsOfEnded(kinds: ReadonlyMap<string, Kind>, session: string): readonly RemoveMany[] {
  return ownedKinds(kinds).flatMap(({ kind, shape }): RemoveMany[] =>
    kind.expires === undefined
      ? []
      : [{ type: "remove-many", kind: kind.name, shape, prefix: [session], limit: atOnce }],
  );
}

/** The next records to remove; undefined: nothing is left. Nobody adds any to a session that is deleted. */
export async function nextOwnedRecords(
  { store, tenant }: ServiceContext,
  session: string,
  options: CallOptions,
): Promise<OwnedRecords | undefined> {
  const owned = ownedKinds(store.kinds);
  const requests = owned.map(({ kind, shape }): Query => ({
    type: "query",
    kind: kind.name,
    shape,
    prefix: [session],
    direction: "forward",
    limit: Math.min(atOnce, Math.floor(readAtOnce / owned.length)),
    select: "key",
    hidden: true,
  }));
  const { answers } = await store.read({ tenant, requests }, options);
  const index = answers.findIndex(({ rows }) => rows.length > 0);
  const [found, answer] = [owned[index], answers[index]];
  if (found === undefined || answer === undefined) return undefined;
  const { kind, shape } = found;
  const { rows } = answer;
  const hashes = kind.name === "blob_references" ? rows.map(({ hash }) => hash as string) : [];
  return {
    write: { type: "remove-many", kind: kind.name, shape, prefix: [session], limit: rows.length },
    counts: { [kind.name]: rows.length },
    hashes: [...new Set(hashes)],
  };
}
