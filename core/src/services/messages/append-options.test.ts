import { beforeEach, describe, expect, test } from "vitest";
import { storeNames, useServices } from "../test/use-services.ts";

const hello = { id: "a", role: "user", content: "Hello" } as const;

describe.each(storeNames)("options of an append on %s", (name) => {
  const services = useServices(name);
  let session = "";

  beforeEach(async () => {
    session = (await services.tl.sessions.create()).id;
  });

  test.each([
    [{ operationId: 5 }, "operationId"],
    [{ operationId: "" }, "operationId"],
    [{ head: "stay" }, "head"],
    [{ expectedRevision: "1" }, "expectedRevision"],
    [{ expectedSequence: 1 }, "expectedSequence"],
  ])("%j is refused, and the field is named", async (options, field) => {
    for (const write of ["append", "put"] as const) {
      await expect(services.tl.messages[write](session, [hello], options as never)).rejects.toMatchObject({
        name: "ThroughlineError",
        code: "invalid",
        details: { field },
      });
    }
    expect((await services.tl.messages.list(session)).items).toEqual([]);
  });

  test.each([null, "x", [null], [5]])("put of %j is refused", async (messages) => {
    await expect(services.tl.messages.put(session, messages as never)).rejects.toMatchObject({
      name: "ThroughlineError",
      code: "invalid",
    });
  });

  test("one request is one whatever the order of its names, and however its time is written", async () => {
    const { messages } = services.tl;
    const options = { operationId: "op" };
    const createdAt = new Date(9e11);
    const first = await messages.append(session, [{ role: "user", content: "x", createdAt }], options);
    const again = [{ createdAt: createdAt.toISOString(), content: "x", role: "user" }] as const;
    expect(await messages.append(session, again, options)).toEqual({ ...first, replayed: true });
  });

  test("another expected revision is another request", async () => {
    const { messages } = services.tl;
    await messages.append(session, [hello]);
    await messages.put(session, [hello], { operationId: "op", expectedRevision: 1 });
    await expect(
      messages.put(session, [hello], { operationId: "op", expectedRevision: 2 }),
    ).rejects.toMatchObject({ code: "conflict", reason: "operation_reused" });
  });
});
