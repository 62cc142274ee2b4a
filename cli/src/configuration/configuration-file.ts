/** The configuration file: found upward from the working directory, in YAML or TOML. */
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { configurationError } from "./configuration-error.ts";

const fileNames = ["throughline.yaml", "throughline.yml", "throughline.toml"] as const;

export interface ConfigurationFile {
  readonly path: string;
  readonly content: unknown;
}

/**
 * The nearest configuration file of a directory and those above it.
 *
 * @throws ThroughlineError `invalid` with reason `configuration` for a file that can't be read, is malformed, or
 * stands beside another.
 */
export async function findConfigurationFile(directory: string): Promise<ConfigurationFile | undefined> {
  for (let folder = resolve(directory); ; folder = dirname(folder)) {
    const found = await readFiles(folder);
    if (found.length > 1) {
      const paths = found.map(({ path }) => path).join(" and ");
      throw configurationError("configuration", `There are two configuration files, ${paths}: keep one.`);
    }
    if (found[0] !== undefined)
      return { path: found[0].path, content: await parse(found[0].path, found[0].text) };
    if (folder === dirname(folder)) return undefined;
  }
}

async function readFiles(folder: string): Promise<{ path: string; text: string }[]> {
  const files = await Promise.all(
    fileNames.map(async (name) => {
      const path = join(folder, name);
      const text = await readIfThere(path);
      return text === undefined ? [] : [{ path, text }];
    }),
  );
  return files.flat();
}

async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : "";
    if (code === "ENOENT" || code === "ENOTDIR") return undefined;
    // A folder above may be one that this user can't look into: what it holds is not meant for them.
    if (!existsSync(path)) return undefined;
    throw configurationError("configuration", `${path} can't be read (${code}).`, { origin: path }, error);
  }
}

async function parse(path: string, text: string): Promise<unknown> {
  try {
    if (path.endsWith(".toml")) return (await import("smol-toml")).parse(text);
    return (await import("yaml")).parse(text, { prettyErrors: true, logLevel: "error" }) ?? {};
  } catch (error) {
    const message = error instanceof Error ? error.message.split("\n")[0] : String(error);
    throw configurationError("configuration", `${path} is malformed: ${message}`, { origin: path }, error);
  }
}
