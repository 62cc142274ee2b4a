/** What a person does with the command line, on any store. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "vitest";
import { runCommand, runJson } from "./run-command.ts";
import { temporaryFolder } from "./temporary-folder.ts";
import { transcript } from "./transcript.ts";

/** Imports a transcript into an empty store, and reads it in every way. `shown` is the URL as it may be printed. */
export async function useEveryCommand(store: string, shown: string): Promise<void> {
  const folder = temporaryFolder();
  const run = (...args: string[]) => runJson(folder, [...args, "--store", store]);
  writeFileSync(join(folder, "one.jsonl"), transcript("one", 3));
  expect(await run("import", "one.jsonl")).toMatchObject({
    sessions_created: 1,
    messages_added: 6,
    problems: [],
  });
  expect(await run("import", "one.jsonl")).toMatchObject({ sessions_created: 0, messages_added: 0 });

  const { items } = (await run("sessions")) as { items: { session_id: string }[] };
  expect(items).toMatchObject([{ tool_id: "claude-code", message_count: 6 }]);
  const id = items[0]?.session_id ?? "";
  expect(await run("search", '"bulb 2"')).toMatchObject({
    items: [{ session_id: id, seq: 6, role: "assistant" }],
  });
  expect(await run("show", "claude-code:one")).toMatchObject({ session_id: id, message_count: 6 });
  expect((await runCommand(folder, ["show", "@last", "--store", store])).output).toContain("bulb number 2");
  expect(await run("stats")).toMatchObject({ sessions: { total: 1 }, messages: 6 });

  await run("export", id, "-o", "one.json");
  expect(JSON.parse(readFileSync(join(folder, "one.json"), "utf8"))).toMatchObject({
    session_id: id,
    messages: Array.from({ length: 6 }, (_, index) => ({ seq: index + 1 })),
  });
  const text = await runCommand(folder, ["export", id, "--format", "markdown", "--store", store]);
  expect(text.output).toContain("Bulb 2 goes behind the shed.");

  await run("delete", id);
  expect(await run("sessions")).toEqual({ items: [] });
  expect(await run("search", "bulb")).toEqual({ items: [] });
  await run("undelete", id);
  expect(await run("sessions")).toMatchObject({ items: [{ session_id: id }] });

  expect(await run("doctor")).toMatchObject({
    store: shown,
    file: null,
    sqlite: null,
    problems: [],
    warnings: [],
  });
  const config = (await run("config")) as { items: { name: string }[] };
  expect(config.items.find(({ name }) => name === "store")).toEqual({
    name: "store",
    value: shown,
    source: "option",
    from: "--store",
  });
}
