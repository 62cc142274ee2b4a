import { expect, test } from "vitest";
import { runCommand } from "./test/run-command.ts";
import { temporaryFolder } from "./test/temporary-folder.ts";

test("every command has help with examples and exit codes", async () => {
  const folder = temporaryFolder();
  const { output } = await runCommand(folder, ["--help"]);
  const commands = [...output.matchAll(/^ {2}([a-z]+) .*(?:\[|<|-)/gm)].map(([, name]) => name ?? "");
  for (const name of [
    "serve",
    "import",
    "sessions",
    "show",
    "export",
    "search",
    "stats",
    "delete",
    "undelete",
    "doctor",
    "config",
  ]) {
    expect(commands).toContain(name);
  }
  const help = await runCommand(folder, ["show", "--help"]);
  expect(help).toMatchObject({ exitCode: 0, errors: "" });
  expect(help.output).toMatch(
    /Usage: throughline show .*Examples:\n {2}throughline show .*Exit codes:\n {2}0 /s,
  );
  expect((await runCommand(folder, ["--version"])).output).toMatch(/^\d+\.\d+\.\d+\n$/);
  expect((await runCommand(folder, ["help", "show"])).output).toBe(help.output);
  expect((await runCommand(folder, ["repos", "--help"])).output).toMatch(
    /Examples:\n {2}throughline repos\n {2}cd .*\n\nthroughline repos <command> --help says more/s,
  );
  const none = await runCommand(folder, []);
  expect(none).toMatchObject({ exitCode: 2, output: "" });
});
