import { expect, test } from "vitest";
import { openThroughline } from "../open-throughline.ts";
import { gardenStore } from "../test/garden-store.ts";
import { runCommand, runJson } from "../test/run-command.ts";

test("sessions lists what is there, newest activity first", async () => {
  const { folder, store, roses, snails } = await gardenStore();
  const { exitCode, output, errors } = await runCommand(folder, ["sessions", "--store", store]);
  expect({ exitCode, errors }).toEqual({ exitCode: 0, errors: "" });
  const lines = output.trimEnd().split("\n");
  expect(lines[0]).toMatch(/^SESSION +ACTIVITY +TOOL +MESSAGES +TITLE$/);
  expect(lines[1]).toMatch(
    new RegExp(`^${snails}  \\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d  web-chat         2  Snails \\[pinned\\]$`),
  );
  // The control characters of the title are gone.
  expect(lines[2]).toMatch(new RegExp(`^${roses} .* 3  Prune the 薔薇 roses #spring$`));
  expect(lines).toHaveLength(3);
});

test.each([
  [
    "--project garden --tool web-chat --tag spring --no-pinned --q PRUNE --metadata bed=3 --order created",
    "roses",
  ],
  ["--pinned --all --user local --status active", "snails"],
] as const)("sessions %s", async (options, name) => {
  const garden = await gardenStore();
  const answer = await runJson(garden.folder, ["sessions", "--store", garden.store, ...options.split(" ")]);
  expect(answer).toEqual({ items: [expect.objectContaining({ session_id: garden[name] })] });
});

test("sessions --json goes on by cursor", async () => {
  const { folder, store, roses, snails } = await gardenStore();
  const first = await runJson(folder, ["sessions", "--store", store, "--limit", "1"]);
  expect(first).toMatchObject({
    items: [{ session_id: snails, title: "Snails", pinned: true, tool_id: "web-chat" }],
  });
  const cursor = first.next_cursor as string;
  const second = await runJson(folder, ["sessions", "--store", store, "--limit", "1", "--cursor", cursor]);
  expect(second).toMatchObject({ items: [{ session_id: roses }] });
  expect(second).not.toHaveProperty("next_cursor");
  const people = await runCommand(folder, ["sessions", "--store", store, "--limit", "1"]);
  expect(people.errors).toBe(`More: the same with --cursor ${cursor}\n`);
});

test("show prints a session for people, without control characters", async () => {
  const { folder, store, roses } = await gardenStore();
  const { exitCode, output, errors } = await runCommand(folder, [
    "show",
    "web-chat:chat-1",
    "--store",
    store,
  ]);
  expect({ exitCode, errors }).toEqual({ exitCode: 0, errors: "" });
  expect(output).toContain(`Session:   ${roses}\nTitle:     Prune the 薔薇 roses\nTool:      web-chat\n`);
  expect(output).toMatch(/\nuser  1  \S+ \S+\nWhen do I prune the roses\?\n\nassistant  2  /);
  expect(output).toContain('In early spring.\n\n[call] calendar\n{\n  "month": 3\n}\n');
  expect(output).toContain("[result] calendar\nfree\n");
  expect(output).not.toContain("\u001b");
});

test("show --last, --json and colours", async () => {
  const { folder, store, snails } = await gardenStore();
  const json = await runJson(folder, ["show", "@last", "--store", store, "--last", "1"]);
  expect(json).toMatchObject({
    session_id: snails,
    messages: [{ seq: 2, role: "user", metadata: { injected: true } }],
  });
  const last = await runCommand(folder, ["show", "@last", "--store", store, "--last", "1"]);
  expect(last.output).toMatch(/user  2  .*  injected\nInstructions of the tool\.\n$/);
  const coloured = await runCommand(folder, ["show", "@last", "--store", store], { FORCE_COLOR: "1" });
  expect(coloured.output).toContain("\u001b[36muser");
});

test("a session is named by the end of its id", async () => {
  const { folder, store, roses } = await gardenStore();
  expect(await runJson(folder, ["show", roses.slice(-8), "--store", store])).toMatchObject({
    session_id: roses,
  });
  const capitals = await runJson(folder, ["show", roses.slice(-12).toUpperCase(), "--store", store]);
  expect(capitals).toMatchObject({ session_id: roses });
  const beginning = await runCommand(folder, ["show", roses.slice(0, 8), "--store", store]);
  expect(beginning).toMatchObject({ exitCode: 1, output: "" });
  expect(beginning.errors).toMatch(/at least 6 characters long, and not its beginning/);
  expect(beginning.errors).toContain(`Did you mean one of `);
  const short = await runCommand(folder, ["show", roses.slice(-5), "--store", store]);
  expect(short.exitCode).toBe(1);
  expect(short.errors).toMatch(
    /^throughline: There is no session \w{5}\. A short name is an ending of an id, at least 6 .*throughline sessions --all, and .*throughline sessions --deleted\n$/,
  );
});

test("search finds messages, highlights them, and ends with 0 when there are none", async () => {
  const { folder, store, roses } = await gardenStore();
  const found = await runJson(folder, ["search", "prune", "roses", "--store", store]);
  expect(found).toMatchObject({
    items: [
      { kind: "message", session_id: roses, seq: 1, role: "user", snippet: "When do I prune the roses?" },
    ],
  });
  const people = await runCommand(folder, ["search", "prune", "--store", store], { FORCE_COLOR: "1" });
  expect(people.output).toContain("When do I \u001b[1m\u001b[33mprune\u001b[39m\u001b[22m the roses?");
  const none = await runCommand(folder, ["search", "tulips", "--store", store]);
  expect(none).toEqual({ exitCode: 0, output: "", errors: "Nothing found.\n" });
  expect(await runJson(folder, ["search", "tulips", "--store", store])).toEqual({ items: [] });
});

test.each([
  [
    "--session web-chat:chat-1 --project garden --role user --tool web-chat --since 2020-01-01 --order recent",
    1,
  ],
  ["--until 2020-01-01T00:00:00Z", 0],
] as const)("search %s", async (options, count) => {
  const { folder, store } = await gardenStore();
  const { items } = await runJson(folder, ["search", "prune", "--store", store, ...options.split(" ")]);
  expect(items).toHaveLength(count);
});

test("stats counts", async () => {
  const { folder, store } = await gardenStore();
  const json = await runJson(folder, ["stats", "--store", store]);
  expect(json).toMatchObject({ sessions: { total: 2, active: 2, by_tool: { "web-chat": 2 } }, messages: 5 });
  const { output } = await runCommand(folder, ["stats", "--store", store]);
  expect(output).toMatch(/^Sessions +2\n.*of web-chat +2\nMessages +5\n/s);
});

test("delete hides a session, and undelete brings it back", async () => {
  const { folder, store, roses } = await gardenStore();
  const deleted = await runCommand(folder, ["delete", roses.slice(-12), "--store", store]);
  expect(deleted.output).toBe(
    `Deleted ${roses} (Prune the 薔薇 roses). To bring it back: throughline undelete ${roses}\n`,
  );
  expect(await runJson(folder, ["search", "prune", "--store", store])).toEqual({ items: [] });
  expect(await runJson(folder, ["undelete", roses, "--store", store])).toMatchObject({ session_id: roses });
  expect(await runJson(folder, ["delete", roses, "--store", store])).toEqual({
    session_id: roses,
    deleted: true,
  });
  expect((await runCommand(folder, ["undelete", roses, "--store", store])).output).toBe(
    `${roses} is back.\n`,
  );
  const wrong = await runCommand(folder, ["undelete", roses.slice(-12), "--store", store]);
  expect(wrong).toMatchObject({ exitCode: 1, output: "" });
  expect(wrong.errors).toMatch(/no deleted session \S+\. .* listed by: throughline sessions --deleted\n$/);
});

test("sessions --deleted lists the trash, from which an ending brings a session back", async () => {
  const { folder, store, roses, snails } = await gardenStore();
  await using throughline = await openThroughline(store);
  for (const id of [roses, snails]) await throughline.sessions.delete(id);
  const table = await runCommand(folder, ["sessions", "--deleted", "--store", store]);
  expect(table).toMatchObject({ exitCode: 0, errors: "" });
  const time = String.raw`(\d{4}-\d\d-\d\d \d\d:\d\d)`;
  expect(table.output).toMatch(
    new RegExp(
      `^SESSION +DELETED +ERASED AFTER +MESSAGES +TITLE\n${snails}  ${time}  ${time} +2  Snails\n${roses} .* Prune`,
    ),
  );
  const [, deleted = "", erased = ""] = new RegExp(`${time}  ${time}`).exec(table.output) ?? [];
  expect(Date.parse(`${erased}Z`) - Date.parse(`${deleted}Z`)).toBe(30 * 24 * 60 * 60 * 1_000);
  const page = await runJson(folder, ["sessions", "--deleted", "--limit", "1", "--store", store]);
  expect(page).toMatchObject({ items: [{ session_id: snails, erase_after: expect.any(String) as string }] });
  expect(page.next_cursor).toBeTypeOf("string");
  const narrowed = await runCommand(folder, ["sessions", "--deleted", "--no-pinned", "--store", store]);
  expect(narrowed).toMatchObject({
    exitCode: 2,
    errors: "throughline: --deleted goes with --limit and --cursor only, not with --no-pinned.\n",
  });
  const back = await runCommand(folder, ["undelete", roses.slice(-8).toUpperCase(), "--store", store]);
  expect(back).toMatchObject({ output: `${roses} is back.\n` });
});

test("show reads another branch, lists all, and tells that a session is held", async () => {
  const { folder, store, roses } = await gardenStore();
  await using throughline = await openThroughline(store);
  const { messages, sessions } = throughline;
  const [first] = (await messages.list(roses, { limit: 1 })).items;
  await messages.append(
    roses,
    [{ id: "other", role: "user", content: "And the tulips?", parentId: first?.id ?? "" }],
    { head: "move" },
  );
  await sessions.hold(roses, { reason: "needed for the audit" });
  const run = (...args: readonly string[]) => runCommand(folder, ["show", roses, "--store", store, ...args]);

  const { output } = await run();
  expect(output).toMatch(/^Held: {6}since \S+ \S+: needed for the audit$/m);
  expect(output).toMatch(/^Branches: {2}to 4 \(current\), 3; /m);
  expect(output).not.toContain("In early spring.");
  expect((await run("--branch", "3")).output).toMatch(/In early spring(?!.*tulips)/s);
  const byId = await runJson(folder, ["show", roses, "--store", store, "--branch", "other", "--last", "1"]);
  expect(byId).toMatchObject({ hold: { reason: "needed for the audit" }, messages: [{ seq: 4 }] });

  const list = (await run("--branches")).output.trimEnd().split("\n");
  expect(list).toHaveLength(3);
  expect(list[1]).toMatch(/^ +4 +1 +\S+ \S+ +user +other \[current\]$/);
  expect(await runJson(folder, ["show", roses, "--store", store, "--branches"])).toMatchObject({
    items: [
      { head_seq: 4, is_current: true },
      { head_seq: 3, is_current: false },
    ],
  });
  const none = await run("--branch", "99");
  expect(none).toMatchObject({ exitCode: 2, output: "" });
  expect(none.errors).toMatch(/no position 99; its last is 4\. throughline show <session> --branches lists/);
  const wrong = await run("--branch", "nobody");
  expect(wrong.exitCode).toBe(1);
  expect(wrong.errors).toMatch(/no message nobody .*: throughline show \S+ --branches\n$/);

  expect((await runCommand(folder, ["sessions", "--store", store])).output).toContain("roses [held] #spring");
  const line = `export ${roses} --format text --branch 3 --store ${store}`;
  const written = await runCommand(folder, line.split(" "));
  expect(written.output).toMatch(/In early spring(?!.*tulips)/s);
});
