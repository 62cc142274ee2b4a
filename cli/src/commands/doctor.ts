import { existsSync } from "node:fs";
import { type JsonObject, isThroughlineError } from "@throughline/core";
import { type ResolvedConfiguration, resolveConfiguration } from "../configuration/resolve-configuration.ts";
import { exitCodes } from "../exit-codes.ts";
import { explicitSettings } from "../configuration/explicit-settings.ts";
import { Spool } from "../hook/spool.ts";
import { maskSecrets } from "../mask-secrets.ts";
import { openStore } from "../stores/open-store.ts";
import { printWarning } from "../report-error.ts";
import { type DatabaseFile, describeFile } from "../stores/describe-file.ts";
import { type StoreLocation, parseStoreUrl } from "../stores/store-url.ts";
import { formatTable } from "../terminal/format-table.ts";
import { printable } from "../terminal/printable.ts";
import { printJson, writeOutput } from "../terminal/write-output.ts";
import type { CommonOptions } from "../with-throughline.ts";

/** What was found: a problem makes the exit code 1, a warning doesn't. */
interface Finding {
  readonly problem: string;
  readonly message: string;
  readonly session?: string;
  /** What to do about it. */
  readonly action: string;
}

interface Diagnosis {
  readonly store: string;
  readonly durability: string | null;
  readonly node: string;
  readonly sqlite: string | null;
  readonly file: DatabaseFile | null;
  readonly problems: readonly Finding[];
  readonly warnings: readonly Finding[];
}

export async function doctor(options: CommonOptions): Promise<number> {
  const configuration = await resolveConfiguration(explicitSettings(options));
  const location = parseStoreUrl(configuration.settings.store);
  const diagnosis = await diagnose(configuration, location);
  if (options.json === true) await printJson(diagnosisToJson(diagnosis));
  else await printDiagnosis(diagnosis);
  return diagnosis.problems.length > 0 ? exitCodes.failure : exitCodes.success;
}

function diagnosisToJson({ file, ...diagnosis }: Diagnosis): JsonObject {
  if (file === null) return { ...diagnosis, file };
  const { schemaVersion, ...facts } = file;
  return { ...diagnosis, file: { ...facts, schema_version: schemaVersion } };
}

async function diagnose(configuration: ResolvedConfiguration, location: StoreLocation): Promise<Diagnosis> {
  const before = location.type === "sqlite" ? await describeFile(location.path) : null;
  const isThere = before === null || before.size !== null;
  // Looking makes no file where there is none.
  const { durability, problems } = isThere
    ? await checkStore(location, configuration)
    : { durability: null, problems: [] };
  const isOurs = durability !== null;
  const file = location.type === "sqlite" ? await describeFile(location.path) : null;
  return {
    store: maskSecrets(configuration.settings.store),
    durability,
    node: process.versions.node,
    sqlite: location.type === "sqlite" ? (process.versions.sqlite ?? null) : null,
    file,
    problems,
    warnings: [...(file === null ? [] : warningsOn(file, isOurs)), ...warningsOnHooks()],
  };
}

async function checkStore(
  location: StoreLocation,
  configuration: ResolvedConfiguration,
): Promise<{ durability: string | null; problems: readonly Finding[] }> {
  try {
    const store = await openStore(location, configuration, { onWarning: printWarning });
    try {
      const problems = await store.check();
      return {
        durability: store.capabilities.durability,
        problems: problems.map((problem) => ({ ...problem, action: damageActions[location.type] })),
      };
    } finally {
      await store.close();
    }
  } catch (error) {
    if (!isThroughlineError(error)) throw error;
    const reason = error.reason ?? error.code;
    const action =
      openingActions.get(reason) ?? `Look for ${reason} on the troubleshooting page of the documentation.`;
    return { durability: null, problems: [{ problem: reason, message: error.message, action }] };
  }
}

const fileDamage =
  "Stop what writes to it and copy the file, with its -wal and -shm, to a safe place. Then restore a backup, or " +
  "recover what is left with: sqlite3 old.db .recover | sqlite3 new.db";
const serverDamage =
  "Stop what writes to it and back the database up. Then restore an older backup, or export the sessions that are " +
  "not damaged.";

const damageActions: Readonly<Record<StoreLocation["type"], string>> = {
  memory: "Nothing: what is in memory ends with the process.",
  sqlite: fileDamage,
  postgres: serverDamage,
  mongodb: serverDamage,
  http: "Run throughline doctor on the machine of the server, with the server's own store.",
};

/** What to do about a store that doesn't open, by the reason; the documentation says more. */
const openingActions: ReadonlyMap<string, string> = new Map([
  ["cannot_open", "Check that the path is a file, and that its folder can be written."],
  ["not_a_database", "Choose another file with --store, or restore a backup of this one."],
  ["not_a_throughline_database", "Choose another store with --store: this one belongs to another program."],
  ["newer_schema", "Upgrade this installation: a newer release has written the store."],
  ["damaged", fileDamage],
  ["disk_full", "Make room on the disk."],
  ["io_error", "Check the disk, or its network, and try again."],
  ["read_only", "Check the permissions of the file and its folder."],
  ["locked", "End the program that keeps the database open for writing, or wait until it is done."],
  ["sqlite_too_old", "Use a newer Node."],
  ["missing_driver", "Install it beside throughline: with -g where throughline was installed so."],
  ["authentication", "Check the user and the password in the URL."],
  ["unknown_database", "Check the database in the URL, or make it: createdb <name>"],
  [
    "permission",
    "Let the administrator of the server give this user the right to make tables and write them.",
  ],
  ["cannot_connect", "Check the host and the port in the URL, and that the server runs."],
  ["host_not_found", "Check the host's name in the URL."],
  ["tls", "Check the certificate, and what the URL says of TLS."],
  ["not_a_store", "Name another database in the URL."],
  ["not_a_throughline_server", "Check the port in the URL, and that throughline serve runs there."],
  ["timeout", "Check the network, and what keeps the server busy."],
]);

/** `isOurs`: it opened as a database of Throughline. What else is there is none of our business. */
function warningsOn({ path, size, mode, schemaVersion }: DatabaseFile, isOurs: boolean): readonly Finding[] {
  if (size === null) {
    return [
      {
        problem: "no_database",
        message: `There is no database at ${path} yet.`,
        action: "Nothing: import, serve and keys create make one.",
      },
    ];
  }
  if (!isOurs || schemaVersion === null || mode === null || !/[1-7].?$/.test(mode.slice(-2))) return [];
  return [
    {
      problem: "file_mode",
      message: `Other users of this machine may read or write ${path} (mode ${mode}).`,
      action: `chmod 600 ${path}`,
    },
  ];
}

/** What hooks kept and nobody has recorded yet, and what can't be. */
function warningsOnHooks(): readonly Finding[] {
  const spool = new Spool();
  const waiting = spool.count();
  const trouble = spool.trouble();
  const warnings: Finding[] = [];
  if (waiting > 0) {
    warnings.push({
      problem: "hook_events_waiting",
      message: `Events of hooks wait to be recorded: ${waiting}, in ${spool.folder}.${trouble === undefined ? "" : ` ${trouble.message}`}`,
      action: "Nothing, if a hook was called just now; else mend what is said, and run throughline import.",
    });
  }
  if (existsSync(spool.rejected)) {
    warnings.push({
      problem: "hook_events_rejected",
      message: `Events of hooks that can't be recorded are in ${spool.rejected}, each with the reason.`,
      action: "Read it, and delete it.",
    });
  }
  return warnings;
}

async function printDiagnosis({
  store,
  durability,
  node,
  sqlite,
  file,
  problems,
  warnings,
}: Diagnosis): Promise<void> {
  const facts: readonly (readonly [string, string | null])[] = [
    ["Store", store],
    ["Durability", durability],
    ["Node", node],
    ["SQLite", sqlite],
    ["File", file?.path ?? null],
    [
      "Size",
      typeof file?.size !== "number" ? null : `${new Intl.NumberFormat("en").format(file.size)} bytes`,
    ],
    ["Mode", file?.mode ?? null],
    ["Schema version", typeof file?.schemaVersion !== "number" ? null : String(file.schemaVersion)],
  ];
  const rows = facts.flatMap(([name, value]) => (value === null ? [] : [[name, value]]));
  const [, ...lines] = formatTable([{ header: "" }, { header: "" }], rows, undefined);
  for (const { message, action } of warnings) lines.push(`Warning: ${message}`, `  What to do: ${action}`);
  for (const { message, action, session } of problems) {
    lines.push(
      `Problem: ${session === undefined ? "" : `session ${session}: `}${message}`,
      `  What to do: ${action}`,
    );
  }
  if (problems.length === 0) lines.push(file?.size === null ? "Nothing to check." : "No problem was found.");
  await writeOutput(`${lines.map(printable).join("\n")}\n`);
}
