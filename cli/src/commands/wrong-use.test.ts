import { existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { gardenStore } from "../test/garden-store.ts";
import { runCommand } from "../test/run-command.ts";
import { temporaryFolder } from "../test/temporary-folder.ts";

test.each([
  ["an unknown command", "flourish", /unknown command 'flourish'/],
  ["a mistyped command", "sesions", /unknown command 'sesions'\n\(Did you mean sessions\?\)/],
  [
    "a mistyped command of a group",
    "memories lst",
    /unknown command 'lst'\n\(Did you mean list\?\)\nRun throughline memories --help/,
  ],
  ["nothing to record", "context record @last", /nothing to record: give --file, --search/],
  ["a file that is not there", "content keep @last nope.txt", /nope\.txt can't be read: there is no such/],
  ["a folder for a file", "content keep @last .", /\. can't be read: it is a folder/],
  ["an unknown option", "stats --bogus", /unknown option '--bogus'\nRun throughline stats --help for/],
  [
    "help on a mistyped command",
    "help shwo",
    /unknown command 'shwo'\n\(Did you mean show\?\)\nRun throughline/,
  ],
  [
    "a query that looks like an option",
    "search -tulips",
    /'-tulips'\nRun .* begins with - goes after --\.$/m,
  ],
  ["a mistyped option", "keys list --jsno", /\(Did you mean --json\?\)\nRun throughline keys list --help/],
  ["a missing argument", "show", /missing required argument 'session'/],
  ["an argument too many", "stats more", /too many arguments/],
  ["text for a number", "sessions --limit many", /option '--limit <number>' argument 'many' is invalid/],
  [
    "an unknown choice",
    "sessions --status open",
    /'open' is invalid\. Allowed choices are active, archived, expired/,
  ],
  ["a limit of nothing", "sessions --limit 0 --store memory:", /--limit.*'0'.* from 1 to 1000/],
  ["a limit above the highest", "search x --limit 1001", /--limit.*'1001'.* from 1 to 1000/],
  ["no last message", "show @last --last 0", /--last.*'0'.* from 1 to 1000/],
  ["a bad cursor", "sessions --cursor abc --store memory:", /cursor.*Begin again without --cursor/],
  ["a query without words", "search -- ---", /no word to search for/],
  [
    "a bad time",
    "search x --since yesterday --store memory:",
    /--since takes a day .* or an ISO 8601 time .*, not yesterday/,
  ],
  ["a day that does not exist", "search x --until 2026-02-31 --store memory:", /--until takes a day/],
  ["bad metadata", "sessions --metadata bed --store memory:", /--metadata takes <key>=<value>, not bed/],
  ["an unknown kind of store", "stats --store oracle://me:geheim@h/d", /no store for oracle: URLs/],
  ["a mistyped kind of store", "stats --store postgers://me:geheim@h/d", /Did you mean postgres:\?/],
  ["branches and one of them", "show @last --branch 1 --branches", /--branches goes with neither --branch/],
  ["a server without a host", "stats --store postgres:me:geheim@h", /postgres:\S* names no server/],
  ["a URL with a user over HTTP", "stats --store https://me:geheim@h", /URL is http: or https: with a host/],
  ["no store at all", "stats --store sessions", /sessions is no URL of a store/],
  ["a public address", "serve --host 0.0.0.0", /Beyond loopback .* keys create, or use 127\.0\.0\.1/],
  ["a host name that is none", "serve --allow-host http://a", /--allow-host must be a list of host names/],
  ["a port that is none", "serve --port 70000", /--port must be a whole number from 0 to 65535, not 70000/],
])("%s exits with 2", async (_, line, message) => {
  const folder = temporaryFolder();
  const { exitCode, output, errors } = await runCommand(folder, line.split(" "));
  expect({ exitCode, output }).toEqual({ exitCode: 2, output: "" });
  expect(errors).toMatch(/^throughline: /);
  expect(errors).toMatch(message);
  expect(errors).not.toMatch(/\n {4}at |geheim/);
  expect(readdirSync(folder)).toEqual([]);
});

test("a wrong variable and a wrong file exit with 2, and name themselves", async () => {
  const folder = temporaryFolder();
  const variable = await runCommand(folder, ["stats"], { THROUGHLINE_PORT: "high" });
  expect(variable).toMatchObject({ exitCode: 2, output: "" });
  expect(variable.errors).toMatch(
    /^throughline: THROUGHLINE_PORT must be a whole number .*, not "high"\.\n$/,
  );
  writeFileSync(join(folder, "throughline.yaml"), "prot: 1\n");
  const file = await runCommand(folder, ["stats"]);
  expect(file.exitCode).toBe(2);
  expect(file.errors).toContain(
    `${join(folder, "throughline.yaml")}: prot is no setting. Did you mean port? There are: `,
  );
});

test("an ambiguous name lists the candidates and exits with 2", async () => {
  const { folder, store, roses, snails } = await gardenStore();
  // Ids of one moment begin alike, so a made-up key stands for an ending that two share.
  const { openThroughline } = await import("../open-throughline.ts");
  const throughline = await openThroughline(store);
  const ids: string[] = [];
  for (const user of ["one", "two"]) {
    ids.push((await throughline.sessions.create({ user, tool: "web-chat", externalKey: "shared" })).id);
  }
  await throughline.close();
  const { exitCode, output, errors } = await runCommand(folder, [
    "show",
    "web-chat:shared",
    "--store",
    store,
  ]);
  expect({ exitCode, output }).toEqual({ exitCode: 2, output: "" });
  for (const id of ids) expect(errors).toContain(id);
  for (const id of [roses, snails]) expect(errors).not.toContain(id);
});

test("a store that can't be opened exits with 1 and says why", async () => {
  const folder = temporaryFolder();
  mkdirSync(join(folder, "folder.db"));
  writeFileSync(join(folder, "text.db"), "no database at all, but long enough to be looked at".repeat(40));
  for (const [store, message] of [
    ["folder.db", /^throughline: .*can't be opened.*\n$/],
    ["text.db", /^throughline: This file is not an SQLite database\. Choose another file with --store\.\n$/],
  ] as const) {
    const { exitCode, output, errors } = await runCommand(folder, ["sessions", "--store", store]);
    expect({ exitCode, output }).toEqual({ exitCode: 1, output: "" });
    expect(errors).toMatch(message);
  }
  const shown = await runCommand(folder, ["sessions", "--store", "text.db"], { THROUGHLINE_DEBUG: "1" });
  expect(shown.errors).toMatch(/\n {4}at /);
});

test("reading where there is no database yet finds nothing, and makes none", async () => {
  const folder = temporaryFolder();
  const { exitCode, output, errors } = await runCommand(folder, ["sessions", "--json"]);
  expect({ exitCode, output: JSON.parse(output) as unknown }).toEqual({ exitCode: 0, output: { items: [] } });
  expect(errors).toMatch(/^throughline: there is no database at .*throughline\.db yet/);
  expect(existsSync(join(folder, "data"))).toBe(false);
});
