import {
  type Message,
  type Session,
  type Throughline,
  exportSession,
  readableContent,
} from "@throughline/core";
import { exitCodes } from "../exit-codes.ts";
import { findSession } from "../find-session.ts";
import { formatTime } from "../terminal/format-time.ts";
import { openPager, plainOutput } from "../terminal/open-pager.ts";
import { oneLine, printable } from "../terminal/printable.ts";
import { type Paint, paintFor } from "../terminal/style.ts";
import { type CommonOptions, withThroughline } from "../with-throughline.ts";

export interface ShowOptions extends CommonOptions {
  readonly last?: number;
  /** False: print all at once. */
  readonly pager: boolean;
}

export async function show(name: string, options: ShowOptions): Promise<number> {
  return withThroughline(options, "reads", async (throughline) => {
    const session = await findSession(throughline, name);
    const messages = readMessages(throughline, session, options.last);
    const output = process.stdout;
    const isPaged = output.isTTY && options.pager && options.json !== true;
    const pieces =
      options.json === true
        ? exportSession(session, messages, "json")
        : describe(session, messages, paintFor(output));
    const pager = isPaged ? openPager(output) : plainOutput(output);
    try {
      for await (const piece of pieces) if (!(await pager.write(piece))) break;
    } finally {
      await pager.close();
    }
    return exitCodes.success;
  });
}

async function* readMessages(
  { messages }: Throughline,
  { id }: Session,
  last: number | undefined,
): AsyncGenerator<Message, void, undefined> {
  if (last === undefined) yield* messages.stream(id);
  else yield* (await messages.list(id, { last })).items;
}

async function* describe(
  session: Session,
  messages: AsyncIterable<Message>,
  paint: Paint,
): AsyncGenerator<string, void, undefined> {
  const facts: readonly (readonly [string, string | null])[] = [
    ["Session", session.id],
    ["Title", session.title],
    ["Tool", session.toolId],
    ["Project", session.projectId],
    ["Model", session.model],
    ["Folder", session.workspacePath],
    ["Created", formatTime(session.createdAt)],
    ["Activity", formatTime(session.lastActivity)],
    ["Messages", String(session.messageCount)],
  ];
  for (const [name, value] of facts) {
    if (value !== null) yield `${paint("dim", `${name}:`.padEnd(10))} ${oneLine(value)}\n`;
  }
  for await (const message of messages) yield describeMessage(message, paint);
}

const styles = {
  user: ["bold", "cyan"],
  assistant: ["bold", "green"],
  system: ["bold", "yellow"],
  tool: ["bold"],
} as const;

function describeMessage({ seq, role, content, createdAt, metadata }: Message, paint: Paint): string {
  // Text that a tool put into the user's turn is not the user's.
  const isInjected = metadata.injected === true;
  const heading = paint([...styles[role]], role) + paint("dim", `  ${seq}  ${formatTime(createdAt)}`);
  const text = printable(readableContent(content));
  return `\n${heading}${isInjected ? paint("dim", "  injected") : ""}\n${isInjected ? paint("dim", text) : text}\n`;
}
