import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { resolveConfiguration } from "./configuration/resolve-configuration.ts";
import { type Setting, fileName, settingNames, settings } from "./configuration/settings.ts";
import { exitCodes } from "./exit-codes.ts";
import { findReasons } from "./test/find-reasons.ts";
import { listSources, repository } from "./test/list-sources.ts";
import { runCommand } from "./test/run-command.ts";
import { temporaryFolder } from "./test/temporary-folder.ts";

function readPage(name: string): string {
  return readFileSync(join(repository, "docs", name), "utf8");
}

/** The cells of the row of a table that begins with a code. */
function findRow(page: string, code: string): readonly string[] | undefined {
  const line = page.split("\n").find((candidate) => candidate.startsWith(`| \`${code}\` |`));
  return line
    ?.split("|")
    .slice(1, -1)
    .map((cell) => cell.trim());
}

describe("troubleshooting", () => {
  const headings = readPage("troubleshooting.md").match(/^### .*$/gm) ?? [];
  const documented = new Set(
    headings.flatMap((heading) => [...heading.matchAll(/`(\w+)`/g)].map(([, name]) => name)),
  );
  const used = findReasons(listSources());

  test("finds reasons in the sources, also where they are given to a function or chosen", () => {
    expect([...used.keys()]).toEqual(
      expect.arrayContaining(["session", "type", "unknown_field", "quiet", "exists"]),
    );
    expect([...used.keys()]).toEqual(
      expect.arrayContaining(["port_in_use", "configuration", "damaged_file"]),
    );
  });

  test("has an entry for every reason and finding", () => {
    const missing = [...used]
      .filter(([name]) => !documented.has(name))
      .map(([name, path]) => `${name} of ${path}`);
    expect(missing).toEqual([]);
  });

  test("has no entry for what is used nowhere", () => {
    expect([...documented].filter((name) => name !== undefined && !used.has(name))).toEqual([]);
  });
});

describe("configuration", () => {
  const page = readPage("configuration.md");

  test.each(settingNames)("has the setting %s with its variable and default", async (name) => {
    const setting: Setting = settings[name];
    const [, variable, , value] = findRow(page, fileName(name)) ?? [];
    expect(variable).toBe(setting.variable === undefined ? "" : `\`${setting.variable}\``);
    const { settings: defaults } = await resolveConfiguration({}, {}, temporaryFolder());
    if (name === "store" || !(name in defaults)) return;
    const standard = defaults[name as keyof typeof defaults];
    expect(value).toMatch(standard === null ? /^none/ : `\`${String(standard)}\``);
  });

  test("has no other settings and variables", () => {
    const known = new Set(
      settingNames.map((name): string | undefined => (settings[name] as Setting).variable),
    );
    const mentioned = [...page.matchAll(/\b(?:STORAGE|THROUGHLINE)_[A-Z_]+/g)].map(([name]) => name);
    expect(new Set(mentioned).difference(known)).toEqual(new Set(["THROUGHLINE_DEBUG"]));
  });

  test("has files that are right", async () => {
    const files = [...page.matchAll(/^```(yaml|toml)\n(.*?)^```/gms)];
    expect(files.length).toBeGreaterThanOrEqual(3);
    for (const [, language, text = ""] of files) {
      const folder = temporaryFolder();
      writeFileSync(join(folder, `throughline.${language}`), text);
      const { file } = await resolveConfiguration({}, { DB_PASSWORD: "p" }, folder);
      expect(file).toBe(join(folder, `throughline.${language}`));
    }
  });
});

describe("command line", () => {
  const page = readPage("cli.md");

  test("has every command, and no other", async () => {
    const { output } = await runCommand(temporaryFolder(), ["--help"]);
    const list = /^Commands:\n(.*?)\n\n/ms.exec(output)?.[1] ?? "";
    const commands = [...list.matchAll(/^ {2}([a-z]+)/gm)]
      .map(([, name]) => name)
      .filter((name) => name !== "help");
    const described = [...page.matchAll(/^\| `([a-z]+)[^`]*` \|/gm)].map(([, name]) => name);
    expect(new Set(described)).toEqual(new Set(commands));
  });

  test("has every exit code, and no other", () => {
    const described = [...page.matchAll(/^\| (\d+) \|/gm)].map(([, code]) => Number(code));
    expect(described).toEqual(Object.values(exitCodes));
  });
});
