import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { gardenStore } from "../test/garden-store.ts";
import { finish, runCommand, runJson, startCommand } from "../test/run-command.ts";
import { temporaryFolder } from "../test/temporary-folder.ts";

test("checkpoints are kept, listed, compared, shown, brought back and forgotten", async () => {
  const { folder, store, roses } = await gardenStore();
  const plain = (...args: string[]) => runCommand(folder, ["checkpoints", ...args, "--store", store]);
  const json = (...args: string[]) => runJson(folder, ["checkpoints", ...args, "--store", store]);
  const record = ["context", "record", roses, "--store", store];
  await runJson(folder, [...record, "--decision", "Prune in March"]);
  expect(await json("create", roses, "before", "--state", '{"step":3}')).toMatchObject({
    session_id: roses,
    name: "before",
  });
  const typing = startCommand(folder, [
    "checkpoints",
    "create",
    roses,
    "b/c",
    "--state",
    "-",
    "--store",
    store,
  ]);
  typing.stdin?.end("[1]");
  expect((await finish(typing)).output).toMatch(/^b\/c is kept: \d+ bytes\.\n$/);
  await runJson(folder, [
    ...record,
    "--decision",
    "Prune in May",
    "--file",
    "a\u001b.md",
    "--importance",
    "0.5",
  ]);
  expect((await plain(roses)).output).toMatch(/^CREATED +BYTES +NAME\n.* b\/c\n.* before\n$/);
  expect(await json("list", roses, "--limit", "1")).toMatchObject({ items: [{ name: "b/c" }] });
  const compared = await plain("compare", roses, "before");
  expect(compared.output).toMatch(
    /^\+ VIEW a\S*\.md\n\+ decision: Prune in May\n {2}importance of a.*none, now 0\.5\n$/,
  );
  expect(compared.output).not.toContain("\u001b");
  expect((await plain("compare", roses, "before", "b/c")).output).toBe("  the state differs\n");
  expect(await json("compare", roses, "before")).toMatchObject({ from: "before", to: null });
  expect((await plain("show", roses, "before")).output).toMatch(
    /^before, of .*\ndecision: Prune in March\nstate: \{"step":3\}\n$/,
  );
  expect(await json("restore", roses, "before")).toMatchObject({ state: { step: 3 } });
  expect((await plain("compare", roses, "before")).output).toBe("Nothing differs.\n");
  expect((await plain("delete", roses, "before")).output).toBe("Deleted.\n");
  expect(await plain("show", roses, "before")).toMatchObject({ exitCode: 1, output: "" });
  expect(await plain("create", roses, "x", "--state", "{")).toMatchObject({ exitCode: 2, output: "" });
});

test("tool sessions are made once, listed and forgotten", async () => {
  const { folder, store, roses } = await gardenStore();
  const run = (...args: string[]) => runCommand(folder, ["tools", ...args, "--store", store]);
  const made = await run("get", roses, "editor", "a.ts");
  expect(made.output).toMatch(/^[0-9a-f-]{36}\n$/);
  expect((await run("get", roses, "editor", "a.ts")).output).toBe(made.output);
  const json = await runJson(folder, ["tools", "get", roses, "editor", "--store", store]);
  expect(json).toMatchObject({ session_id: roses, tool_name: "editor", tool_key: null, created: true });
  expect((await run(roses)).output).toMatch(
    /^TOOL SESSION +LAST ACCESS +TOOL +KEY\n.*editor\n.*editor +a\.ts\n$/,
  );
  await run("delete", roses, "editor", "a.ts");
  const { items } = await runJson(folder, ["tools", "list", roses, "--store", store]);
  expect(items).toMatchObject([{ tool_key: null }]);
});

test("clones are noted, printed, checked against the disk and forgotten", async () => {
  const folder = temporaryFolder();
  const run = (...args: string[]) => runCommand(folder, ["repos", ...args, "--store", "a.db"]);
  mkdirSync(join(folder, "here"));
  mkdirSync(join(folder, "gone"));
  writeFileSync(join(folder, "file"), "");
  const set = (key: string, path: string) =>
    run("set", key, "--url", "https://example.com/a.git", "--path", path);
  expect((await set("a", "here")).output).toBe(`a lies in ${join(folder, "here")}.\n`);
  await set("b", "gone");
  expect((await set("c", "file/below")).errors).toMatch(/warning: this folder is not there now/);
  rmSync(join(folder, "gone"), { recursive: true });
  expect((await run("check")).output).toBe("Forgotten, because the folder is gone:\n  b\n  c\n");
  expect((await run("get", "a")).output).toBe(`${join(folder, "here")}\n`);
  expect(await runJson(folder, ["repos", "check", "--store", "a.db"])).toEqual({ forgotten: [] });
  expect(await runJson(folder, ["repos", "--store", "a.db"])).toMatchObject({
    items: [{ resource_key: "a", url: "https://example.com/a.git", ref: null }],
  });
  expect((await run("delete", "a")).output).toMatch(/^Forgotten/);
  expect(await run()).toMatchObject({ exitCode: 0, output: "", errors: "No repositories.\n" });
  expect(await run("get", "a")).toMatchObject({ exitCode: 1 });
});

test("commands are counted for each user, and projects are listed", async () => {
  const { folder, store } = await gardenStore();
  const run = (...args: string[]) => runCommand(folder, [...args, "--store", store]);
  await run("commands", "count", "/test");
  expect((await run("commands", "count", "/deploy", "now")).output).toBe("/deploy now: 1\n");
  expect((await run("commands", "count", "/test")).output).toBe("/test: 2\n");
  await run("commands", "count", "/test", "--user", "ada");
  expect((await run("commands")).output).toMatch(
    /^COUNT +LAST +COMMAND\n +2 .* \/test\n +1 .* \/deploy now\n$/,
  );
  expect(
    await runJson(folder, ["commands", "--order", "recent", "--limit", "1", "--store", store]),
  ).toMatchObject({
    items: [{ user_id: "local", command: "/test", usage_count: 2 }],
  });
  expect((await run("projects")).output).toMatch(/^PROJECT +NAME +CREATED +REPOSITORY\ngarden +garden /);
  expect(await runJson(folder, ["projects", "--store", store])).toMatchObject({
    items: [{ project_id: "garden", repository: null }],
  });
});

test("working memory is changed field by field, printed and cleared", async () => {
  const { folder, store, roses } = await gardenStore();
  const run = (...args: string[]) => runCommand(folder, ["memories", "working", ...args, "--store", store]);
  await run("--session", roses, "--set", '{"plan":{"a":1},"note":"x"}');
  expect((await run("--session", roses, "--set", '{"plan":{"b":2},"note":null}')).output).toBe(
    'plan: {"a":1,"b":2}\n',
  );
  expect(await runJson(folder, ["memories", "working", "--session", roses, "--store", store])).toMatchObject({
    session_id: roses,
    working_memory: { plan: { a: 1, b: 2 } },
  });
  expect(await run("--session", roses, "--clear")).toMatchObject({
    output: "",
    errors: "Nothing is kept there.\n",
  });
  for (const [args, message] of [
    [[], /--user or --session, one of them/],
    [["--user", "a", "--set", "[]"], /must be an object/],
    [["--user", "a", "--set", "{"], /--set takes a JSON object/],
    [["--user", "a", "--set", "{}", "--clear"], /--clear goes without --set/],
  ] as const) {
    const { exitCode, errors } = await run(...args);
    expect(errors).toMatch(message);
    expect(exitCode).toBe(2);
  }
});
