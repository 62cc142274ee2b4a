/** The table of stores in `README.md`, from what the stores declare. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Capabilities, type Store, Throughline, guardStore } from "@throughline/core";
import { createServer } from "@throughline/server";
import { httpStore } from "@throughline/store-http";
import { memoryStore } from "@throughline/store-memory";
import { mongodbCapabilities } from "@throughline/store-mongodb";
import { postgresCapabilities } from "@throughline/store-postgres";
import { sqliteStore } from "@throughline/store-sqlite";

const begin = "<!-- From what the stores declare: npm run write:capabilities -->";
const end = "<!-- End of the table -->";

interface StoreRow {
  readonly name: string;
  readonly url: string;
  /** What its tests were run on. */
  readonly testedOn: string;
  readonly cells: Cells;
}

/** What a capability is called for people. */
type Cells = Readonly<Record<"survives" | "processes" | "search" | "lostAnswers", string>>;

function describe({ durability, shared, search, unknownOutcomes }: Capabilities): Cells {
  return {
    survives: { none: "nothing", "process-crash": "the end of the process", "power-loss": "a power cut" }[
      durability
    ],
    processes: shared ? "yes" : "no",
    search: { index: "by an index", scan: "reads everything" }[search],
    lostAnswers: unknownOutcomes ? "sent again" : "none get lost",
  };
}

/** Makes the table. No server is needed: a store on one declares without it. */
export async function makeCapabilitiesTable(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "throughline-capabilities-"));
  try {
    const memory = memoryStore();
    const sqlite = await sqliteStore({ path: join(folder, "a.db") });
    const rows: StoreRow[] = [
      { name: "memory", url: "memory:", testedOn: "–", cells: describe(memory.capabilities) },
      {
        name: "SQLite",
        url: "sqlite:path",
        testedOn: "Node's own SQLite",
        cells: describe(sqlite.capabilities),
      },
      {
        name: "PostgreSQL",
        url: "postgres://…",
        testedOn: "PostgreSQL 15 and 18",
        cells: describe(postgresCapabilities),
      },
      {
        name: "MongoDB",
        url: "mongodb://…",
        testedOn: "only a stand-in, [not MongoDB itself](docs/mongodb.md)",
        cells: describe(mongodbCapabilities),
      },
      {
        name: "HTTP",
        url: "http://…",
        testedOn: "Throughline servers on SQLite and PostgreSQL",
        cells: await describeHttp(memory, sqlite),
      },
    ];
    await sqlite.close();
    return formatRows(rows);
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** A client of a server: what differs from server to server is the server's. */
async function describeHttp(...behind: readonly [Store, Store]): Promise<Cells> {
  const [one, other] = await Promise.all(behind.map(describeBehindServer));
  const asServer = (name: keyof Cells) =>
    one?.[name] === other?.[name] ? (one?.[name] ?? "") : "as the server's";
  return {
    survives: asServer("survives"),
    processes: asServer("processes"),
    search: asServer("search"),
    lostAnswers: asServer("lostAnswers"),
  };
}

async function describeBehindServer(store: Store): Promise<Cells> {
  const server = createServer({ throughline: new Throughline(guardStore(store)) });
  const client = await httpStore({
    url: "http://127.0.0.1",
    fetch: (input, init) => server.fetch(new Request(input, init)),
  });
  return describe(client.capabilities);
}

function formatRows(rows: readonly StoreRow[]): string {
  const header = [
    "store",
    "URL",
    "an acknowledged write survives",
    "several processes",
    "search",
    "commits without an answer",
    "tested on",
  ];
  const lines = rows.map(({ name, url, testedOn, cells: { survives, processes, search, lostAnswers } }) => [
    name,
    `\`${url}\``,
    survives,
    processes,
    search,
    lostAnswers,
    testedOn,
  ]);
  return [header, header.map(() => "---"), ...lines].map((cells) => `| ${cells.join(" | ")} |\n`).join("");
}

/** The page with this table between its marks. */
export function replaceTable(page: string, table: string): string {
  const start = page.indexOf(begin);
  const stop = page.indexOf(end);
  if (start < 0 || stop < start) throw new Error(`The page lacks the lines ${begin} and ${end}`);
  return `${page.slice(0, start + begin.length)}\n\n${table}\n${page.slice(stop)}`;
}
