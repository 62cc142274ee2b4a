/** Keys and events where several processes share a store: one serves, others make keys, write and revoke. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished } from "vitest";
import { runCommand } from "./run-command.ts";
import { startServing } from "./start-serving.ts";
import { temporaryFolder } from "./temporary-folder.ts";
import { transcript } from "./transcript.ts";

export async function serveWithKeys(store: string): Promise<void> {
  const folder = temporaryFolder();
  const run = async (...words: readonly string[]): Promise<string> => {
    const { exitCode, output, errors } = await runCommand(folder, [...words, "--store", store]);
    expect(exitCode, errors).toBe(0);
    return output;
  };
  const key = (await run("keys", "create", "--role", "reader")).trim();
  const { url } = await startServing(folder, store);
  const headers = { authorization: `Bearer ${key}` };
  expect((await fetch(`${url}/sessions`)).status).toBe(401);
  const response = await fetch(`${url}/events`, { headers });
  expect(response.status).toBe(200);
  const told = collect(response);

  // Another process writes.
  writeFileSync(join(folder, "one.jsonl"), transcript("one", 3));
  await run("import", "one.jsonl");
  await expect.poll(() => appended(told.text()), { timeout: 60_000 }).toBe(6);

  // From its beginning in the middle, the same again.
  const ids = Array.from(told.text().matchAll(/^id: (.+)$/gm), ([, id = ""]) => id);
  const again = collect(
    await fetch(`${url}/events?kind=messages`, { headers: { ...headers, "last-event-id": ids[0] ?? "" } }),
  );
  await expect.poll(() => appended(again.text()), { timeout: 60_000 }).toBe(6);

  // And another one takes the key away.
  await run("keys", "revoke", key);
  await Promise.all([told.ended, again.ended]);
  for (const stream of [told, again]) {
    expect(stream.text().trimEnd().split("\n\n").at(-1)).toBe('event: end\ndata: {"reason":"key_revoked"}');
  }
  expect((await fetch(`${url}/sessions`, { headers })).status).toBe(401);
  expect(await run("keys", "list")).toMatch(/reader +default .* revoked \d{4}-/);
}

/** How many messages a stream told of. */
function appended(text: string): number {
  const counts = Array.from(text.matchAll(/"change":"append",[^}]*"count":(\d+)/g), ([, count]) =>
    Number(count),
  );
  return counts.reduce((sum, count) => sum + count, 0);
}

interface Collected {
  text(): string;
  readonly ended: Promise<void>;
}

function collect({ body }: Response): Collected {
  const reader = body?.getReader();
  if (reader === undefined) throw new Error("There is no body.");
  let text = "";
  const decoder = new TextDecoder();
  const read = async (): Promise<void> => {
    for (let piece = await reader.read(); !piece.done; piece = await reader.read()) {
      text += decoder.decode(piece.value, { stream: true });
    }
  };
  const ended = read();
  // The server is killed when a test that failed is over.
  ended.catch(() => undefined);
  onTestFinished(() => reader.cancel().catch(() => undefined));
  return { text: () => text, ended };
}
