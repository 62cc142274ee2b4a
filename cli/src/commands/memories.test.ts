import { expect, test } from "vitest";
import { finish, runCommand, runJson, startCommand } from "../test/run-command.ts";
import { temporaryFolder } from "../test/temporary-folder.ts";

test("memories are set, listed, read, compared, brought back and deleted", async () => {
  const folder = temporaryFolder();
  const run = (...words: readonly string[]) => runCommand(folder, ["memories", ...words, "--store", "a.db"]);
  const set = await run("set", "auth notes", "one\ntwo", "--project", "web", "--metadata", '{"by":"ada"}');
  expect(set.errors).toBe("");
  const [, id = ""] = /^(mem_[0-9a-f]{12}) is new\.\n$/.exec(set.output) ?? [];
  const typing = startCommand(folder, [
    "memories",
    "set",
    "auth notes",
    "-",
    "--project",
    "web",
    "--store",
    "a.db",
  ]);
  typing.stdin?.end("one\nTWO\u0007");
  expect((await finish(typing)).output).toBe(`${id} has version 2.\n`);
  expect((await run("get", id)).output).toBe("one\nTWO\u0007\n");
  const listed = await run("--project", "web");
  expect(listed.output).toMatch(
    /^MEMORY +KEY +VERSION +ACCESSED +READ +VALUE\nmem_\w+ +auth notes +2 .* +1 +one TWO\n$/,
  );
  const history = await run("history", "auth notes", "--project", "web");
  expect(history.output).toMatch(/^VERSION .*\n +2 .* one TWO\n +1 .* one two\n$/);
  const compared = await run("history", id, "--compare", "1", "2");
  expect(compared.output).toBe("  one\n- two\n+ TWO\n");
  expect((await run("restore", id, "--to", "1")).output).toBe(`${id} has version 3: what version 1 said.\n`);
  await run("set", "copy", "one  TWO", "--project", "web");
  const found = await runJson(folder, ["memories", "duplicates", "--project", "web", "--store", "a.db"]);
  expect(found).toMatchObject({ compared: 2, groups: [{ memory: { memory_key: "copy" } }] });
  expect((await run("duplicates", "--project", "web")).output).toMatch(/^GROUP .*\n +1 .* 100 % .*\n +1 /);
  expect(await runJson(folder, ["memories", "get", id, "--store", "a.db"])).toMatchObject({
    memory_id: id,
    memory_value: "one\ntwo",
    metadata: { by: "ada" },
  });
  expect((await run("delete", "auth notes", "--project", "web")).output).toMatch(/^Deleted/);
  expect(await run("get", id)).toMatchObject({ exitCode: 1, output: "" });
});

test("one memory takes the place of others", async () => {
  const folder = temporaryFolder();
  const run = (...words: readonly string[]) =>
    runCommand(folder, ["memories", ...words, "--project", "web", "--store", "a.db"]);
  const idOf = ({ output }: { readonly output: string }) => /mem_[0-9a-f]{12}/.exec(output)?.[0] ?? "";
  const first = idOf(await run("set", "layout", "three layers"));
  const second = await run("supersede", "layout", "two layers");
  expect(second.output).toMatch(/^mem_\w+ has version 1, in the place of layout\.\n$/);
  expect(idOf(second)).not.toBe(first);
  await run("set", "notes", "two layers, no more");
  const merged = await run("merge", "layout", "notes", "--value", "two layers, and no more");
  expect(merged.output).toBe(`${idOf(second)} has version 2, in the place of notes.\n`);
  expect((await run("get", "layout")).output).toBe("two layers, and no more\n");
  expect(await run("get", "notes")).toMatchObject({ exitCode: 1, output: "" });
});

test.each([
  ["nobody's", "memories", /--project, --user or --session.* throughline projects/],
  ["two owners", "memories list --project a --user b", /one of them/],
  ["metadata that is none", "memories set k v --user a --metadata []", /--metadata takes a JSON object/],
  ["a time that is none", "memories set k v --user a --ttl 0m", /--ttl takes minutes/],
  ["one version to compare", "memories history k --user a --compare 1", /two versions/],
  ["no version to restore", "memories restore k --user a", /--to/],
])("%s is refused", async (_, line, message) => {
  const { exitCode, output, errors } = await runCommand(temporaryFolder(), [
    ...line.split(" "),
    "--store",
    "memory:",
  ]);
  expect({ exitCode, output }).toEqual({ exitCode: 2, output: "" });
  expect(errors).toMatch(message);
});
