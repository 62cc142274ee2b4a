import * as o200k from "gpt-tokenizer/encoding/o200k_base";
import { describe, expect, test } from "vitest";
import { beforeNextCommit, storeNames, useServices } from "../test/use-services.ts";
import { Throughline } from "../throughline.ts";
import { backgroundContentOf } from "./background-content.ts";

const text = "export const answer = 42; // the answer to everything\n".repeat(20);
const counted = o200k.countTokens(text);

describe.each(storeNames)("tokens of resources on %s", (name) => {
  const services = useServices(name);

  async function settled(): Promise<void> {
    await backgroundContentOf(services.store).settled();
  }

  test("are counted behind the back of who gives the content, and belong to it", async () => {
    const { resources, context, sessions } = services.tl;
    const id = await resources.trackResource({ path: "a.ts", content: text });
    expect(await resources.get(id)).toMatchObject({ size: text.length, tokenCount: null, tokenCounts: null });
    await settled();
    const known = await resources.get(id);
    expect(known).toMatchObject({
      tokenCount: counted,
      tokenCounts: { o200k: { count: counted, estimated: false }, claude: { estimated: true } },
    });
    expect(known.contentHash).toMatch(/^[\da-f]{64}$/);
    // Without content it stays as it is; with another hash nothing is known of it.
    await resources.trackResource({ path: "a.ts" });
    expect(await resources.get(id)).toMatchObject({ tokenCounts: known.tokenCounts });
    await resources.trackResource({ path: "a.ts", contentHash: "other" });
    expect(await resources.get(id)).toMatchObject({ tokenCount: null, tokenCounts: null });
    const session = (await sessions.create()).id;
    await context.record(session, { files: [{ path: "a.ts", kind: "EDIT", content: "one two" }] });
    await settled();
    expect(await resources.get(id)).toMatchObject({ tokenCount: 2, size: 7, editCount: 1 });
    await resources.keepContent({ session, path: "a.ts", content: text });
    await settled();
    expect(await resources.get(id)).toMatchObject({ tokenCount: counted });
    await resources.trackResource({ path: "a.ts", content: "three", tokenCount: 7 });
    await settled();
    expect(await resources.get(id)).toMatchObject({
      tokenCount: 7,
      tokenCounts: { o200k: { count: 1, estimated: false } },
    });
  });

  test("of content that has changed meanwhile are not written", async () => {
    const { resources, store } = services.tl;
    const id = await resources.trackResource({ path: "a.ts" });
    await resources.trackResource({ path: "a.ts", content: text });
    await resources.trackResource({ path: "a.ts", contentHash: "newer" });
    await settled();
    expect(await resources.get(id)).toMatchObject({ contentHash: "newer", tokenCounts: null });
    // The same where it changes while they are counted.
    const racing = beforeNextCommit(services, async () =>
      resources.trackResource({ path: "a.ts", contentHash: "newest" }),
    );
    await resources.trackResource({ path: "a.ts", content: text });
    await racing.resources.countTokens(id, { content: text });
    expect(await resources.get(id)).toMatchObject({ contentHash: "newest", tokenCounts: null });
    await backgroundContentOf(store).settled();
  });

  test("are counted on request, in what is given or kept", async () => {
    const { resources, sessions } = services.tl;
    const session = (await sessions.create()).id;
    const id = await resources.trackResource({ path: "a.ts" });
    await expect(resources.countTokens(id)).rejects.toMatchObject({ code: "not_found", reason: "content" });
    expect(await resources.countTokens(id, { content: text })).toEqual({
      count: counted,
      family: "o200k",
      estimated: false,
    });
    // The resource is not known to have that content.
    expect(await resources.get(id)).toMatchObject({ tokenCounts: null });
    await resources.keepContent({ session, resource: id, content: text });
    expect(await resources.countTokens(id, { model: "gpt-4" })).toMatchObject({
      family: "cl100k",
      estimated: false,
    });
    await settled();
    expect(await resources.get(id)).toMatchObject({
      tokenCounts: { o200k: { estimated: false }, cl100k: { estimated: false } },
    });
    await resources.keepContent({ session, resource: id, content: new Uint8Array([255]) });
    await expect(resources.countTokens(id)).rejects.toMatchObject({ reason: "content" });
    await expect(resources.countTokens("none")).rejects.toMatchObject({ reason: "resource" });
  });

  test("are summed by type", async () => {
    const { resources } = services.tl;
    await resources.trackResource({ path: "a.ts", project: "p", content: text });
    await resources.trackResource({ path: "b.ts", project: "p", tokenCount: 5, size: 10 });
    await resources.trackResource({ path: "c.md", project: "p" });
    await resources.trackResource({ path: "d.md" });
    await settled();
    const { byType, ...all } = await resources.statistics({ project: "p" });
    const code = {
      resources: 2,
      bytes: text.length + 10,
      tokens: counted + 5,
      estimated: true,
      uncounted: 0,
    };
    expect(byType.code).toEqual(code);
    expect(byType.documentation).toMatchObject({ resources: 1, tokens: 0, uncounted: 1 });
    expect(all).toEqual({ ...code, resources: 3, uncounted: 1, family: "o200k" });
    expect((await resources.statistics()).resources).toBe(4);
    expect(await resources.statistics({ project: "p", family: "claude" })).toMatchObject({
      family: "claude",
      estimated: true,
      uncounted: 2,
    });
    const other = new Throughline(services.store, { tokenModel: "claude" });
    expect(await other.resources.statistics({ project: null })).toMatchObject({
      family: "claude",
      resources: 1,
    });
  });
});
