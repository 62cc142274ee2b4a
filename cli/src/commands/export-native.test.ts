import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Session } from "@throughline/core";
import { openThroughline } from "throughline";
import { expect, test } from "vitest";
import { runCommand, runJson } from "../test/run-command.ts";
import { startServing } from "../test/start-serving.ts";
import { temporaryFolder } from "../test/temporary-folder.ts";

const file = fileURLToPath(
  new URL("../../../importers/fixtures/codex/answers-and-tools.jsonl", import.meta.url),
);
const store = "sqlite:./native.db";
const imported = readFileSync(file);

/** A folder with a store that holds the session of the file. */
async function importedSession(): Promise<{ folder: string; id: string }> {
  const folder = temporaryFolder();
  await runJson(folder, ["import", "codex", file, "--store", store]);
  const { items } = (await runJson(folder, ["sessions", "--store", store])) as {
    items: { session_id: string }[];
  };
  return { folder, id: items[0]?.session_id ?? "" };
}

/** Deletes a message here and writes another. */
async function changeHere(folder: string, id: Session["id"]): Promise<void> {
  await using throughline = await openThroughline({ store: `sqlite:${join(folder, "native.db")}` });
  const { items } = await throughline.messages.list(id, { limit: 10 });
  const prompt = items.find(({ content }) => JSON.stringify(content).includes("Which bed is dry?"));
  await throughline.messages.delete(id, prompt?.id ?? "");
  await throughline.messages.append(id, [{ role: "user", content: "Go on." }]);
}

const native = ["export", "@last", "--format", "native", "--store", store];

test("export --format native writes the imported file again", async () => {
  const { folder } = await importedSession();
  const { exitCode, errors } = await runCommand(folder, [...native, "-o", "again.jsonl"]);
  expect({ exitCode, errors }).toEqual({ exitCode: 0, errors: "Wrote again.jsonl\n" });
  expect(readFileSync(join(folder, "again.jsonl")).equals(imported)).toBe(true);
  const { output } = await runCommand(folder, native);
  expect(output).toBe(imported.toString());
});

test("export --format native says what was deleted and what was written since", async () => {
  const { folder, id } = await importedSession();
  await changeHere(folder, id);
  const { exitCode, errors, output } = await runCommand(folder, native);
  expect(exitCode).toBe(0);
  expect(errors).toBe(
    "throughline: 1 message was deleted here: spaces stand where it came from the file.\n" +
      "throughline: 1 message was written here, and not in the tool's file.\n",
  );
  expect(output).toHaveLength(imported.toString().length);
  expect(output).not.toContain("Which bed is dry?");
  expect(await runJson(folder, [...native, "--json", "-o", "out.jsonl"])).toEqual({
    session_id: id,
    format: "native",
    tool: "codex",
    file_name: "answers-and-tools.jsonl",
    own_file: true,
    blanked_messages: 1,
    other_messages: 1,
    elsewhere_messages: 0,
    file: "out.jsonl",
    bytes: imported.length,
  });
});

test("export --format native refuses a session that was not imported", async () => {
  const folder = temporaryFolder();
  await using throughline = await openThroughline({ store: `sqlite:${join(folder, "native.db")}` });
  await throughline.sessions.create({ title: "Ours" });
  await throughline.close();
  const { exitCode, errors } = await runCommand(folder, native);
  expect(exitCode).toBe(2);
  expect(errors).toContain("was not imported from another tool's file. Export it as json, markdown or text.");
});

test("the server gives the imported file, with its name and what differs", async () => {
  const { folder, id } = await importedSession();
  await changeHere(folder, id);
  const { url } = await startServing(folder, store);
  const address = `${url}/v1/sessions/${id}/export?format=native`;
  const answer = await fetch(address);
  expect(answer.status).toBe(200);
  expect(Object.fromEntries(answer.headers)).toMatchObject({
    "content-type": "application/octet-stream",
    "content-disposition": 'attachment; filename="answers-and-tools.jsonl"',
    "content-length": String(imported.length),
    "throughline-blanked-messages": "1",
    "throughline-other-messages": "1",
    "throughline-elsewhere-messages": "0",
    "throughline-own-file": "true",
  });
  const bytes = Buffer.from(await answer.arrayBuffer());
  const blanked = [...bytes.entries()].filter(([at, byte]) => byte !== imported[at]);
  expect(bytes).toHaveLength(imported.length);
  expect(blanked.length).toBeGreaterThan(50);
  expect(blanked.every(([, byte]) => byte === 0x20)).toBe(true);

  const head = await fetch(address, { method: "HEAD" });
  expect([head.status, head.headers.get("content-length"), await head.text()]).toEqual([
    200,
    String(imported.length),
    "",
  ]);
  const refused = await fetch(address, { headers: { accept: "text/plain" } });
  expect(refused.status).toBe(406);
  const created = await fetch(`${url}/v1/sessions`, {
    method: "POST",
    body: "{}",
    headers: { "content-type": "application/json" },
  });
  const { session_id: ours } = (await created.json()) as { session_id: string };
  const none = await fetch(`${url}/v1/sessions/${ours}/export?format=native`);
  expect(await none.json()).toMatchObject({ code: "unsupported", reason: "no_native" });
  expect((await fetch(`${url}/v1/sessions/nobody/export?format=native`)).status).toBe(404);
});

test("export --format native reads through a server byte for byte", async () => {
  const { folder } = await importedSession();
  const { url } = await startServing(folder, store);
  const { exitCode } = await runCommand(folder, [
    "export",
    "@last",
    "--format",
    "native",
    "-o",
    "over-http.jsonl",
    "--store",
    url,
  ]);
  expect(exitCode).toBe(0);
  expect(readFileSync(join(folder, "over-http.jsonl")).equals(imported)).toBe(true);
});
