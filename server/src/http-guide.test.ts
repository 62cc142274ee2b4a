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
function splitWords(command: string, id: string): readonly string[] {
  const [first = ""] = command
    .replaceAll("\\\n", " ")
    .replace(/^ID=\$\(/, "")
    .split(" | ");
  return Array.from(first.matchAll(/(?:'[^']*'|"[^"]*"|[^\s'"])+/g), ([word]) =>
    word.replaceAll(/'([^']*)'|"|\$ID/g, (match, quoted: string | undefined) =>
      match === "$ID" ? id : (quoted ?? ""),
    ),
  );
}

function readCommand(text: string, id: string): Command {
  const [program, ...words] = splitWords(text, id);
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
  let id = "";
  let found = 0;
  for (const text of commands) {
    const { method, path, headers, body } = readCommand(text, id);
    const reply = await send(
      new Request(origin + path, { method, headers, ...(body === undefined ? {} : { body }) }),
    );
    expect(reply.status, `${text}\n${reply.text}`).toBeLessThan(300);
    const name = `${method} ${path.replace(id === "" ? /^$/ : id, "ID").replace(/\?.*/, "")}`;
    statuses[name] = [...(statuses[name] ?? []), reply.status];
    if (text.startsWith("ID=")) id = String(reply.json.session_id);
    if (path.includes("?")) found += reply.json.items?.length ?? 0;
  }
  expect(statuses).toEqual({
    "POST /sessions": [201, 200],
    "GET /sessions/ID": [200],
    "GET /sessions": [200, 200],
    "PATCH /sessions/ID": [200],
    "POST /sessions/ID/messages": [201, 201],
    "PUT /sessions/ID/messages/m2": [200],
    "GET /sessions/ID/messages": [200, 200],
    "DELETE /sessions/ID/messages/m1": [204],
    "GET /search": [200],
    "GET /sessions/ID/export": [200],
    "GET /stats": [200],
    "GET /v1/store": [200],
    "POST /v1/store/commit": [200],
    "POST /v1/store/read": [200],
    "POST /v1/store/changes": [200],
    "POST /v1/store/search": [200],
    "DELETE /sessions/ID": [204],
    "POST /sessions/ID/undelete": [200],
    "GET /readyz": [200],
  });
  // Two lists with one session each, three messages, two messages, one hit.
  expect(found).toBe(8);
  expect((await throughline.messages.list(id)).items.map(({ content }) => content)).toEqual([
    "Hello Ada.",
    "Where is the login?",
    "Where was I?",
  ]);
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
