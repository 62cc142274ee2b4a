/** The commands of docs/http.md, carried out in their order against a server without a port. */
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { origin, testServer } from "./test/test-server.ts";

const guide = readFileSync(new URL("../../docs/http.md", import.meta.url), "utf8");

interface Command {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
}

/** The words of a command as a POSIX shell has them; a variable becomes its value, a pipe ends it. */
function splitWords(command: string, variables: ReadonlyMap<string, string>): readonly string[] {
  const [first = ""] = command
    .replaceAll("\\\n", " ")
    .replace(/^[A-Z]+=\$\(/, "")
    .split(" | ");
  return Array.from(first.matchAll(/(?:'[^']*'|"[^"]*"|[^\s'"])+/g), ([word]) =>
    word.replaceAll(/'([^']*)'|"|\$([A-Z]+)/g, (_, quoted?: string, name?: string) =>
      name === undefined ? (quoted ?? "") : (variables.get(name) ?? ""),
    ),
  );
}

function readCommand(text: string, variables: ReadonlyMap<string, string>): Command {
  const [program, ...words] = splitWords(text, variables);
  expect(program).toBe("curl");
  const headers: Record<string, string> = {};
  let [method, url, body]: [string | undefined, string, string | undefined] = [undefined, "", undefined];
  for (let word = words.shift(); word !== undefined; word = words.shift()) {
    if (word === "-X") method = words.shift();
    else if (word === "-d") body = words.shift();
    else if (word === "-H") {
      const [name = "", value = ""] = (words.shift() ?? "").split(": ");
      headers[name] = value;
    } else {
      if (word.startsWith("-"))
        throw new Error(`The guide uses an option that this test does not know: ${word}`);
      url = word;
    }
  }
  const host = "http://127.0.0.1:8003";
  expect(url.startsWith(host), url).toBe(true);
  return {
    method: method ?? (body === undefined ? "GET" : "POST"),
    path: url.slice(host.length),
    headers,
    body,
  };
}

test("every command of the guide does what the guide says", async () => {
  const { send, throughline } = testServer();
  const commands = Array.from(guide.matchAll(/^```sh\n(.*?)^```/gms), ([, text = ""]) => text.trim());
  const statuses: Record<string, number[]> = {};
  const variables = new Map<string, string>();
  let found = 0;
  for (const text of commands) {
    const { method, path, headers, body } = readCommand(text, variables);
    const reply = await send(
      new Request(origin + path, { method, headers, ...(body === undefined ? {} : { body }) }),
    );
    expect(reply.status, `${text}\n${reply.text}`).toBeLessThan(300);
    let name = `${method} ${path.replace(/\?.*/, "")}`;
    for (const [variable, value] of variables) name = name.replace(value, variable);
    statuses[name] = [...(statuses[name] ?? []), reply.status];
    const [, variable] = /^([A-Z]+)=/.exec(text) ?? [];
    if (variable !== undefined) variables.set(variable, String(reply.json.session_id));
    if (path.includes("?")) found += reply.json.items?.length ?? 0;
  }
  expect(statuses).toEqual({
    "POST /sessions": [201, 200],
    "GET /sessions/ID": [200],
    "GET /sessions": [200, 200, 200],
    "PATCH /sessions/ID": [200, 200],
    "POST /sessions/ID/tags": [200],
    "DELETE /sessions/ID/tags/urgent": [204],
    "POST /sessions/ID/end": [200],
    "PUT /sessions/ID/settings": [200],
    "PATCH /sessions/ID/settings": [200],
    "GET /sessions/ID/settings": [200],
    "POST /sessions/ID/context": [200, 200],
    "GET /sessions/ID/context": [200],
    "POST /sessions/ID/checkpoints": [201],
    "GET /sessions/ID/checkpoints/before-the-change/compare": [200],
    "POST /sessions/ID/checkpoints/before-the-change/restore": [200],
    "GET /resources": [200, 200],
    "GET /sessions/ID/resources": [200],
    "PUT /sessions/ID/content": [200],
    "GET /sessions/ID/content": [200],
    "POST /tokens": [200],
    "POST /projects/p1/memories": [201],
    "GET /projects/p1/memories": [200, 200],
    "GET /projects/p1/memories/architecture/versions": [200],
    "POST /projects/p1/memories/architecture/restore": [200],
    "GET /projects/p1/duplicate-memories": [200],
    "DELETE /projects/p1/memories/architecture": [204],
    "PATCH /sessions/ID/working-memory": [200],
    "GET /sessions/ID/working-memory": [200],
    "POST /projects": [201],
    "PATCH /projects/beds": [200],
    "DELETE /projects/beds": [200],
    "POST /users/ada/commands": [200],
    "GET /users/ada/commands": [200],
    "GET /projects": [200],
    "POST /sessions/ID/messages": [201, 201, 201],
    "PUT /sessions/ID/messages/m2": [200],
    "GET /sessions/ID/messages": [200, 200, 200],
    "DELETE /sessions/ID/messages/m1": [204],
    "GET /sessions/ID/branches": [200],
    "PUT /sessions/ID/head": [200],
    "POST /sessions/ID/fork": [201],
    "GET /sessions/FORK/chain": [200],
    "GET /search": [200],
    "GET /sessions/ID/export": [200],
    "GET /sessions/ID/stats": [200],
    "GET /stats": [200],
    "GET /v1/store": [200],
    "POST /v1/store/commit": [200],
    "POST /v1/store/read": [200],
    "POST /v1/store/changes": [200],
    "POST /v1/store/search": [200],
    "DELETE /sessions/ID": [204],
    "GET /trash": [200],
    "POST /sessions/ID/undelete": [200],
    "DELETE /sessions/FORK": [200],
    "GET /sessions/FORK/receipt": [200],
    "PUT /sessions/ID/hold": [200],
    "DELETE /sessions/ID/hold": [204],
    "POST /gc": [200, 200],
    "GET /readyz": [200],
  });
  // Three lists with one session each; three messages, two, and two of a branch; one hit; one command; one resource.
  expect(found).toBe(13);
  expect(
    (await throughline.messages.list(variables.get("ID") ?? "")).items.map(({ content }) => content),
  ).toEqual(["Hello Ada.", "Where is the login?", "Where was I?"]);
});

test("the guide's limits are those of the server", async () => {
  const { URL_LENGTH, HEADER_BYTES, JSON_DEPTH, defaultLimits } = await import("./limits.ts");
  expect(guide).toContain(`${URL_LENGTH.toLocaleString("en")} characters`);
  expect(guide).toContain(`| headers | ${HEADER_BYTES / 1024} KiB |`);
  expect(guide).toContain(`${JSON_DEPTH} levels of lists`);
  expect(guide).toContain(
    `| ${defaultLimits.bodyBytes / 1024 / 1024} MiB, ${defaultLimits.bodyTimeoutMs / 1000} seconds`,
  );
});
