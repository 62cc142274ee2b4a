import type { GuardedStore } from "../../contract/store.ts";
import type { Row } from "../../model/kind.ts";

/** What a tenant's store holds of blobs: a small one whole. */
export async function storedBlobs(
  store: GuardedStore,
  tenant = "default",
): Promise<{
  readonly blobs: readonly Row[];
  readonly pieces: readonly Row[];
  /** Lists of what is being staged. */
  readonly lists: readonly Row[];
  readonly references: readonly Row[];
}> {
  const query = { type: "query", shape: "key", prefix: [], direction: "forward", limit: 1_000 } as const;
  const { answers } = await store.read({
    tenant,
    requests: [
      { ...query, kind: "blobs" },
      { ...query, kind: "blob_pieces", select: "all" },
      { ...query, kind: "blob_references", hidden: true },
    ],
  });
  const [blobs, pieces, references] = answers.map(({ rows }) => rows) as readonly (readonly Row[])[];
  const isBlob = ({ hash }: Row): boolean => /^[0-9a-f]{64}$/.test(hash as string);
  return {
    blobs: (blobs ?? []).filter(isBlob),
    pieces: (pieces ?? []).filter(isBlob),
    lists: (blobs ?? []).filter(({ hash }) => (hash as string).startsWith("staging ")),
    references: references ?? [],
  };
}
