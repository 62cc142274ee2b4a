/** Tokens of the content of resources: counted behind the back of those who give it, or when somebody asks. */
import type { CallOptions } from "../../contract/store.ts";
import { ThroughlineError } from "../../error.ts";
import type { Row } from "../../model/kind.ts";
import type { ResourceStatisticsInput, ResourceTokensInput } from "../../schemas/token-input.ts";
import { type ResourceType, resourceTypes } from "../../schemas/resource-input.ts";
import { type TokenFamily, tokenFamilies } from "../../text/token-families.ts";
import { findBlob, readWholeBlob } from "../blobs/blob-bytes.ts";
import { blobOfText } from "../blobs/blob-value.ts";
import { everyPage } from "../every-record.ts";
import { repeatOnConflict } from "../repeat-on-conflict.ts";
import type { ServiceContext } from "../service-context.ts";
import {
  type CountedTokens,
  type TokenCounts,
  countForOne,
  countTokens,
  familyOf,
  usualFamily,
} from "../tokens/count-tokens.ts";
import type { TokenCount } from "../tokens/token-counter.ts";
import type { GivenContent } from "./background-content.ts";
import { readTokenCounts, resourceNotFound } from "./resource.ts";

const pageLimit = 1_000;

/** Counts the content of a resource, and writes that down if it still has this content and nobody has counted it. */
export async function countGivenContent(
  context: ServiceContext,
  { resource, content, contentHash, isCounted }: GivenContent,
  options: CallOptions,
): Promise<void> {
  const usual = usualFamily(context);
  const row = await readResource(context, resource, options);
  if (contentHash === undefined || row.contentHash !== contentHash) return;
  if (readTokenCounts(row)?.[usual] !== undefined) return;
  const counts = await countForOne(usual, content);
  await writeCounts(context, { id: resource, contentHash, counts, keepsCount: isCounted }, options);
}

/** @throws ThroughlineError `not_found`, with reason `content` where no text is given or kept */
export async function countResource(
  context: ServiceContext,
  id: string,
  { content, ...target }: ResourceTokensInput,
  options: CallOptions,
): Promise<TokenCount> {
  const row = await readResource(context, id, options);
  const text = content ?? (await keptText(context, row, options));
  const { family, isGuess } = familyOf(context, target);
  const { count, estimated } = await countTokens(family, text);
  const hash = row.contentHash as string;
  const isItsContent = content === undefined || (await blobOfText(content)).hash === hash;
  if (isItsContent && !isGuess) {
    const counts = { [family]: { count, estimated } };
    await writeCounts(context, { id, contentHash: hash, counts, keepsCount: false }, options);
  }
  return { count, family, estimated: estimated || isGuess };
}

/** What is kept of the resource as it is now, by whichever session. */
async function keptText(context: ServiceContext, row: Row, options: CallOptions): Promise<string> {
  const hash = row.contentHash as string;
  const blob = hash === "" ? undefined : await findBlob(context, hash, options);
  if (blob === undefined) throw noText(row, "is not kept");
  const bytes = await readWholeBlob(context, blob, options);
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw noText(row, "is no text");
  }
}

interface NewCounts {
  readonly id: string;
  readonly contentHash: string;
  readonly counts: Partial<TokenCounts>;
  /** Whether the one number that a resource has stays: its caller gave it. */
  readonly keepsCount: boolean;
}

/** Adds counts to those that a resource has, while it has this content. */
async function writeCounts(
  context: ServiceContext,
  { id, contentHash, counts, keepsCount }: NewCounts,
  options: CallOptions,
): Promise<void> {
  const { store, tenant } = context;
  const usual = keepsCount ? undefined : counts[usualFamily(context)]?.count;
  await repeatOnConflict(
    ({ kind }) => kind === "resources",
    async () => {
      const row = await readResource(context, id, options);
      if (row.contentHash !== contentHash) return;
      const tokenCounts = JSON.stringify(mergeCounts(readTokenCounts(row) ?? {}, counts));
      const resource = { kind: "resources", key: [id] } as const;
      const { revision } = row;
      const set = { tokenCounts, ...(usual === undefined ? undefined : { tokenCount: usual }) };
      await store.commit(
        {
          tenant,
          expect: [{ type: "equals", ...resource, fields: { revision } }],
          writes: [{ type: "update", ...resource, set }],
        },
        options,
      );
    },
  );
}

/** An exact count stays where an estimate comes later. */
function mergeCounts(known: Partial<TokenCounts>, counts: Partial<TokenCounts>): Partial<TokenCounts> {
  const better = tokenFamilies.filter((family) => {
    const exact = known[family]?.estimated === false;
    return counts[family] !== undefined && !(exact && counts[family].estimated);
  });
  return { ...known, ...Object.fromEntries(better.map((family) => [family, counts[family]])) };
}

async function readResource(
  { store, tenant }: ServiceContext,
  id: string,
  options: CallOptions,
): Promise<Row> {
  const { answers } = await store.read(
    { tenant, requests: [{ type: "get", kind: "resources", keys: [[id]] }] },
    options,
  );
  const [[row]] = answers;
  if (row === undefined) throw resourceNotFound(id);
  return row;
}

/** What resources of one type come to. */
export interface TypeStatistics {
  readonly resources: number;
  /** Bytes of those whose size is known. */
  readonly bytes: number;
  /** Tokens of those that were counted. */
  readonly tokens: number;
  /** Whether an estimate is among them. */
  readonly estimated: boolean;
  /** Resources whose tokens nobody counted. */
  readonly uncounted: number;
}

export interface ResourceStatistics extends TypeStatistics {
  /** Whose tokens. */
  readonly family: TokenFamily;
  readonly byType: Readonly<Record<ResourceType, TypeStatistics>>;
}

const nothing: TypeStatistics = { resources: 0, bytes: 0, tokens: 0, estimated: false, uncounted: 0 };

/** Reads every resource once. */
export async function resourceStatistics(
  context: ServiceContext,
  { project, family = usualFamily(context) }: ResourceStatisticsInput,
  options: CallOptions,
): Promise<ResourceStatistics> {
  const byType = Object.fromEntries(resourceTypes.map((type) => [type, nothing])) as Record<
    ResourceType,
    TypeStatistics
  >;
  const isUsual = family === usualFamily(context);
  const query = {
    kind: "resources",
    shape: project === undefined ? "recent" : "projectRecent",
    prefix: project === undefined ? [] : [project ?? ""],
    direction: "backward",
    limit: pageLimit,
  } as const;
  for await (const rows of everyPage(context, query, options)) {
    for (const row of rows) {
      const type = row.type as ResourceType;
      byType[type] = sum(byType[type], ofResource(row, family, isUsual));
    }
  }
  return { ...Object.values(byType).reduce(sum, nothing), family, byType };
}

function ofResource(row: Row, family: TokenFamily, isUsual: boolean): TypeStatistics {
  // What a caller gave as a resource's tokens is of the usual family, and nobody knows how it was counted.
  const given = row.tokenCount as number | null;
  const counted: CountedTokens | undefined =
    readTokenCounts(row)?.[family] ??
    (isUsual && given !== null ? { count: given, estimated: true } : undefined);
  return {
    resources: 1,
    bytes: (row.size as number | null) ?? 0,
    tokens: counted?.count ?? 0,
    estimated: counted?.estimated ?? false,
    uncounted: counted === undefined ? 1 : 0,
  };
}

function sum(left: TypeStatistics, right: TypeStatistics): TypeStatistics {
  return {
    resources: left.resources + right.resources,
    bytes: left.bytes + right.bytes,
    tokens: left.tokens + right.tokens,
    estimated: left.estimated || right.estimated,
    uncounted: left.uncounted + right.uncounted,
  };
}

function noText({ resourceId }: Row, why: string): ThroughlineError {
  const message = `The content of the resource ${resourceId as string} ${why}: give it.`;
  return new ThroughlineError("not_found", message, {
    reason: "content",
    details: { resource: resourceId },
  });
}
