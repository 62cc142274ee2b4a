import { type ContextInput, type SessionContext, contextToJson } from "@throughline/core";
import { exitCodes } from "../exit-codes.ts";
import { findSession } from "../sessions/find-session.ts";
import { formatTable } from "../terminal/format-table.ts";
import { formatTime } from "../terminal/format-time.ts";
import { oneLine } from "../terminal/printable.ts";
import { printJson, writeOutput } from "../terminal/write-output.ts";
import { type CommonOptions, withThroughline } from "../with-throughline.ts";
import { misuse } from "../misuse.ts";

export interface ShowContextOptions extends CommonOptions {
  readonly full?: boolean;
}

export interface RecordContextOptions extends CommonOptions {
  readonly file?: readonly string[];
  readonly kind?: "VIEW" | "EDIT" | "EXECUTE" | "REFERENCE";
  readonly importance?: number;
  readonly search?: readonly string[];
  readonly decision?: readonly string[];
  readonly memory?: readonly string[];
  readonly workspace?: string;
  readonly operationId?: string;
}

export async function showContext(name: string, options: ShowContextOptions): Promise<number> {
  const { full = false, json = false } = options;
  return withThroughline(options, "reads", async (throughline) => {
    const { id } = await findSession(throughline, name);
    const context = await throughline.context.get(id, { full });
    if (json) await printJson(contextToJson(context));
    else await writeOutput(describeContext(context));
    return exitCodes.success;
  });
}

export async function recordContext(name: string, options: RecordContextOptions): Promise<number> {
  const { json = false, operationId } = options;
  const input = inputOf(options);
  return withThroughline(options, "changes", async (throughline) => {
    const { id } = await findSession(throughline, name);
    await throughline.context.record(id, input, operationId === undefined ? {} : { operationId });
    const { totals } = await throughline.context.get(id);
    if (json) await printJson({ session_id: id, totals });
    else await writeOutput(`Recorded. The session has now ${describeTotals(totals)}.\n`);
    return exitCodes.success;
  });
}

function inputOf({
  file,
  kind,
  importance,
  search,
  decision,
  memory,
  workspace,
}: RecordContextOptions): ContextInput {
  if (file === undefined && (kind !== undefined || importance !== undefined)) {
    throw misuse("--kind and --importance are of files: name one with --file.");
  }
  if ([file, search, decision, memory, workspace].every((given) => given === undefined)) {
    throw misuse(
      "There is nothing to record: give --file, --search, --decision, --memory or --workspace; each as often as needed, but for the last.",
    );
  }
  const ofFiles = {
    ...(kind === undefined ? undefined : { kind }),
    ...(importance === undefined ? undefined : { importance }),
  };
  return {
    ...(file === undefined ? undefined : { files: file.map((path) => ({ path, ...ofFiles })) }),
    ...(search === undefined ? undefined : { searches: [...search] }),
    ...(decision === undefined ? undefined : { decisions: [...decision] }),
    ...(memory === undefined ? undefined : { memories: memory.map(readMemory) }),
    ...(workspace === undefined ? undefined : { workspace: readJson(workspace) }),
  };
}

function readMemory(pair: string): { readonly id: string; readonly key: string } {
  const equals = pair.indexOf("=");
  if (equals < 1) throw misuse(`--memory takes <id>=<key>, not ${oneLine(pair)}.`);
  return { id: pair.slice(0, equals), key: pair.slice(equals + 1) };
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw misuse("--workspace takes JSON.");
  }
}

const columns = [{ header: "" }, { header: "" }, { header: "" }, { header: "", isFlexible: true }] as const;

function describeContext({ context, totals, truncated, sizeBytes, compressed }: SessionContext): string {
  const { filesAccessed, fileImportanceScores, recentSearches, decisions, savedMemories, workspace } =
    context;
  const scores = new Map(Object.entries(fileImportanceScores));
  const sections: readonly (readonly [string, readonly (readonly string[])[]])[] = [
    [
      "Files",
      filesAccessed.map(({ path, kind, accessedAt }) => [
        formatTime(accessedAt),
        kind,
        scores.has(path) ? String(scores.get(path)) : "",
        oneLine(path),
      ]),
    ],
    [
      "Searches",
      recentSearches.map(({ query, timestamp }) => [formatTime(timestamp), "", "", oneLine(query)]),
    ],
    [
      "Decisions",
      decisions.map(({ decision, timestamp }) => [formatTime(timestamp), "", "", oneLine(decision)]),
    ],
    [
      "Memories",
      savedMemories.map(({ id, key, timestamp }) => [formatTime(timestamp), oneLine(id), "", oneLine(key)]),
    ],
  ];
  const { isTTY, columns: width } = process.stdout;
  const lines = sections.flatMap(([title, rows]) => {
    if (rows.length === 0) return [];
    const [, ...table] = formatTable(columns, rows, isTTY ? width : undefined);
    return [`${title}:`, ...table, ""];
  });
  if (workspace !== null) lines.push(`Workspace: ${oneLine(JSON.stringify(workspace))}`, "");
  const packed = compressed ? ", older ones packed" : "";
  lines.push(`${describeTotals(totals)}; ${sizeBytes} bytes${packed}`);
  if (truncated) lines.push("Older entries are left out: --full shows all.");
  return `${lines.join("\n")}\n`;
}

function describeTotals({ files, searches, decisions, memories }: SessionContext["totals"]): string {
  const counts = [
    [files, "file access", "file accesses"],
    [searches, "search", "searches"],
    [decisions, "decision", "decisions"],
    [memories, "memory", "memories"],
  ] as const;
  return counts.map(([count, one, many]) => `${count} ${count === 1 ? one : many}`).join(", ");
}
