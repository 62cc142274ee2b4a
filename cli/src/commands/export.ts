import { type ExportFormat, ThroughlineError, exportSession } from "@throughline/core";
import { exitCodes } from "../exit-codes.ts";
import { findSession } from "../find-session.ts";
import { printJson, writeOutput } from "../terminal/write-output.ts";
import { type CommonOptions, withThroughline } from "../with-throughline.ts";
import { writeWholeFile } from "../write-whole-file.ts";

export interface ExportOptions extends CommonOptions {
  readonly format: ExportFormat;
  readonly output?: string;
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
  return withThroughline(options, "reads", async (throughline) => {
    const session = await findSession(throughline, name);
    const pieces = exportSession(session, throughline.messages.stream(session.id), format);
    if (!isToFile) {
      for await (const piece of pieces) await writeOutput(piece);
      return exitCodes.success;
    }
    const bytes = await writeWholeFile(output, pieces);
    if (json === true) await printJson({ session_id: session.id, format, file: output, bytes });
    else process.stderr.write(`Wrote ${output}\n`);
    return exitCodes.success;
  });
}
