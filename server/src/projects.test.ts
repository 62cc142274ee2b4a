import { expect, test } from "vitest";
import { testServer } from "./test/test-server.ts";

const { call, throughline } = testServer();

test("a repository has one project, and nobody is told its credentials", async () => {
  const made = await call("POST", "/projects", {
    repository: "https://mara:secret@example.com/garden/beds.git",
  });
  expect([made.status, made.json]).toMatchObject([
    201,
    { project_id: "beds", repository: "example.com/garden/beds" },
  ]);
  const again = await call("POST", "/projects", { repository: "git@example.com:garden/beds", name: "x" });
  expect([again.status, again.json]).toEqual([200, made.json]);
  const other = await call("POST", "/projects", { repository: "example.com/fork/beds", name: "fork" });
  expect(other.json).toMatchObject({ project_id: "fork" });
  const taken = await call("PATCH", "/projects/fork", { repository: "ssh://git@example.com/garden/beds" });
  expect([taken.status, taken.json]).toMatchObject([409, { reason: "unique", project: "beds" }]);
  const changed = await call("PATCH", "/projects/fork", { name: "Fork", repository: null });
  expect(changed.json).toMatchObject({ name: "Fork", repository: null });
  for (const body of [{}, { repository: "" }, { repository: "file:///srv/beds" }, { repository: 1 }])
    expect((await call("POST", "/projects", body)).status).toBe(400);
  expect((await call("PATCH", "/projects/none", { name: "x" })).status).toBe(404);
});

test("a user is deleted with all that is theirs, or not at all", async () => {
  const { id } = await throughline.sessions.create({ user: "mara", project: "garden" });
  await throughline.messages.append(id, [{ role: "user", content: "Hello" }]);
  await throughline.memories.set({ user: "mara", key: "k", value: "v" });
  await throughline.sessions.hold(id, {});
  const held = await call("DELETE", "/users/mara?erase=true");
  expect([held.status, held.json]).toMatchObject([409, { reason: "held", sessions: [id], held: 1 }]);
  expect((await call("GET", "/users/mara/receipt")).status).toBe(404);
  await throughline.sessions.release(id);
  expect((await call("DELETE", "/users/mara")).status).toBe(204);
  const hidden = await call("GET", "/users/mara/receipt");
  expect(hidden.json).toMatchObject({ user_id: "mara", erased: false, hidden: { sessions: 1, messages: 1 } });
  const erased = await call("DELETE", "/users/mara?erase=true");
  expect([erased.status, erased.json]).toMatchObject([
    200,
    { erased: true, removed: { sessions: 1, messages: 1 }, hidden: {}, stays: [] },
  ]);
  expect((await call("DELETE", "/users/mara?receipt=true")).json).toEqual(erased.json);
  expect((await call("DELETE", "/users/nobody")).status).toBe(404);
  expect((await call("DELETE", "/projects/garden?erase=maybe")).status).toBe(400);
  expect((await call("DELETE", "/projects/garden")).status).toBe(204);
  expect((await call("GET", "/projects/garden")).status).toBe(404);
});
