/**
 * Content of resources, kept as it was for a session: once by hash, whatever number of sessions hold it, and gone with the
 * last of them. A session in the trash holds on to what it has; a fork begins with nothing.
 */
import type { CommitResult, Expectation, Write } from "../../contract/batch.ts";
import type { Query } from "../../contract/read.ts";
import type { CallOptions } from "../../contract/store.ts";
import { ThroughlineError } from "../../error.ts";
import { type Row, completeRecord } from "../../model/kind.ts";
import { resources, sessionResources } from "../../model/resources.ts";
import type { KeepContentInput, KeptContentName } from "../../schemas/content-input.ts";
import { findBlob, readWholeBlob } from "../blobs/blob-bytes.ts";
import { type BlobHolder, removeReference } from "../blobs/blob-holders.ts";
import { damaged } from "../blobs/fetch-blobs.ts";
import { blobOfContent } from "../blobs/kept-content.ts";
import type { StagedBlobs } from "../blobs/staged-blobs.ts";
import { withStagedBlobs } from "../blobs/with-staged-blobs.ts";
import { everyRecord } from "../every-record.ts";
import { sessionNotFound } from "../sessions/find-session.ts";
import { repeatOnConflict } from "../repeat-on-conflict.ts";
import type { ServiceContext } from "../service-context.ts";
import { sweepBlobs } from "../blobs/sweep-blobs.ts";
import { isSessionGone, isStatusChange, touchSession } from "../sessions/touch-session.ts";
import { noteContent } from "./background-content.ts";
import { readOfOneProject } from "./link-resources.ts";
import { resourceTypeOf } from "./resource-type.ts";
import { asLostRace, pathKeyOf, readByPath } from "./track-accesses.ts";

/** That content of a resource is kept for a session. */
export interface KeptContent {
  readonly sessionId: string;
  readonly resourceId: string;
  readonly path: string;
  /** SHA-256 of the bytes, hexadecimal. */
  readonly contentHash: string;
  /** Bytes. */
  readonly size: number;
}

/** The content as it was. */
export interface ResourceContent extends KeptContent {
  readonly bytes: Uint8Array;
  /** The bytes as text; null where they are no UTF-8. */
  readonly text: string | null;
}

/** How often content that changes while it is read is read again. */
const attempts = 5;

type Checked<Input> = { readonly [Name in keyof Input]: Input[Name] };

/** Keeps content for a session, in the place of what was kept of the same resource. */
export async function keepContent(
  context: ServiceContext,
  { content, contentHash, ...name }: Checked<KeepContentInput>,
  options: CallOptions,
): Promise<KeptContent> {
  const { store, tenant } = context;
  // Found before anything is stored.
  await findTarget(context, name, options);
  const blob = await blobOfContent(context, content, { hash: contentHash });
  let kept: { readonly answer: KeptContent; readonly before: string } | undefined;
  const commit = async (blobs: StagedBlobs): Promise<CommitResult> =>
    repeatOnConflict(isOurs, async () => {
      const { session, resource, resourceId, path, link } = await findTarget(context, name, options);
      const now = store.now();
      const answer = {
        sessionId: name.session,
        resourceId,
        path,
        contentHash: blob.hash,
        size: blob.bytes.length,
      };
      const before = (link?.keptHash as string | undefined) ?? "";
      const touch = touchSession(session, now);
      const beside = blobs.besideRecords([holderOf(answer, blob.hash)]);
      const writes: Write[] = [
        touch.write,
        writeResource(answer, resource, session.projectId as string, now),
        writeLink(answer, now),
        ...(before === "" || before === blob.hash ? [] : [removeReference(holderOf(answer, before))]),
        ...beside.writes,
      ];
      const expect = [touch.expect, asSeen(answer, link), ...beside.expect];
      const result = await store.commit({ tenant, writes, expect }, options).catch((error: unknown) => {
        throw isSessionGone(error) ? sessionNotFound(name.session) : asLostRace(error);
      });
      kept = { answer, before };
      return result;
    });
  await withStagedBlobs(context, async (blobs) => {
    await blobs.stage([blob]);
    return commit(blobs);
  });
  if (kept === undefined) throw new TypeError("a commit that succeeded has kept nothing");
  const { answer, before } = kept;
  if (before !== blob.hash) await sweep(context, before, options);
  const text = typeof content === "string" ? content : textOf(blob.bytes);
  if (text !== null) {
    noteContent(context, answer.resourceId, { content: text, contentHash: blob.hash });
  }
  return answer;
}

/** What is kept of a resource for a session. @throws ThroughlineError `not_found` with reason `content` */
export async function contentOf(
  context: ServiceContext,
  name: Checked<KeptContentName>,
  options: CallOptions,
): Promise<ResourceContent> {
  for (let attempt = 1; ; attempt += 1) {
    const [link] = await findKept(context, name, 1, options);
    const hash = link.keptHash as string;
    const blob = await findBlob(context, hash, options);
    if (blob !== undefined) {
      const bytes = await readWholeBlob(context, blob, options);
      return {
        sessionId: name.session,
        resourceId: link.resourceId as string,
        path: link.path as string,
        contentHash: hash,
        size: blob.size,
        bytes,
        text: textOf(bytes),
      };
    }
    // It was replaced after it was read.
    if (attempt === attempts) throw damaged(hash);
  }
}

/** Links of one path that are let go of at once: a path has more than one where its resource was removed. */
const keptOfOnePath = 100;

/**
 * Lets go of it; by its path also of what was kept of a resource that was removed, which would be found next.
 *
 * @throws ThroughlineError `not_found` with reason `content`
 */
export async function releaseContent(
  context: ServiceContext,
  name: Checked<KeptContentName>,
  options: CallOptions,
): Promise<void> {
  const { store, tenant } = context;
  const hashes = await repeatOnConflict(isOurs, async () => {
    const links = await findKept(context, name, keptOfOnePath, options);
    const held = links.map((link) => ({
      owner: { sessionId: name.session, resourceId: link.resourceId as string },
      hash: link.keptHash as string,
      link,
    }));
    const writes = held.flatMap(({ owner: { sessionId, resourceId }, hash }): Write[] => [
      { type: "update", kind: "session_resources", key: [sessionId, resourceId], set: { keptHash: "" } },
      removeReference(holderOf({ sessionId, resourceId }, hash)),
    ]);
    await store.commit(
      { tenant, writes, expect: held.map(({ owner, link }) => asSeen(owner, link)) },
      options,
    );
    return held.map(({ hash }) => hash);
  });
  for (const hash of hashes) await sweep(context, hash, options);
}

interface Owner {
  readonly sessionId: string;
  readonly resourceId: string;
}

interface Target {
  readonly session: Row;
  /** Undefined: nobody has tracked the path yet. */
  readonly resource: Row | undefined;
  readonly resourceId: string;
  readonly path: string;
  readonly link: Row | undefined;
}

/** The resource that a session is to keep content of. */
async function findTarget(
  context: ServiceContext,
  { session: id, resource: given, path }: KeptContentName,
  options: CallOptions,
): Promise<Target> {
  const { store, tenant, generateId } = context;
  const { session, resources: found } = await readOfOneProject(
    context,
    id,
    given === undefined ? [] : [given],
    options,
  );
  const resource =
    found[0] ??
    (await readByPath(context, session.projectId as string, [path as string], options)).get(path as string);
  const resourceId = (resource?.resourceId as string | undefined) ?? generateId();
  const { answers } = await store.read(
    { tenant, requests: [{ type: "get", kind: "session_resources", keys: [[id, resourceId]] }] },
    options,
  );
  return {
    session,
    resource,
    resourceId,
    path: (resource?.path as string | undefined) ?? (path as string),
    link: answers[0][0],
  };
}

/** Links with kept content, accessed last first, one at least: also of resources that were removed since. */
async function findKept(
  context: ServiceContext,
  { session, resource, path }: KeptContentName,
  most: number,
  options: CallOptions,
): Promise<readonly [Row, ...Row[]]> {
  const { store, tenant } = context;
  const { answers } = await store.read(
    {
      tenant,
      requests: [
        { type: "get", kind: "sessions", keys: [[session]], select: "key" },
        {
          type: "get",
          kind: "session_resources",
          keys: resource === undefined ? [] : [[session, resource]],
        },
      ],
    },
    options,
  );
  const [[found], [link]] = answers;
  if (found === undefined) throw sessionNotFound(session);
  if (resource !== undefined) {
    if (link !== undefined && link.keptHash !== "") return [link];
    throw contentNotFound(session, resource);
  }
  const query: Omit<Query, "type" | "after"> = {
    kind: "session_resources",
    shape: "accessed",
    prefix: [session],
    where: [
      { field: "path", test: "equals", value: path as string },
      { field: "keptHash", test: "differs", value: "" },
    ],
    direction: "backward",
    limit: most,
  };
  const links: Row[] = [];
  for await (const row of everyRecord(context, query, options)) if (links.push(row) === most) break;
  const [first, ...others] = links;
  if (first === undefined) throw contentNotFound(session, path as string);
  return [first, ...others];
}

/** The resource has this content now. */
function writeResource(
  { resourceId, path, contentHash, size }: KeptContent,
  known: Row | undefined,
  projectId: string,
  now: number,
): Write {
  const set = {
    contentHash,
    size,
    // Those were counted in another content.
    ...(known?.contentHash === contentHash ? undefined : { tokenCounts: "", tokenCount: null }),
  };
  if (known !== undefined) {
    return { type: "update", kind: "resources", key: [resourceId], set, maximum: { updatedAt: now } };
  }
  const record = completeRecord(resources, {
    resourceId,
    projectId,
    path,
    pathKey: pathKeyOf(path),
    type: resourceTypeOf(path),
    ...set,
    lastAccessed: now,
    createdAt: now,
    updatedAt: now,
  });
  return { type: "insert", kind: "resources", record, exists: "fail" };
}

function writeLink({ sessionId, resourceId, path, contentHash: keptHash }: KeptContent, now: number): Write {
  const record = completeRecord(sessionResources, {
    sessionId,
    resourceId,
    path,
    keptHash,
    lastAccessed: now,
    createdAt: now,
  });
  return { type: "insert", kind: "session_resources", record, exists: { set: { keptHash } } };
}

/** What the session keeps of the resource is as it was read. */
function asSeen({ sessionId, resourceId }: Owner, link: Row | undefined): Expectation {
  const record = { kind: "session_resources", key: [sessionId, resourceId] } as const;
  if (link === undefined) return { type: "absent", ...record };
  return { type: "equals", ...record, fields: { keptHash: link.keptHash as string } };
}

function isOurs(failed: { readonly kind?: unknown; readonly field?: unknown }): boolean {
  return failed.kind === "session_resources" || failed.kind === "resources" || isStatusChange(failed);
}

function holderOf({ sessionId, resourceId }: Owner, hash: string): BlobHolder {
  return { sessionId, hash, ownerKind: "session_resources", ownerId: resourceId };
}

async function sweep(context: ServiceContext, hash: string, { signal }: CallOptions): Promise<void> {
  if (hash !== "") await sweepBlobs(context, { hashes: [hash], ...(signal && { signal }) });
}

function textOf(bytes: Uint8Array): string | null {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return null;
  }
}

function contentNotFound(session: string, resource: string): ThroughlineError {
  const message = `No content of ${resource} is kept for the session ${session}.`;
  return new ThroughlineError("not_found", message, { reason: "content", details: { session, resource } });
}
