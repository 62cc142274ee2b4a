/** What clean-up knows of each kind of record that has limits of its own. */
import type { Expectation, Write } from "../../contract/batch.ts";
import type { CallOptions } from "../../contract/store.ts";
import { type Kind, type KeyValues, type Row, keyOf } from "../../model/kind.ts";
import { memoryVersions, projectMemories, workingMemories } from "../../model/memories.ts";
import { resources } from "../../model/resources.ts";
import { checkpoints } from "../../model/session-context.ts";
import { commandUsage, repoCache, toolSessions } from "../../model/tool-records.ts";
import { uploadedFiles } from "../../model/uploaded-files.ts";
import { type BlobHolder, removeReference } from "../blobs/blob-holders.ts";
import { blobsOfCheckpoint } from "../checkpoints/checkpoint-value.ts";
import { removeVersions } from "../memories/delete-memory.ts";
import { memoryKeyOf } from "../memories/memory.ts";
import { removalOfDependencies } from "../resources/delete-resource.ts";
import type { ServiceContext } from "../service-context.ts";
import type { LimitedKind, RetentionPolicy } from "./policy.ts";

/** What goes with a record: as much as one commit takes. */
interface Parts {
  readonly writes: readonly Write[];
  /** Large values that lose a holder. */
  readonly blobs: readonly string[];
  /** Whether nothing is left but the record itself. */
  readonly isLast: boolean;
}

type TakeParts = (context: ServiceContext, row: Row, options: CallOptions) => Promise<Parts>;

/** How the records of an order are removed. */
export interface Removal {
  /** What holds as long as the record is as it was seen. */
  expect(row: Row): Expectation;
  /** Takes the record itself. */
  remove(row: Row): Write;
  readonly parts?: TakeParts;
}

/** Records that end at a time of their own. */
export interface OwnEnd {
  /** The kind and its order by the time at which they end; 0: never. */
  readonly kind: Kind;
  readonly shape: string;
  /** Days after it for which they stay; null: for ever. */
  days(policy: RetentionPolicy): number | null;
  readonly removal: Removal;
}

export interface KeptKind {
  readonly kind: Kind;
  /** Its order by when each was used last: its first field says when that was. */
  readonly shape: string;
  /** The field that names a record in reports, and one that tells people more of it. */
  readonly id: string;
  readonly title?: string;
  readonly removal: Removal;
  readonly ownEnd?: OwnEnd;
}

/** When a record of a kind was used last. */
export function usedAt({ kind, shape }: Pick<KeptKind, "kind" | "shape">, row: Row): number {
  return row[fieldOf(kind, shape)] as number;
}

function fieldOf(kind: Kind, shape: string): string {
  const [field] = kind.shapes[shape] ?? [];
  if (field === undefined) throw new TypeError(`${kind.name} has no shape ${shape}`);
  return field;
}

/** Removes a record that was neither changed nor used since it was seen. */
function asSeen(kind: Kind, shape: string, parts?: TakeParts): Removal {
  const field = fieldOf(kind, shape);
  return {
    expect: (row) => {
      const fields = { revision: row.revision, [field]: row[field] as number };
      return { type: "equals", kind: kind.name, key: keyOf(kind, row), fields };
    },
    remove: (row) => ({ type: "remove", kind: kind.name, key: keyOf(kind, row) }),
    ...(parts === undefined ? undefined : { parts }),
  };
}

const partsOfMemory: TakeParts = async (context, row, options) =>
  removeVersions(context, memoryKeyOf(row), options);

/** A memory that has ended is there for no write but a bounded removal. What has its key by now is another memory. */
const endedMemory: Removal = {
  expect: (row) => ({ type: "absent", kind: projectMemories.name, key: memoryKeyOf(row) }),
  remove: (row) => ({
    type: "remove-many",
    kind: projectMemories.name,
    shape: "key",
    prefix: memoryKeyOf(row),
    limit: 1,
  }),
  parts: partsOfMemory,
};

/** The large values that a record holds, and the references by which it does. */
function release(holders: readonly BlobHolder[]): Parts {
  return { writes: holders.map(removeReference), blobs: holders.map(({ hash }) => hash), isLast: true };
}

const partsOfCheckpoint: TakeParts = async ({ store, tenant }, { sessionId, name }, options) => {
  const key: KeyValues = [sessionId as string, name as string];
  const { answers } = await store.read(
    { tenant, requests: [{ type: "get", kind: checkpoints.name, keys: [key], select: "all" }] },
    options,
  );
  const row = answers[0][0];
  const hashes = row === undefined ? [] : blobsOfCheckpoint(row);
  const owner = { ownerKind: checkpoints.name, ownerId: name as string };
  return release(hashes.map((hash) => ({ sessionId: sessionId as string, hash, ...owner })));
};

const partsOfFile: TakeParts = async (_, { fileId, hash }) =>
  release(
    hash === ""
      ? []
      : [
          {
            sessionId: "",
            hash: hash as string,
            ownerKind: uploadedFiles.name,
            ownerId: fileId as string,
          },
        ],
  );

/** What a resource refers to goes with it; what refers to it stays. */
const partsOfResource: TakeParts = async (_, { resourceId }) => ({
  writes: [removalOfDependencies(resourceId as string)],
  blobs: [],
  isLast: true,
});

export const keptKinds: Readonly<Record<LimitedKind, KeptKind>> = {
  toolSessions: {
    kind: toolSessions,
    shape: "accessed",
    id: "toolSessionId",
    title: "toolName",
    removal: asSeen(toolSessions, "accessed"),
  },
  files: {
    kind: uploadedFiles,
    shape: "uploaded",
    id: "fileId",
    title: "displayName",
    removal: asSeen(uploadedFiles, "uploaded", partsOfFile),
    ownEnd: {
      kind: uploadedFiles,
      shape: "expiry",
      days: ({ expiredFilesDays }) => expiredFilesDays,
      removal: asSeen(uploadedFiles, "expiry", partsOfFile),
    },
  },
  memories: {
    kind: projectMemories,
    shape: "stale",
    id: "memoryId",
    title: "memoryKey",
    removal: asSeen(projectMemories, "stale", partsOfMemory),
    // Nobody sees those that have ended: they go whatever is asked for.
    ownEnd: { kind: memoryVersions, shape: "expiry", days: () => 0, removal: endedMemory },
  },
  workingMemories: {
    kind: workingMemories,
    shape: "stale",
    id: "field",
    removal: asSeen(workingMemories, "stale"),
  },
  repos: {
    kind: repoCache,
    shape: "accessed",
    id: "resourceKey",
    title: "localPath",
    removal: asSeen(repoCache, "accessed"),
  },
  commands: {
    kind: commandUsage,
    shape: "stale",
    id: "command",
    removal: asSeen(commandUsage, "stale"),
  },
  resources: {
    kind: resources,
    shape: "recent",
    id: "resourceId",
    title: "path",
    removal: asSeen(resources, "recent", partsOfResource),
  },
  checkpoints: {
    kind: checkpoints,
    shape: "stale",
    id: "name",
    removal: asSeen(checkpoints, "stale", partsOfCheckpoint),
  },
};
