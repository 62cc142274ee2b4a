/** The command line on a Throughline server. */
import { createServer } from "node:http";
import { type AddressInfo, createServer as createTcpServer } from "node:net";
import { once } from "node:events";
import { expect, onTestFinished, test } from "vitest";
import { openThroughline } from "throughline";
import { clearSettings } from "../test/clear-settings.ts";
import { runCommand } from "../test/run-command.ts";
import { silentServer } from "../test/silent-server.ts";
import { startServing } from "../test/start-serving.ts";
import { temporaryFolder } from "../test/temporary-folder.ts";
import { useEveryCommand } from "../test/use-every-command.ts";

test("every command works on a Throughline server", async () => {
  const { url } = await startServing(temporaryFolder(), "a.db");
  await useEveryCommand(url, url);
});

test("a server may serve another server", async () => {
  const behind = await startServing(temporaryFolder(), "memory:");
  const before = await startServing(temporaryFolder(), behind.url);
  expect(before.printed).toEqual({ url: before.url, store: behind.url, file: null });
  clearSettings();
  await using throughline = await openThroughline(before.url);
  const session = await throughline.sessions.create({ title: "far away" });
  await using other = await openThroughline(behind.url);
  expect((await other.sessions.list()).items).toMatchObject([{ id: session.id, title: "far away" }]);
});

test("a durability that the server does not have is refused or told, as it was asked for", async () => {
  const folder = temporaryFolder();
  const { url } = await startServing(folder, "memory:");
  clearSettings();
  await expect(openThroughline({ store: url, durability: "process-crash" })).rejects.toMatchObject({
    code: "unsupported",
    reason: "durability",
    message: "durability says process-crash, and the http store promises none only.",
  });
  const { exitCode, errors } = await runCommand(folder, ["stats", "--store", url], {
    THROUGHLINE_DURABILITY: "power-loss",
  });
  expect({ exitCode, errors }).toEqual({
    exitCode: 0,
    errors:
      "throughline: warning: THROUGHLINE_DURABILITY says power-loss, and the http store promises none only.\n",
  });
});

test("what can't be reached, and what is no Throughline server, end every command with one line", async () => {
  const closed = createTcpServer().listen(0, "127.0.0.1");
  await once(closed, "listening");
  const { port } = closed.address() as AddressInfo;
  closed.close();
  const stranger = createServer((_, response) => response.end("<h1>Welcome</h1>")).listen(0, "127.0.0.1");
  onTestFinished(() => {
    stranger.close();
  });
  await once(stranger, "listening");
  const other = (stranger.address() as AddressInfo).port;
  for (const [store, message] of [
    [`http://127.0.0.1:${port}`, /^throughline: Nothing answers at http:\/\/127\.0\.0\.1:\d+\. [^\n]*\n$/],
    [`http://127.0.0.1:${other}`, /^throughline: What answers at \S+ is no Throughline server\..*\n$/],
  ] as const) {
    for (const args of [["sessions"], ["search", "x"], ["import", "."], ["serve", "--port", "0"]]) {
      const { exitCode, output, errors } = await runCommand(temporaryFolder(), [...args, "--store", store]);
      expect({ exitCode, output }).toEqual({ exitCode: 1, output: "" });
      expect(errors).toMatch(message);
    }
    const diagnosis = await runCommand(temporaryFolder(), ["doctor", "--store", store]);
    expect(diagnosis.exitCode).toBe(1);
    expect(diagnosis.output).toMatch(/^Problem: .*\n {2}What to do: /m);
  }
});

test("a server that never answers is given up", async () => {
  const store = `http://127.0.0.1:${await silentServer()}`;
  const { exitCode, output, errors } = await runCommand(temporaryFolder(), ["sessions", "--store", store]);
  expect({ exitCode, output }).toEqual({ exitCode: 1, output: "" });
  expect(errors).toMatch(/^throughline: \S+ did not answer within \d+ ms\.\n$/);
});
