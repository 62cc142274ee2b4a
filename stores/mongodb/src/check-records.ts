import type { Kind, Problem } from "@throughline/core";
import { KEY_SHAPE, indexValues, keyOf, orderOf, uniqueKeysOf } from "@throughline/core";
import { encodeKey, tenantOf } from "./ordered-key.ts";
import type { Database } from "./database.ts";
import type { RecordDocument } from "./row-document.ts";
import { recordId, rowOf, uniqueText } from "./row-document.ts";
import { heavyFields } from "./answering.ts";

const AT_ONCE = 2_000;

/** Every record stands at its key and in its places, and no two have one unique key. */
export async function checkRecords(database: Database, kind: Kind): Promise<readonly Problem[]> {
  const problems: Problem[] = [];
  const indexed = new Set(
    [
      kind.key,
      ...Object.values(kind.shapes),
      ...Object.values(kind.unique).flatMap(({ fields, filled }) => [fields, [filled]]),
    ].flat(),
  );
  const leaveOut = heavyFields(kind).filter((name) => !indexed.has(name));
  for (let after = ""; ;) {
    const page = await database.find<RecordDocument>(
      kind.name,
      { _id: { $gt: after }, gone: { $exists: false } },
      {
        sort: { _id: 1 },
        limit: AT_ONCE,
        projection: Object.fromEntries(leaveOut.map((name) => [`r.${name}`, 0])),
      },
    );
    for (const document of page) if (!isInPlace(kind, document)) problems.push(misplaced(kind, document));
    const last = page.at(-1);
    if (last === undefined) break;
    after = last._id;
  }
  if (Object.keys(kind.unique).length === 0) return problems;
  // A record may have given a key up and not be written yet, while a process applies: that is so for a moment only.
  const doubled = await database.findDoubled(kind.name, "u");
  const still = doubled.length === 0 ? [] : await database.findDoubled(kind.name, "u");
  return [
    ...problems,
    ...still.filter((unique) => doubled.includes(unique)).map((unique) => shared(kind, unique)),
  ];
}

function isInPlace(kind: Kind, document: RecordDocument): boolean {
  const tenant = tenantOf(document._id);
  const row = rowOf(kind, document);
  const shapes = Object.keys(kind.shapes).filter((shape) => shape !== KEY_SHAPE);
  const unique = [...uniqueKeysOf(kind, row)].map(([name, values]) => uniqueText(tenant, name, values));
  return (
    document._id === recordId(tenant, keyOf(kind, row)) &&
    shapes.every(
      (shape) => document.k?.[shape] === encodeKey(tenant, indexValues(row, orderOf(kind, shape))),
    ) &&
    unique.join() === (document.u ?? []).join()
  );
}

function misplaced({ name }: Kind, { _id }: RecordDocument): Problem {
  const message = `${_id.trimEnd().replaceAll("\t", "/")} in ${name} is indexed under another key than its own.`;
  return { problem: "misplaced", message };
}

function shared({ name }: Kind, unique: string): Problem {
  const message = `Two records in ${name} have the unique key ${unique.trimEnd().replaceAll("\t", "/")}.`;
  return { problem: "shared_unique_key", message };
}
