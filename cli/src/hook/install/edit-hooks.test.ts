import { describe, expect, test } from "vitest";
import { type WantedHook, addHooks, removeHooks } from "./edit-hooks.ts";
import { isHookCommand } from "./hook-command.ts";

const wanted: readonly WantedHook[] = [
  { event: "PostToolUse", matcher: "Read|Edit" },
  { event: "Stop", matcher: undefined },
];
const command = "throughline hook";

const others = `{
    "model": "x",  "odd":[1,2 ,3],
    "hooks": {
        "PostToolUse": [
            { "matcher": "Bash", "hooks": [ { "type": "command", "command": "echo throughline hook" } ] }
        ],
        "Notification": []
    },
    "env": { "A": "\\"{}\\u00e4" }
}
`;

const texts = {
  "an empty object": "{}\n",
  "an object of others": '{\n  "model": "x"\n}\n',
  "hooks of others": others,
  "tabs and Windows lines":
    '{\r\n\t"a": {},\r\n\t"hooks": {\r\n\t\t"Stop": [\r\n\t\t\t{}\r\n\t\t]\r\n\t}\r\n}\r\n',
  "one line": '{"a":1,"hooks":{"Stop":[{"hooks":[{"type":"command","command":"true"}]}]}}',
};

describe.each(Object.entries(texts))("%s", (_, text) => {
  test("gets the hooks once, keeps what it was, and is the same again without them", () => {
    const added = addHooks(text, wanted, command);
    expect(addHooks(added, wanted, command)).toBe(added);
    const { hooks, ...rest } = JSON.parse(added) as { hooks: Record<string, unknown[]> };
    expect(rest).toEqual(withoutHooks(text));
    const handler = { type: "command", command, timeout: 10 };
    expect(hooks["PostToolUse"]?.at(-1)).toEqual({ matcher: "Read|Edit", hooks: [handler] });
    expect(hooks["Stop"]?.at(-1)).toEqual({ hooks: [handler] });
    expect(removeHooks(added)).toBe(text);
    // Every line of before is there, but for a comma behind it.
    const isOnLines = text.includes("\n") && text !== "{}\n";
    expect(linesOf(added)).toEqual(expect.arrayContaining(isOnLines ? linesOf(text) : []));
  });

  test("loses the hooks of an older installation", () => {
    const old = addHooks(
      text,
      [{ event: "SessionEnd", matcher: undefined }, ...wanted],
      "'/old node/node' '/old/throughline.js' hook",
    );
    expect(addHooks(old, wanted, command)).toBe(addHooks(text, wanted, command));
  });
});

function linesOf(text: string): string[] {
  return text.split("\n").map((line) => line.replace(/,?\r?$/, ""));
}

function withoutHooks(text: string): unknown {
  const { hooks: _, ...rest } = JSON.parse(text) as Record<string, unknown>;
  return rest;
}

test("a hook of ours among others in one group goes alone", () => {
  const mixed =
    '{"hooks": {"Stop": [{"hooks": [{"command": "a"}, {"command": "throughline hook"}, {"command": "b"}]}]}}';
  expect(removeHooks(mixed)).toBe('{"hooks": {"Stop": [{"hooks": [{"command": "a"}, {"command": "b"}]}]}}');
});

test.each([
  ["[]", "no JSON object"],
  ['{"hooks": []}', "hooks is no object"],
  ['{"hooks": {"Stop": {}}}', "hooks.Stop is no list"],
  ['{"a": 1, // why\n}', "JSON"],
  ["{", "JSON"],
])("%s is refused", (text, message) => {
  expect(() => addHooks(text, wanted, command)).toThrow(message);
  expect(() => removeHooks(text)).toThrow(message);
});

test.each([
  ["throughline hook", true],
  ["throughline hook --store 'sqlite:/a b.db'", true],
  ["/usr/bin/node /opt/throughline/bin/throughline.js hook", true],
  [String.raw`"C:\Program Files\nodejs\node.exe" "C:\npm\throughline.cmd" hook`, true],
  ["throughline hook; rm x", false],
  ["throughline search hook", false],
  ["echo throughline hook", false],
  ["my-throughline hook", false],
  [undefined, false],
])("whether %s is one of ours: %s", (text, isOurs) => {
  expect(isHookCommand(text)).toBe(isOurs);
});
