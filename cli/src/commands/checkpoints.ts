import { text } from "node:stream/consumers";
import {
  type CheckpointComparison,
  type CheckpointSummary,
  ThroughlineError,
  checkpointSummaryToJson,
  checkpointToJson,
  comparisonToJson,
} from "@throughline/core";
import { exitCodes } from "../exit-codes.ts";
import { findSession } from "../sessions/find-session.ts";
import { formatTime } from "../terminal/format-time.ts";
import { oneLine } from "../terminal/printable.ts";
import { printJson, writeOutput } from "../terminal/write-output.ts";
import { type CommonOptions, withThroughline } from "../with-throughline.ts";
import { type PagingOptions, pagingOf, printPage } from "./print-page.ts";

export type ListCheckpointsOptions = CommonOptions & PagingOptions;

export interface CreateCheckpointOptions extends CommonOptions {
  readonly state?: string;
}

export async function listCheckpoints(session: string, options: ListCheckpointsOptions): Promise<number> {
  return withThroughline(options, "reads", async (throughline) => {
    const { id } = await findSession(throughline, session);
    await printPage<CheckpointSummary>({
      json: options.json,
      page: await throughline.checkpoints.list(id, pagingOf(options)),
      toJson: checkpointSummaryToJson,
      columns: [
        { header: "CREATED" },
        { header: "BYTES", align: "right" },
        { header: "NAME", isFlexible: true },
      ],
      toRow: ({ createdAt, sizeBytes, name }) => [formatTime(createdAt), String(sizeBytes), oneLine(name)],
      what: "checkpoints",
    });
    return exitCodes.success;
  });
}

export async function createCheckpoint(
  session: string,
  name: string,
  options: CreateCheckpointOptions,
): Promise<number> {
  const given = options.state === "-" ? await text(process.stdin) : options.state;
  const state = given === undefined ? undefined : readState(given);
  return withThroughline(options, "changes", async (throughline) => {
    const { id } = await findSession(throughline, session);
    const input = { name, ...(state === undefined ? undefined : { state }) };
    const made = await throughline.checkpoints.create(id, input);
    if (options.json === true) await printJson(checkpointSummaryToJson(made));
    else await writeOutput(`${oneLine(name)} is kept: ${made.sizeBytes} bytes.\n`);
    return exitCodes.success;
  });
}

export async function showCheckpoint(session: string, name: string, options: CommonOptions): Promise<number> {
  return withThroughline(options, "reads", async (throughline) => {
    const { id } = await findSession(throughline, session);
    const checkpoint = await throughline.checkpoints.get(id, name);
    if (options.json === true) {
      await printJson(checkpointToJson(checkpoint));
      return exitCodes.success;
    }
    const { createdAt, context, state } = checkpoint;
    const { workspace } = context;
    const lines = [
      `${oneLine(name)}, of ${formatTime(createdAt)}`,
      ...entriesOf(context),
      ...(workspace === null ? [] : [`workspace: ${oneLine(JSON.stringify(workspace))}`]),
      ...(state === null ? [] : [`state: ${oneLine(JSON.stringify(state))}`]),
    ];
    await writeOutput(`${lines.join("\n")}\n`);
    return exitCodes.success;
  });
}

export async function compareCheckpoints(
  session: string,
  from: string,
  to: string | undefined,
  options: CommonOptions,
): Promise<number> {
  return withThroughline(options, "reads", async (throughline) => {
    const { id } = await findSession(throughline, session);
    const comparison = await throughline.checkpoints.compare(id, from, to === undefined ? {} : { to });
    if (options.json === true) await printJson(comparisonToJson(comparison));
    else await writeOutput(describeComparison(comparison));
    return exitCodes.success;
  });
}

export async function restoreCheckpoint(
  session: string,
  name: string,
  options: CommonOptions,
): Promise<number> {
  return withThroughline(options, "changes", async (throughline) => {
    const { id } = await findSession(throughline, session);
    const checkpoint = await throughline.checkpoints.restore(id, name);
    if (options.json === true) await printJson(checkpointToJson(checkpoint));
    else await writeOutput(`The session's context is what ${oneLine(name)} says.\n`);
    return exitCodes.success;
  });
}

export async function deleteCheckpoint(
  session: string,
  name: string,
  options: CommonOptions,
): Promise<number> {
  return withThroughline(options, "changes", async (throughline) => {
    const { id } = await findSession(throughline, session);
    await throughline.checkpoints.delete(id, name);
    if (options.json === true) await printJson({ session_id: id, name, deleted: true });
    else await writeOutput("Deleted.\n");
    return exitCodes.success;
  });
}

function readState(given: string): unknown {
  try {
    return JSON.parse(given) as unknown;
  } catch {
    throw new ThroughlineError("invalid", "--state takes JSON.", { reason: "type", outcome: "refused" });
  }
}

function describeComparison(comparison: CheckpointComparison): string {
  const { added, removed, scores, workspaceChanged, stateChanged } = comparison;
  const lines = [
    ...entriesOf(removed).map((line) => `- ${line}`),
    ...entriesOf(added).map((line) => `+ ${line}`),
    ...Object.entries(scores).map(
      ([path, { from, to }]) => `  importance of ${oneLine(path)}: ${from ?? "none"}, now ${to ?? "none"}`,
    ),
    ...(workspaceChanged ? ["  the workspace differs"] : []),
    ...(stateChanged === true ? ["  the state differs"] : []),
  ];
  return lines.length === 0 ? "Nothing differs.\n" : `${lines.join("\n")}\n`;
}

function entriesOf(lists: CheckpointComparison["added"]): readonly string[] {
  return [
    ...lists.filesAccessed.map(({ kind, path }) => `${kind} ${oneLine(path)}`),
    ...lists.recentSearches.map(({ query }) => `search: ${oneLine(query)}`),
    ...lists.decisions.map(({ decision }) => `decision: ${oneLine(decision)}`),
    ...lists.savedMemories.map(({ key }) => `memory: ${oneLine(key)}`),
  ];
}
