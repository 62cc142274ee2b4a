/** Calls about content: kept for sessions, of uploaded files, and what is counted in it. */
import * as fc from "fast-check";
import { resourceOf } from "./context-commands.ts";
import { type ServiceCommand, command, given, label, maybe, pick } from "./service-command.ts";

const content = fc.constantFrom<(string | Uint8Array)[]>(
  "export const a = 1;",
  "",
  "NUL \0 \uFEFFé 😀",
  "large ".repeat(300_000),
  new Uint8Array([0x1f, 0x8b, 0, 255]),
  "\ud800",
);
const path = fc.constantFrom("a.ts", "docs/b.md");
const file = fc.constantFrom("f1", "f2", "none");

export const contentCommands: readonly fc.Arbitrary<ServiceCommand>[] = [
  command("keep content", fc.tuple(pick, path, content), async (subject, [of, at, kept]) => {
    const { throughline } = subject;
    const answer = await throughline.resources.keepContent({
      session: subject.session(of),
      path: at,
      content: kept,
    });
    await throughline.settled();
    return answer;
  }),
  command("kept content", fc.tuple(pick, path), (subject, [of, at]) =>
    subject.throughline.resources.contentOf({ session: subject.session(of), path: at }),
  ),
  command("kept content of resource", fc.tuple(pick, pick), async (subject, [of, choice]) =>
    subject.throughline.resources.contentOf({
      session: subject.session(of),
      resource: await resourceOf(subject, choice),
    }),
  ),
  command("release content", fc.tuple(pick, path), (subject, [of, at]) =>
    subject.throughline.resources.releaseContent({ session: subject.session(of), path: at }),
  ),
  command("track content", fc.tuple(path, maybe(label)), async ({ throughline }, [at, project]) => {
    const id = await throughline.resources.trackResource(given({ path: at, project, content: "one two" }));
    await throughline.settled();
    return throughline.resources.get(id);
  }),
  command("count resource", pick, async (subject, choice) =>
    subject.throughline.resources.countTokens(await resourceOf(subject, choice), { family: "claude" }),
  ),
  command("sum resources", maybe(label), ({ throughline }, project) =>
    throughline.resources.statistics(given({ project })),
  ),
  command("save file content", fc.tuple(file, content), ({ throughline }, [id, kept]) =>
    throughline.files.save({
      id,
      content: kept,
      providerName: "files/a",
      providerUri: "https://files.example/a",
      displayName: "a",
      mimeType: "text/plain",
    }),
  ),
  command("change file content", fc.tuple(file, content), ({ throughline }, [id, kept]) =>
    throughline.files.saveContent(id, kept),
  ),
  command("file content", file, async ({ throughline }, id) => {
    const { bytes, ...rest } = await throughline.files.content(id);
    return { ...rest, bytes: await Array.fromAsync(bytes) };
  }),
  command("delete file", file, ({ throughline }, id) => throughline.files.delete(id)),
];
