import { execFileSync } from "node:child_process";
import { globSync } from "node:fs";
import { basename, join } from "node:path";
import { expect, test } from "vitest";
import { repository } from "./test/list-sources.ts";
import { isolated } from "./test/run-command.ts";
import { temporaryFolder } from "./test/temporary-folder.ts";

/** What each program in `examples/` prints. */
const outputs: Readonly<Record<string, string>> = {
  "append-and-read.ts": "1 user When do I prune the roses?\n2 assistant In early spring, before they bud.\n",
  "search-all-sessions.ts": "Kitchen, message 1: Wash the lettuce twice.\n",
  "two-writers.ts": "Refused: The session's last position is 2, not 1.\n",
};

const examples = globSync("examples/*.ts", { cwd: repository });

test("every example is expected to print something", () => {
  expect(examples.map((path) => basename(path)).toSorted()).toEqual(Object.keys(outputs).toSorted());
});

test.each(examples)("%s", (path) => {
  const folder = temporaryFolder();
  const program = ["--conditions=throughline-source", join(repository, path)];
  for (const time of ["first", "second"]) {
    const output = execFileSync(process.execPath, program, {
      cwd: folder,
      env: isolated(folder),
      encoding: "utf8",
    });
    expect(output, `the ${time} time`).toBe(outputs[basename(path)]);
  }
});
