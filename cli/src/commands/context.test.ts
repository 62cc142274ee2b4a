import { expect, test } from "vitest";
import { gardenStore } from "../test/garden-store.ts";
import { runCommand, runJson } from "../test/run-command.ts";

test("context records what happened, and shows it; resources lists what was touched", async () => {
  const { folder, store, roses } = await gardenStore();
  const run = (...args: string[]) => runJson(folder, [...args, "--store", store]);
  const files = [
    "--file",
    "beds/a.md",
    "--file",
    "src/\u001b[31mb.ts",
    "--kind",
    "EDIT",
    "--importance",
    "0.5",
  ];
  const rest = ["--search", "frost", "--decision", "Prune in March", "--memory", "mem_1=soil"];
  const record = ["context", "record", "web-chat:chat-1", "--operation-id", "one", ...files, ...rest];
  expect(await run(...record, "--workspace", '{"open":["a"]}')).toEqual({
    session_id: roses,
    totals: { files: 2, searches: 1, decisions: 1, memories: 1 },
  });
  expect(await run("context", "show", roses, "--full")).toMatchObject({
    session_id: roses,
    context: {
      files_accessed: [{ path: "beds/a.md", kind: "EDIT" }, { kind: "EDIT" }],
      file_importance_scores: { "beds/a.md": 0.5 },
      workspace: { open: ["a"] },
    },
  });
  const { output } = await runCommand(folder, ["context", "@last", "--store", store]);
  expect(output).toMatch(/Files:\n.* EDIT +0\.5 +beds\/a\.md\n/);
  expect(output).toMatch(/Decisions:\n.* Prune in March\n/);
  expect(output).toContain("2 file accesses, 1 search, 1 decision, 1 memory; ");
  expect(output).not.toContain("\u001b");
  expect(await run("resources", "--type", "documentation", "--project", "garden")).toMatchObject({
    items: [{ path: "beds/a.md", edit_count: 1 }],
  });
  expect(await run("resources", "--session", roses, "--limit", "1")).toMatchObject({
    items: [{ importance_score: 0.5 }],
  });
  const ranked = await run("resources", "--order", "importance", "--session", roses);
  expect(ranked).toMatchObject({ items: [{ ranking: { parts: { score: { value: 0.5 } } } }, {}] });
  const why = await runCommand(folder, ["resources", "--order", "importance", "--store", store]);
  expect(why.output).toMatch(
    /^IMPORTANCE +PROJECT +PATH +WHY\n *0\.\d{3} .*last accessed within the last hour/,
  );
  for (const wrong of [
    ["--type", "code"],
    ["--order", "accessed"],
    ["--project", "garden"],
  ]) {
    const { exitCode } = await runCommand(folder, [
      "resources",
      "--session",
      roses,
      ...wrong,
      "--store",
      store,
    ]);
    expect(exitCode).toBe(2);
  }
  const [edited] = (
    (await run("resources", "--project", "garden", "--limit", "1")) as { items: { resource_id: string }[] }
  ).items;
  expect(await run("resources", "--dependencies", edited?.resource_id ?? "")).toEqual({ items: [] });
  expect(await run("resources", "--dependents", "beds/a.md", "--project", "garden")).toEqual({ items: [] });
  const unknown = await runCommand(folder, ["resources", "--dependents", "beds/a.md", "--store", store]);
  expect(unknown.errors).toMatch(/no resource beds\/a\.md in no project: name it with --project/);
  const table = await runCommand(folder, ["resources", "--store", store]);
  expect(table.output).toMatch(/^ACCESSES +EDITS +LAST +TYPE +PROJECT +PATH\n/);
});

test("context record exits with 2 where it is told what makes no sense", async () => {
  const { folder, store } = await gardenStore();
  for (const [args, message] of [
    [["--kind", "VIEW"], /--kind and --importance are of files/],
    [["--file", "../a"], /must not climb/],
    [["--file", "a", "--importance", "80"], /80 of 100 is 0\.8/],
    [["--memory", "m"], /--memory takes <id>=<key>/],
    [["--workspace", "{"], /--workspace takes JSON/],
  ] as const) {
    const command = ["context", "record", "@last", ...args, "--store", store];
    const { exitCode, errors } = await runCommand(folder, command);
    expect(errors).toMatch(message);
    expect(exitCode).toBe(2);
  }
});
