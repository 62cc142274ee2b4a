import type { Server } from "@throughline/server";
import { Hono } from "hono";
import type { BenchmarkMessage } from "../harness/contestant.ts";
import type { memorySubject } from "./memory-subject.ts";

interface AppendBody {
  readonly messages: readonly {
    readonly id: string;
    readonly role: BenchmarkMessage["role"];
    readonly content: string;
  }[];
}

/**
 * The product's routes as a few lines of Hono: they parse the same bodies and answer JSON of the same shape and size,
 * and check nothing. The product's own listener serves them, so that what differs is what stands behind it.
 */
export function bareRoutes(subject: ReturnType<typeof memorySubject>): Server {
  const app = new Hono();
  const positions = new Map<string, number>();
  app.post("/v1/sessions", async (context) => {
    const { title } = await context.req.json<{ readonly title: string }>();
    return context.json({ session_id: await subject.createSession(title) }, 201);
  });
  app.get("/v1/sessions/:id", async (context) =>
    context.json({ message_count: await subject.countMessages(context.req.param("id")) }),
  );
  app.post("/v1/sessions/:id/messages", async (context) => {
    const session = context.req.param("id");
    const { messages } = await context.req.json<AppendBody>();
    await subject.append(
      session,
      messages.map(({ id, role, content }) => ({ id, role, text: content })),
    );
    const before = positions.get(session) ?? 0;
    positions.set(session, before + messages.length);
    return context.json({ items: messages.map(({ id }, index) => ({ id, seq: before + index + 1 })) }, 201);
  });
  app.get("/v1/sessions/:id/messages", async (context) => {
    const last = await subject.readLast(context.req.param("id"), Number(context.req.query("last")));
    const facts = last.map((message) => subject.describe(message));
    return context.json({ items: facts.map(({ id, text }) => ({ id, content: text })) });
  });
  return {
    isGuarded: async () => false,
    endStreams: () => undefined,
    answersFor: () => true,
    fetch: async (request) => app.fetch(request),
  };
}
