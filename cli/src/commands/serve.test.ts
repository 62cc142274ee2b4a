import { once } from "node:events";
import { existsSync } from "node:fs";
import { type IncomingMessage, request } from "node:http";
import { type AddressInfo, createServer } from "node:net";
import { join } from "node:path";
import { json } from "node:stream/consumers";
import { expect, onTestFinished, test } from "vitest";
import { runCommand, runJson, startCommand } from "../test/run-command.ts";
import { startServing } from "../test/start-serving.ts";
import { temporaryFolder } from "../test/temporary-folder.ts";

async function post(url: string, body: object): Promise<Readonly<Record<string, unknown>>> {
  const headers = { "content-type": "application/json" };
  const response = await fetch(url, { method: "POST", headers, body: JSON.stringify(body) });
  expect(response.status).toBe(201);
  return (await response.json()) as Readonly<Record<string, unknown>>;
}

test.each(["SIGTERM", "SIGINT"] as const)(
  "serve answers until %s, finishes what has begun, and keeps it",
  async (signal) => {
    const folder = temporaryFolder();
    const { child, url, ended, printed } = await startServing(folder, "a.db");
    expect(printed).toEqual({ url, store: "sqlite:a.db", file: join(folder, "a.db") });
    expect((await fetch(`${url}/healthz`)).status).toBe(200);
    const session = await post(`${url}/sessions`, { title: "Served" });
    const path = `/sessions/${String(session.session_id)}/messages`;
    await post(`${url}${path}`, { messages: [{ role: "user", content: "Are the snails asleep?" }] });

    // The signal comes while a request is half sent.
    const body = JSON.stringify({ messages: [{ role: "user", content: "And the slugs?" }] });
    const slow = request(`${url}${path}`, {
      method: "POST",
      headers: { "content-type": "application/json", "content-length": Buffer.byteLength(body) },
    });
    const answered = once(slow, "response") as Promise<[IncomingMessage]>;
    slow.write(body.slice(0, 20));
    await fetch(`${url}/healthz`);
    child.kill(signal);
    await expect
      .poll(async () =>
        fetch(`${url}/healthz`).then(
          () => "open",
          () => "closed",
        ),
      )
      .toBe("closed");
    slow.end(body.slice(20));
    const [response] = await answered;
    expect(response.statusCode).toBe(201);
    expect(await json(response)).toMatchObject({ items: [{ seq: 2 }] });

    expect(await ended).toBe(0);
    const { items } = await runJson(folder, ["search", "snails", "--store", "a.db"]);
    expect(items).toMatchObject([{ session_id: session.session_id, seq: 1 }]);
    expect(await runJson(folder, ["show", "@last", "--store", "a.db"])).toMatchObject({ message_count: 2 });
  },
);

test("a port that is taken ends serve with 1, and makes no database", async () => {
  const folder = temporaryFolder();
  const other = createServer().listen(0, "127.0.0.1");
  onTestFinished(() => {
    other.close();
  });
  await once(other, "listening");
  const { port } = other.address() as AddressInfo;
  const { exitCode, output, errors } = await runCommand(folder, [
    "serve",
    "--port",
    String(port),
    "--store",
    "a.db",
  ]);
  expect({ exitCode, output }).toEqual({ exitCode: 1, output: "" });
  expect(errors).toBe(
    `throughline: Port ${port} of 127.0.0.1 is in use by another program. Choose another with --port, or 0 for any that is free.\n`,
  );
  expect(existsSync(join(folder, "a.db"))).toBe(false);
});

test("serve says where it answers, where that is described, and what it keeps", async () => {
  const child = startCommand(temporaryFolder(), ["serve", "--port", "0", "--store", "memory:"]);
  onTestFinished(() => {
    child.kill("SIGKILL");
  });
  if (child.stdout === null) throw new Error("The process has no pipe.");
  const [printed] = (await once(child.stdout, "data")) as [Buffer];
  const [, page = ""] =
    /^Throughline answers on http:\S+\nDocumentation: (http:\S+)\nNothing is kept: .*\n$/.exec(
      printed.toString(),
    ) ?? [];
  expect((await fetch(page)).headers.get("content-type")).toMatch(/^text\/html/);
});
