import { normalize } from "node:path";
import { type JsonObject, type KeptContent, ThroughlineError } from "@throughline/core";
import { exitCodes } from "../exit-codes.ts";
import { readBytes, writeBytes } from "../file-bytes.ts";
import { findSession } from "../sessions/find-session.ts";
import { oneLine } from "../terminal/printable.ts";
import { printJson, writeOutput } from "../terminal/write-output.ts";
import { type CommonOptions, withThroughline } from "../with-throughline.ts";

export interface ShowContentOptions extends CommonOptions {
  readonly output?: string;
}

export interface KeepContentOptions extends CommonOptions {
  readonly as?: string;
}

export async function showContent(name: string, path: string, options: ShowContentOptions): Promise<number> {
  return withThroughline(options, "reads", async (throughline) => {
    const session = (await findSession(throughline, name)).id;
    const kept = await throughline.resources.contentOf({ session, path });
    await writeBytes(onePiece(kept.bytes), options, toJson(kept));
    return exitCodes.success;
  });
}

async function* onePiece(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}

export async function keepContent(name: string, file: string, options: KeepContentOptions): Promise<number> {
  const content = await readBytes(file);
  if (options.as === undefined && normalize(file).startsWith("..")) {
    throw new ThroughlineError(
      "invalid",
      `${oneLine(file)} lies above this folder: say its path with --as.`,
      {
        reason: "option",
      },
    );
  }
  return withThroughline(options, "changes", async (throughline) => {
    const session = (await findSession(throughline, name)).id;
    const kept = await throughline.resources.keepContent({ session, path: options.as ?? file, content });
    if (options.json === true) await printJson(toJson(kept));
    else await writeOutput(`${oneLine(kept.path)} is kept as it is now: ${kept.size} bytes.\n`);
    return exitCodes.success;
  });
}

export async function releaseContent(name: string, path: string, options: CommonOptions): Promise<number> {
  return withThroughline(options, "changes", async (throughline) => {
    const session = (await findSession(throughline, name)).id;
    await throughline.resources.releaseContent({ session, path });
    if (options.json === true) await printJson({ session_id: session, path, released: true });
    else await writeOutput("It is kept for this session no longer.\n");
    return exitCodes.success;
  });
}

function toJson({ sessionId, resourceId, path, contentHash, size }: KeptContent): JsonObject {
  return { session_id: sessionId, resource_id: resourceId, path, content_hash: contentHash, size };
}
