import type { Part } from "@throughline/core";
import { readLabel } from "../json-object.ts";
import { recordId } from "./codex-record.ts";
import type { CodexRecord } from "./codex-record.ts";
import { contentBlocks, readPart } from "./content-parts.ts";
import { twinKey } from "./twins.ts";
import { readWorkingDirectory, splitUserText } from "./user-text.ts";

/** Part of a user's turn: the person's words, or the tool's. */
interface UserVoice {
  readonly id: string;
  readonly parts: readonly Part[];
  readonly metadata: Readonly<Record<string, unknown>>;
  /** Of what it says, for the event that says it again. */
  readonly keys: readonly string[];
}

export interface UserTurn {
  readonly voices: readonly UserVoice[];
  /** What the person wrote; empty when nothing. */
  readonly humanText: string;
  readonly workingDirectory?: string;
}

/**
 * A user item is a prompt, or text of the tool, or both: then it becomes two messages, in the order in which they begin.
 * The person's words have the record's id, the tool's beside them add `/injected`.
 */
export function readUserTurn(record: CodexRecord): UserTurn {
  const human: Part[] = [];
  const injected: Part[] = [];
  const texts: string[] = [];
  let isInterruption = false;
  let isInjectedFirst = false;
  let workingDirectory: string | undefined;
  for (const block of contentBlocks(record.payload["content"])) {
    const part = readPart(block);
    if (part === undefined) continue;
    if (part.type !== "text") {
      human.push(part);
      continue;
    }
    const split = splitUserText(part.text);
    isInterruption ||= split.isInterruption;
    workingDirectory ??= readWorkingDirectory(split.injected);
    if (split.injected !== "") {
      isInjectedFirst ||= human.length === 0;
      injected.push({ type: "text", text: split.injected });
    }
    if (split.human === "") continue;
    human.push({ type: "text", text: split.human });
    texts.push(part.text);
  }
  const id = recordId(record);
  const voices: UserVoice[] = [];
  if (human.length > 0) voices.push({ id, parts: human, metadata: {}, keys: keysOf(texts) });
  if (injected.length > 0) {
    const metadata = { injected: true, ...(isInterruption && { interrupted: true }), ...senderOf(record) };
    voices.push({ id: human.length > 0 ? `${id}/injected` : id, parts: injected, metadata, keys: [] });
  }
  return {
    voices: isInjectedFirst ? voices.toReversed() : voices,
    humanText: human.map((part) => (part.type === "text" ? part.text : "")).join("\n"),
    ...(workingDirectory !== undefined && { workingDirectory }),
  };
}

/** What one agent told another: nobody typed it. */
export function readAgentMessage(record: CodexRecord): UserTurn {
  const parts = contentBlocks(record.payload["content"])
    .map(readPart)
    .filter((part) => part !== undefined);
  const metadata = { injected: true, origin: "agent", ...senderOf(record) };
  const voices = parts.length === 0 ? [] : [{ id: recordId(record), parts, metadata, keys: [] }];
  return { voices, humanText: "" };
}

function senderOf({ payload }: CodexRecord): Readonly<Record<string, unknown>> {
  const author = readLabel(payload["author"]);
  const recipient = readLabel(payload["recipient"]);
  return { ...(author !== undefined && { author }), ...(recipient !== undefined && { recipient }) };
}

/** An event has the texts in one; how they are joined depends on the version. */
function keysOf(texts: readonly string[]): readonly string[] {
  const joined = [texts.join("\n"), texts.join(""), texts.join("\n\n")];
  return texts.length === 0 ? [] : joined.map((text) => twinKey("prompt", text));
}
