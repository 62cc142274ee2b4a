import type { Kind, Problem } from "@throughline/core";
import type { Database } from "./database.ts";
import type { LogDocument, Mark, StoredImage } from "./log-document.ts";
import { LOG, MARKS } from "./log-document.ts";
import { Overlay } from "./overlay.ts";
import type { RowDocument, StoredDocument } from "./row-document.ts";
import { isTombstone, rowOf } from "./row-document.ts";

const AT_ONCE = 1_000;
/** Documents with images are large. */
const WHOLE_AT_ONCE = 16;

/**
 * A tenant's log has no holes, its positions go on, its mark does not stand beyond its end, and what it still holds of
 * images up to the mark is in the collections.
 */
export async function checkLog(
  database: Database,
  kinds: ReadonlyMap<string, Kind>,
  tenant: string,
): Promise<readonly Problem[]> {
  const mark = await database.findOne<Mark>(MARKS, tenant);
  const applied = mark?.slot ?? 0;
  return [
    ...(await checkSlots(database, tenant, mark)),
    ...(await checkApplied(database, kinds, tenant, applied)),
  ];
}

async function checkSlots(
  database: Database,
  tenant: string,
  mark: Mark | undefined,
): Promise<readonly Problem[]> {
  const problems: Problem[] = [];
  const { floor = 0, slot: applied = 0 } = mark ?? {};
  let last: LogDocument | undefined;
  for (let page: readonly LogDocument[] = []; ;) {
    page = await database.find<LogDocument>(
      LOG,
      { tenant, slot: { $gt: last?.slot ?? 0 } },
      { sort: { slot: 1 }, limit: AT_ONCE, projection: { images: 0 } },
    );
    for (const document of page) {
      problems.push(...followsOn(tenant, last, document, floor));
      last = document;
    }
    if (page.length < AT_ONCE) break;
  }
  if (applied > (last?.slot ?? 0)) {
    problems.push({
      problem: "mark_ahead",
      message: `The mark of tenant ${tenant} is ${applied}, but its log ends at ${last?.slot ?? 0}.`,
    });
  }
  return problems;
}

function followsOn(
  tenant: string,
  before: LogDocument | undefined,
  { slot, position, entries }: LogDocument,
  floor: number,
): readonly Problem[] {
  if (before === undefined) return [];
  if (slot !== before.slot + 1) {
    const message = `The log of tenant ${tenant} goes from slot ${before.slot} to ${slot}.`;
    return [{ problem: "missing_slot", message }];
  }
  // What is pruned keeps its position, and nothing else.
  if (position <= floor) return [];
  const first = Math.max(before.position, floor);
  const isRight =
    entries.filter((entry) => entry.position > floor).length === position - first &&
    entries.every((entry) => entry.position > before.position && entry.position <= position);
  if (isRight) return [];
  const message = `Slot ${slot} of tenant ${tenant} should hold the feed from ${first + 1} to ${position}.`;
  return [{ problem: "wrong_position", message }];
}

async function checkApplied(
  database: Database,
  kinds: ReadonlyMap<string, Kind>,
  tenant: string,
  applied: number,
): Promise<readonly Problem[]> {
  const problems: Problem[] = [];
  for (let from = 0; ;) {
    const documents = await database.find<LogDocument>(
      LOG,
      { tenant, slot: { $gt: from, $lte: applied }, images: { $exists: true } },
      { sort: { slot: 1 }, limit: WHOLE_AT_ONCE },
    );
    const overlay = new Overlay(documents);
    for (const [collection, all] of byCollection(documents)) {
      const images = all.filter(({ _id }) => !overlay.isGone(collection, _id));
      const ids = images.map(({ _id }) => _id);
      const found = await database.find<RowDocument>(collection, { _id: { $in: ids } });
      const stored = new Map(found.map((document) => [document._id, document]));
      for (const image of images) {
        const wrong = compare(kinds.get(collection), image, stored.get(image._id));
        if (wrong !== undefined) problems.push(wrong(collection, image));
      }
    }
    const last = documents.at(-1);
    if (last === undefined) return problems;
    from = last.slot;
  }
}

function byCollection(documents: readonly LogDocument[]): Map<string, StoredDocument[]> {
  const collections = new Map<string, StoredDocument[]>();
  for (const { images = [] } of documents) {
    for (const { c, d } of images) {
      const known = collections.get(c);
      if (known === undefined) collections.set(c, [d]);
      else known.push(d);
    }
  }
  return collections;
}

type Wrong = (collection: string, image: StoredImage["d"]) => Problem;

function compare(
  kind: Kind | undefined,
  image: StoredDocument,
  stored: StoredDocument | undefined,
): Wrong | undefined {
  if (stored !== undefined && stored.p > image.p) return undefined;
  // What is pruned is forgotten everywhere but here.
  if (kind === undefined || (stored === undefined && "gone" in image)) return undefined;
  if (stored === undefined || stored.p < image.p) return notApplied;
  return contentOf(kind, stored as RowDocument) === contentOf(kind, image as RowDocument)
    ? undefined
    : differs;
}

function contentOf(kind: Kind, document: RowDocument): string {
  if (isTombstone(document)) return "gone";
  return JSON.stringify([rowOf(kind, document), document.k, document.u]);
}

function notApplied(collection: string, { _id, p }: StoredDocument): Problem {
  const message = `${shown(_id)} in ${collection} should be as slot ${p} of the log says, and is older or missing.`;
  return { problem: "not_applied", message };
}

function differs(collection: string, { _id, p }: StoredDocument): Problem {
  return {
    problem: "differs_from_log",
    message: `${shown(_id)} in ${collection} is not as slot ${p} of the log says.`,
  };
}

function shown(id: string): string {
  return id.trimEnd().replaceAll("\t", "/");
}
