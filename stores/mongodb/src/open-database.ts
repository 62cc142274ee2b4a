/** Finds out what kind of server and database it is, and makes the collections' indexes. */
import type { Kind } from "@throughline/core";
import { ThroughlineError, newId } from "@throughline/core";
import type { IndexDescription } from "mongodb";
import type { Connection } from "./connect.ts";
import { connect } from "./connect.ts";
import type { Database } from "./database.ts";
import { INFO, LOG, MARKS, OPERATIONS, PARTS } from "./log-document.ts";
import { isDuplicateKey, toStoreError } from "./mongo-error.ts";

/**
 * The version of what lies in the database. A program refuses a newer one. 2: references to blobs are kept, so a program
 * that keeps none must not write any more. 3: sessions carry more than messages, which older programs would not delete with
 * them. Fields that older records do not have are empty when they are read.
 */
const SCHEMA_VERSION = 3;
/** The oldest server that gives its answers as the store needs them. */
const OLDEST_SERVER = 5;

export interface StoreInfo {
  readonly _id: string;
  readonly product: string;
  readonly schema: number;
  readonly incarnation: string;
  /** What the indexes were made of. */
  readonly indexes?: string;
  /** Set while large values from before the second version have no references yet. */
  readonly unreferenced?: true;
}

export const infoId = "store";

export interface OpenedDatabase {
  readonly database: Database;
  readonly incarnation: string;
}

export async function openDatabase(
  connection: Connection,
  kinds: ReadonlyMap<string, Kind>,
): Promise<OpenedDatabase> {
  const database = await connect(connection);
  try {
    await checkServer(database);
    return { database, incarnation: await prepare(database, kinds) };
  } catch (error) {
    await database.close();
    throw toStoreError(error);
  }
}

async function checkServer(database: Database): Promise<void> {
  const { versionArray, version, ferretdb } = await database.serverFacts();
  const [major = 0] = (versionArray ?? []) as number[];
  if (major < OLDEST_SERVER)
    throw unsupportedServer(`It is version ${String(version)}; 5.0 or newer is needed.`);
  // Version 1 reads a document and writes it back whole: what another wrote between is lost.
  const { version: ferret = "" } = (ferretdb ?? {}) as { version?: string };
  if (/^v?1\./.test(ferret))
    throw unsupportedServer("It is FerretDB 1, whose conditional updates lose writes.");
}

function unsupportedServer(message: string): ThroughlineError {
  return new ThroughlineError("unavailable", `This server can't hold a store. ${message}`, {
    reason: "unsupported_server",
  });
}

/** Makes the database a store if it is new; answers its incarnation. */
async function prepare(database: Database, kinds: ReadonlyMap<string, Kind>): Promise<string> {
  let info = await database.findOne<StoreInfo>(INFO, infoId);
  if (info === undefined) {
    await refuseForeign(database, kinds);
    await probe(database);
    await database.upsert(INFO, infoId, {
      $setOnInsert: { product: "throughline", schema: SCHEMA_VERSION, incarnation: newId() },
    });
    info = await database.findOne<StoreInfo>(INFO, infoId);
  }
  if (info?.product !== "throughline") throw foreignDatabase();
  if (info.schema > SCHEMA_VERSION) {
    throw new ThroughlineError(
      "unavailable",
      `This database has schema version ${info.schema}; this program knows ${SCHEMA_VERSION}. Use a newer version of Throughline.`,
      { reason: "newer_schema", details: { found: info.schema, known: SCHEMA_VERSION } },
    );
  }
  // Programs of before are refused from here on; then it is found out who refers to large values.
  if (info.schema < SCHEMA_VERSION)
    await database.upsert(INFO, infoId, { $max: { schema: SCHEMA_VERSION }, $set: { unreferenced: true } });
  const indexes = indexesOf(kinds);
  const made = JSON.stringify(indexes);
  if (info.indexes !== made) {
    for (const [collection, descriptions] of indexes) await database.createIndexes(collection, descriptions);
    await database.upsert(INFO, infoId, { $set: { indexes: made } });
  }
  return info.incarnation;
}

/** Another program's collections of the same names stay untouched. */
async function refuseForeign(database: Database, kinds: ReadonlyMap<string, Kind>): Promise<void> {
  const ours = new Set([LOG, MARKS, OPERATIONS, PARTS, ...kinds.keys()]);
  const names = await database.collectionNames();
  // Two processes may open a new database at once: then the other one has made it a store by now.
  if (!names.some((name) => ours.has(name))) return;
  if ((await database.findOne(INFO, infoId)) === undefined) throw foreignDatabase();
}

function foreignDatabase(): ThroughlineError {
  return new ThroughlineError(
    "unavailable",
    "This database of MongoDB holds collections of another program. Name another database in the URL.",
    { reason: "not_a_store" },
  );
}

/** All that the store stands on: an id is given once, and a condition is checked when the document is changed. */
async function probe(database: Database): Promise<void> {
  const collection = `probe_${newId().replaceAll("-", "")}`;
  try {
    await database.insert(collection, { _id: "a", p: 2 } as { _id: string });
    let isRefused = false;
    await database.insert(collection, { _id: "a" }).catch((error: unknown) => {
      if (!isDuplicateKey(error)) throw error;
      isRefused = true;
    });
    await database.replaceOlder(collection, [{ _id: "a", p: 1 }]);
    const kept = await database.findOne<{ _id: string; p: number }>(collection, "a");
    if (!isRefused || kept?.p !== 2)
      throw unsupportedServer("Its keys or its conditional updates do not hold.");
  } finally {
    await database.drop(collection).catch(() => undefined);
  }
}

function indexesOf(kinds: ReadonlyMap<string, Kind>): [string, IndexDescription[]][] {
  const indexes: [string, IndexDescription[]][] = [
    [
      LOG,
      [
        { key: { tenant: 1, position: 1 } },
        { key: { tenant: 1, slot: 1 } },
        { key: { open: 1 }, sparse: true },
      ],
    ],
    [OPERATIONS, [{ key: { at: 1 } }]],
  ];
  for (const { name, shapes, unique, hidden } of kinds.values()) {
    const ofKind: IndexDescription[] = Object.keys(shapes).map((shape) => ({
      key: { [`k.${shape}`]: 1 },
      sparse: true,
    }));
    if (Object.keys(unique).length > 0) ofKind.push({ key: { u: 1 }, sparse: true });
    // When removed records were removed.
    if (hidden === undefined) ofKind.push({ key: { at: 1 }, sparse: true });
    if (ofKind.length > 0) indexes.push([name, ofKind]);
  }
  return indexes;
}
