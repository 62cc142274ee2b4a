import {
  type ResolvedConfiguration,
  type Settings,
  resolveConfiguration,
} from "../configuration/resolve-configuration.ts";
import { type Setting, fileName, settings as allSettings } from "../configuration/settings.ts";
import { exitCodes } from "../exit-codes.ts";
import { explicitSettings } from "../configuration/explicit-settings.ts";
import { maskSecrets } from "../mask-secrets.ts";
import { describeError } from "../report-error.ts";
import { type StoreLocation, parseStoreUrl } from "../stores/store-url.ts";
import { formatTable } from "../terminal/format-table.ts";
import { oneLine } from "../terminal/printable.ts";
import { printJson, writeOutput } from "../terminal/write-output.ts";
import type { CommonOptions } from "../with-throughline.ts";

export async function config(options: CommonOptions): Promise<number> {
  const configuration = await resolveConfiguration(explicitSettings(options));
  const items = describeSettings(configuration);
  if (options.json === true) {
    await printJson({ file: configuration.file ?? null, items });
    return exitCodes.success;
  }
  const columns = [{ header: "SETTING" }, { header: "VALUE", padAtMost: 16 }, { header: "FROM" }] as const;
  const rows = items.map(({ name, value, source, from, note }) => [
    name,
    value === null ? "-" : oneLine(String(value)),
    [from ?? source, note === undefined ? "" : `(${note})`].join(" ").trim(),
  ]);
  await writeOutput(`${formatTable(columns, rows, undefined).join("\n")}\n`);
  if (configuration.file === undefined) process.stderr.write("There is no configuration file.\n");
  return exitCodes.success;
}

interface SettingJson {
  readonly name: string;
  readonly value: string | number | boolean | readonly string[] | null;
  readonly source: string;
  /** The flag, the variable, or the file and the key; null for a default. */
  readonly from: string | null;
  /** Why the value has no effect, or is refused. */
  readonly note?: string;
}

/** What holds, without secrets. */
function describeSettings({ settings, origins }: ResolvedConfiguration): readonly SettingJson[] {
  const { type, refusal } = readStore(settings.store);
  return (Object.entries(settings) as [keyof Settings, SettingJson["value"]][]).map(([name, value]) => {
    const { source = "default", name: from = "" } = origins.get(name) ?? {};
    const note = name === "store" ? refusal : source === "default" ? undefined : noteOn(name, type);
    return {
      name: fileName(name),
      value: shown(name, value),
      source,
      from: from === "" ? null : from,
      ...(note === undefined ? undefined : { note }),
    };
  });
}

/** A value as it may be printed. */
function shown(name: keyof Settings, value: SettingJson["value"]): SettingJson["value"] {
  const setting: Setting = allSettings[name];
  if (setting.isSecret === true && value !== null) return "***";
  return name === "store" ? maskSecrets(String(value)) : value;
}

/** Which store it is, or why commands refuse it. */
function readStore(store: string): { readonly type?: StoreLocation["type"]; readonly refusal?: string } {
  try {
    return { type: parseStoreUrl(store).type };
  } catch (error) {
    return { refusal: `refused: ${describeError(error)}` };
  }
}

/** Says where a setting that somebody made changes nothing. */
function noteOn(name: keyof Settings, store: StoreLocation["type"] | undefined): string | undefined {
  if (name === "durability" && store !== "sqlite") return "no effect: only a file has a choice";
  if (name === "apiKey" && store !== "http") return "no effect: this store is no Throughline server";
  if (name === "minPoolSize") return "no effect: connections are made when they are needed";
  if (name === "maxPoolSize" && store !== "postgres" && store !== "mongodb") {
    return "no effect: this store has no pool of connections";
  }
  if (name === "databaseName" && store !== "mongodb") return "no effect: only MongoDB has it";
  if (name === "autoSave") return "no effect: every write is saved when it is acknowledged";
  return undefined;
}
