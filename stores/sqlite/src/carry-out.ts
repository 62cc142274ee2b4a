import type { CheckedBatch, CommitResult, Kind } from "@throughline/core";
import { driveResolution, resolveBatch } from "@throughline/core";
import { findPlainAppend } from "@throughline/store-sql";
import { appendPlainly } from "./append-plainly.ts";
import { applyImage } from "./apply-image.ts";
import type { Connection } from "./connection.ts";
import { addFeedEntry, lastPosition } from "./feed.ts";
import { lookUp, onlyAppends } from "./look-up.ts";
import { keepOperation } from "./operations.ts";
import { Scope } from "./scope.ts";
import type { Tables } from "./tables.ts";
import type { Tenants } from "./tenants.ts";

export interface Carrying {
  readonly kinds: ReadonlyMap<string, Kind>;
  readonly tables: Tables;
  readonly tenants: Tenants;
}

export interface CarriedOut {
  readonly result: CommitResult;
  /** The tenant's number, to be remembered when the transaction is committed. */
  readonly tenant: number;
  /** Whether the batch wrote anything. */
  readonly wrote: boolean;
}

/** A batch could not be written, although it may be: the transaction has to be undone. */
export class WritingFailed extends Error {}

/**
 * Carries one batch out inside a write transaction. A batch that is refused throws before anything is written; when
 * writing itself fails, `WritingFailed` says so, and has the reason as its cause.
 */
export function carryOut(connection: Connection, carrying: Carrying, batch: CheckedBatch): CarriedOut {
  const { kinds, tables, tenants } = carrying;
  const scope = new Scope(connection, tenants.find(connection, batch.tenant));
  const plain = carryOutPlainly(scope, batch);
  if (plain !== undefined) return plain;
  const appends = onlyAppends(batch);
  const resolution = driveResolution(resolveBatch(batch, kinds), (lookup) =>
    lookUp(scope, tables, lookup, appends),
  );
  const { images, changes, results, replayed, replayOf } = resolution;
  if (replayOf !== undefined) {
    return { result: { position: replayOf, replayed, results }, tenant: scope.tenant, wrote: false };
  }
  const writes = images.length > 0 || batch.operation !== undefined;
  try {
    if (writes && scope.tenant === 0) scope.tenant = tenants.add(connection, batch.tenant);
    for (const image of images) applyImage(scope, tables, image, batch.now);
    const position =
      changes.length > 0 ? addFeedEntry(scope, resolution, batch.now) : lastPosition(connection);
    keepOperation(scope, batch, position, results);
    return { result: { position, replayed, results }, tenant: scope.tenant, wrote: writes };
  } catch (cause) {
    throw new WritingFailed("A batch could not be written.", { cause });
  }
}

/** The common append, without the general rules; undefined where it is another batch, or not the common case. */
function carryOutPlainly(scope: Scope, batch: CheckedBatch): CarriedOut | undefined {
  const append = findPlainAppend(batch);
  if (append === undefined || scope.tenant === 0) return undefined;
  try {
    const result = appendPlainly(scope, batch, append);
    return result === undefined ? undefined : { result, tenant: scope.tenant, wrote: true };
  } catch (cause) {
    throw new WritingFailed("A batch could not be written.", { cause });
  }
}
