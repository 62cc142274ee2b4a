import {
  type ExportFormat,
  type NativeExport,
  type Session,
  type Throughline,
  ThroughlineError,
  exportSession,
} from "@throughline/core";
import { exitCodes } from "../exit-codes.ts";
import { findBranch } from "../sessions/find-branch.ts";
import { findSession } from "../sessions/find-session.ts";
import { oneLine } from "../terminal/printable.ts";
import { printJson, writeOutput } from "../terminal/write-output.ts";
import { type CommonOptions, withThroughline } from "../with-throughline.ts";
import { writeWholeFile } from "../write-whole-file.ts";

export interface ExportOptions extends CommonOptions {
  readonly format: ExportFormat | "native";
  readonly output?: string;
  /** The last message of the branch to write, by its position or id. */
  readonly branch?: string;
}

export async function exportToFile(name: string, options: ExportOptions): Promise<number> {
  const { format, output, json } = options;
  const isToFile = output !== undefined && output !== "-";
  if (json === true && !isToFile && format !== "json") {
    throw new ThroughlineError(
      "invalid",
      `--json says what was written, so it needs --output with ${format}.`,
      {
        reason: "option",
      },
    );
  }
  if (format === "native" && options.branch !== undefined) {
    throw new ThroughlineError(
      "invalid",
      "--branch does not go with native, which is all of the tool's file.",
      {
        reason: "option",
      },
    );
  }
  return withThroughline(options, "reads", async (throughline) => {
    const session = await findSession(throughline, name);
    const { native, pieces } = await openExport(throughline, session, options);
    if (!isToFile) {
      for await (const piece of pieces) await writeOutput(piece);
      if (native !== undefined) tellDifferences(native);
      return exitCodes.success;
    }
    const bytes = await writeWholeFile(output, pieces);
    if (json === true) {
      const told = native === undefined ? undefined : describeNative(native);
      await printJson({ session_id: session.id, format, ...told, file: output, bytes });
    } else process.stderr.write(`Wrote ${output}\n`);
    if (native !== undefined && json !== true) tellDifferences(native);
    return exitCodes.success;
  });
}

interface OpenExport {
  readonly pieces: AsyncIterable<string | Uint8Array>;
  readonly native?: NativeExport;
}

async function openExport(
  throughline: Throughline,
  session: Session,
  { format, branch }: ExportOptions,
): Promise<OpenExport> {
  if (format !== "native") {
    const path = branch === undefined ? {} : { branch: await findBranch(throughline, session, branch) };
    return { pieces: exportSession(session, throughline.messages.stream(session.id, path), format) };
  }
  const native = await throughline.exportNative(session.id);
  return { pieces: native.bytes, native };
}

function describeNative({ tool, fileName, isOwn, blanked, others, elsewhere }: NativeExport): object {
  return {
    tool,
    file_name: fileName,
    own_file: isOwn,
    blanked_messages: blanked,
    other_messages: others,
    elsewhere_messages: elsewhere,
  };
}

/** How what was written differs from the session here. */
function tellDifferences({ fileName, isOwn, blanked, others, elsewhere }: NativeExport): void {
  if (!isOwn) tell(`this is ${fileName}, which holds lines of other sessions, too.`);
  if (elsewhere > 0) {
    tell(`${messages(elsewhere)} read from another file first, and may not be in this one, ${fileName}.`);
  }
  if (blanked > 0) {
    tell(`${messages(blanked)} deleted here: spaces stand where it came from the file.`);
  }
  if (others > 0) tell(`${messages(others)} written here, and not in the tool's file.`);
}

function tell(fact: string): void {
  process.stderr.write(`throughline: ${oneLine(fact)}\n`);
}

function messages(count: number): string {
  return count === 1 ? "1 message was" : `${count} messages were`;
}
