/** Puts our hooks into a tool's settings, and takes them out. All else in the text stays as it is. */
import { isHookCommand } from "./hook-command.ts";
import { type JsonNode, addChild, memberOf, readJsonText, removeChild } from "./json-text.ts";

/** One of a tool's events that we want to hear of. */
export interface WantedHook {
  readonly event: string;
  /** Which tools; undefined: the event is about none. */
  readonly matcher: string | undefined;
}

/** A shape of settings that we would spoil by writing into it. */
export class UnknownSettings extends Error {}

/** The text with each of the hooks once, and none of ours from before. It is the same text where they are there. */
export function addHooks(text: string, wanted: readonly WantedHook[], command: string): string {
  if (isThere(readSettings(text), wanted, command)) return text;
  let changed = removeHooks(text);
  for (const { event, matcher } of wanted) {
    const handler = { type: "command", command, timeout: 10 };
    const group = { ...(matcher === undefined ? undefined : { matcher }), hooks: [handler] };
    const root = readSettings(changed);
    const hooks = memberOf(root, "hooks");
    const groups = memberOf(hooks, event);
    if (hooks === undefined) changed = addChild(changed, root, "hooks", { [event]: [group] });
    else if (groups === undefined) changed = addChild(changed, hooks, event, [group]);
    else changed = addChild(changed, groups, undefined, group);
  }
  return changed;
}

/** The text without our hooks, and without what they leave empty. */
export function removeHooks(text: string): string {
  let changed = text;
  for (;;) {
    const root = readSettings(changed);
    const place = findOurs(root)[0];
    if (place === undefined) return changed;
    // The innermost that has more than what goes.
    const { node, index } = place.findLast(({ node: { children } }) => children.length > 1) ?? {
      node: root,
      index: root.children.findLastIndex(({ key }) => key === "hooks"),
    };
    changed = removeChild(changed, node, index);
  }
}

/** A child, by what it lies in. */
interface Place {
  readonly node: JsonNode;
  readonly index: number;
}

/** For each of our commands the way to it: in the hooks, in those of an event, in those of a group. */
function findOurs(root: JsonNode): readonly (readonly Place[])[] {
  const hooks = memberOf(root, "hooks");
  return (hooks?.children ?? []).flatMap(({ node: groups }, event) =>
    groups.children.flatMap(({ node: group }, at) =>
      (memberOf(group, "hooks")?.children ?? []).flatMap(({ node: handler }, index) => {
        if (hooks === undefined || !isHookCommand(memberOf(handler, "command")?.value)) return [];
        const handlers = memberOf(group, "hooks") ?? group;
        return [
          [
            { node: hooks, index: event },
            { node: groups, index: at },
            { node: handlers, index },
          ],
        ];
      }),
    ),
  );
}

function isThere(root: JsonNode, wanted: readonly WantedHook[], command: string): boolean {
  const found = findOurs(root).map((places) => {
    const [hooks, groups, handlers] = places;
    const group = groups?.node.children[groups.index]?.node;
    return JSON.stringify([
      hooks?.node.children[hooks.index]?.key,
      memberOf(group, "matcher")?.value ?? null,
      memberOf(handlers?.node.children[handlers.index]?.node, "command")?.value,
    ]);
  });
  const sought = wanted.map(({ event, matcher }) => JSON.stringify([event, matcher ?? null, command]));
  return found.length === sought.length && sought.every((one) => found.includes(one));
}

/** @throws UnknownSettings; SyntaxError */
function readSettings(text: string): JsonNode {
  const root = readJsonText(text);
  if (!isObject(root.value)) throw new UnknownSettings("they are no JSON object");
  const hooks = memberOf(root, "hooks");
  if (hooks !== undefined && !isObject(hooks.value)) throw new UnknownSettings("hooks is no object");
  for (const { key, node } of hooks?.children ?? []) {
    if (!Array.isArray(node.value)) throw new UnknownSettings(`hooks.${key} is no list`);
  }
  return root;
}

function isObject(value: unknown): boolean {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
