import {
  lstatSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { runCommand, runJson } from "../test/run-command.ts";
import { temporaryFolder } from "../test/temporary-folder.ts";

const settings = '{\n  "model": "x"\n}\n';

interface Hooks {
  readonly hooks: Readonly<
    Record<string, readonly { matcher?: string; hooks: readonly { command: string }[] }[]>
  >;
}

function hooksIn(file: string): Hooks["hooks"] {
  return (JSON.parse(readFileSync(file, "utf8")) as Hooks).hooks;
}

test("installing writes the user's settings, once, with a backup; uninstalling makes them what they were", async () => {
  const folder = temporaryFolder();
  const home = join(folder, "home", ".claude");
  const kept = join(folder, "dotfiles.json");
  mkdirSync(home, { recursive: true });
  writeFileSync(kept, settings, { mode: 0o600 });
  const file = join(home, "settings.json");
  symlinkSync(kept, file);
  const first = await runJson(folder, ["hook", "install", "claude-code", "--store", "a.db"]);
  expect(first).toMatchObject({ tool: "claude-code", file, changed: true });
  expect(readFileSync(String(first["backup"]), "utf8")).toBe(settings);
  expect(lstatSync(file).isSymbolicLink()).toBe(true);
  expect(statSync(kept).mode & 0o777).toBe(0o600);
  const hooks = hooksIn(file);
  expect(Object.keys(hooks)).toEqual(first["events"]);
  expect(hooks["PostToolUse"]?.[0]?.matcher).toContain("MultiEdit|Write");
  expect(hooks["Stop"]?.[0]?.hooks[0]?.command).toMatch(
    new RegExp(`throughline\\.js'? hook --store sqlite:${folder}/a\\.db$`),
  );
  expect(await runJson(folder, ["hook", "install", "claude-code", "--store", "a.db"])).toMatchObject({
    changed: false,
    backup: null,
  });
  // Another store takes the place of the one before.
  await runJson(folder, ["hook", "install", "claude-code"]);
  expect(hooksIn(file)["Stop"]).toHaveLength(1);
  const { output } = await runCommand(folder, ["hook", "uninstall", "claude-code"]);
  expect(output).toMatch(
    /^Claude Code does not call throughline hook any more\.\nSettings: .+\nAs they were: .+\n$/,
  );
  expect(readFileSync(kept, "utf8")).toBe(settings);
  expect(readdirSync(folder).filter((name) => name.endsWith(".backup"))).toHaveLength(3);
  expect((await runCommand(folder, ["hook", "uninstall", "claude-code"])).output).toMatch(
    /does not call throughline hook\.\n/,
  );
});

test("what is installed is called, also where file and folder were missing", async () => {
  const folder = temporaryFolder();
  const { file, command } = await runJson(folder, ["hook", "install", "claude-code", "--project"]);
  expect(file).toBe(join(folder, ".claude", "settings.json"));
  expect(hooksIn(String(file))["SessionStart"]).toMatchObject([{ hooks: [{ type: "command", command }] }]);
  const codex = await runJson(folder, ["hook", "install", "codex", "--settings", "own/hooks.json"]);
  expect(codex).toMatchObject({ file: join(folder, "own", "hooks.json"), changed: true, backup: null });
  expect(String(codex["command"])).toMatch(/hook --tool codex$/);
  // Who installs in a folder that has its own store means that one.
  writeFileSync(join(folder, "throughline.yaml"), "store: sqlite:of-the-file.db\n");
  const pinned = await runJson(folder, ["hook", "install", "claude-code", "--project"]);
  expect(String(pinned["command"])).toContain(`--store sqlite:${join(folder, "of-the-file.db")}`);
});

test("settings that can't be kept as they are stay, and the message says why", async () => {
  const folder = temporaryFolder();
  writeFileSync(join(folder, "a.json"), '{\n  // mine\n  "model": "http://x"\n}\n');
  const args = ["hook", "install", "claude-code", "--settings", "a.json"];
  const { exitCode, errors } = await runCommand(folder, args);
  expect({ exitCode, errors }).toMatchObject({ exitCode: 2 });
  expect(errors).toContain("they have comments, which JSON has not");
  expect(readdirSync(folder)).toEqual(["a.json"]);
  const secret = await runCommand(folder, [...args, "--store", "postgres://me:hidden@host/db"]);
  expect(secret).toMatchObject({ exitCode: 2 });
  expect(secret.errors).not.toContain("hidden");
  expect((await runCommand(folder, ["hook", "install", "emacs"])).exitCode).toBe(2);
});
