import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Throughline, guardStore } from "@throughline/core";
import { memoryStore } from "@throughline/store-memory";
import { expect, it } from "vitest";
import { importSources } from "./import-sources.ts";
import { contents, dieAtCommit, keptBytes } from "./test/imported-contents.ts";

/** More than one append takes, so that the session is made by a commit of its own. */
const count = 650;

function sessionLines(): string {
  return Array.from({ length: count }, (_, index) => {
    const timestamp = new Date(Date.UTC(2026, 0, 1) + index * 1_000).toISOString();
    const message = { role: "user", content: `line ${index} `.repeat(20) };
    return `${JSON.stringify({ type: "user", uuid: `u${index}`, sessionId: "long", timestamp, message })}\n`;
  }).join("");
}

it("goes on after it died at any commit of a long session, with each message and each byte once", async () => {
  const folder = mkdtempSync(join(tmpdir(), "throughline-import-"));
  try {
    const path = join(folder, "session.jsonl");
    writeFileSync(path, sessionLines());
    const whole = new Throughline(guardStore(memoryStore()));
    await importSources(whole, [path]);
    const expected = await contents(whole);
    expect(expected).toMatchObject([{ externalKey: "long", messageCount: count }]);
    let deaths = 0;
    for (let nth = 1; nth === deaths + 1; nth += 1) {
      const store = memoryStore();
      const dying = new Throughline(guardStore(dieAtCommit(nth)(store)));
      await importSources(dying, [path]).catch(() => (deaths += 1));
      const again = new Throughline(guardStore(store));
      await importSources(again, [path]);
      expect(await contents(again), `died at commit ${nth}`).toEqual(expected);
      const kept = await keptBytes(again);
      expect(Buffer.compare(kept, readFileSync(path)), `died at commit ${nth}`).toBe(0);
    }
    expect(deaths).toBe(5);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
