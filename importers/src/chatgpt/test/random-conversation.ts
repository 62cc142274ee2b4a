import * as fc from "fast-check";

/** A conversation of random shape: each node follows one before it, or none. */
export interface RandomConversation {
  readonly id: string;
  readonly nodes: readonly RandomNode[];
  readonly current: string;
}

export interface RandomNode {
  readonly key: string;
  readonly parent: string | null;
  /** Empty: the node says nothing. */
  readonly text: string;
}

/** A conversation of up to so many nodes. */
export function randomConversation(id: string, most = 20): fc.Arbitrary<RandomConversation> {
  const node = fc.record({ follows: fc.nat(), isRoot: fc.integer({ min: 0, max: 9 }), isEmpty: fc.nat(5) });
  return fc.tuple(fc.array(node, { minLength: 1, maxLength: most }), fc.nat()).map(([shapes, current]) => {
    const nodes = shapes.map(({ follows, isRoot, isEmpty }, index) => ({
      key: `${id}-${index}`,
      parent: index === 0 || isRoot === 0 ? null : `${id}-${follows % index}`,
      text: isEmpty === 0 ? "" : `said ${index}`,
    }));
    return { id, nodes, current: `${id}-${current % nodes.length}` };
  });
}

/** As ChatGPT writes it, with its first nodes only where a number is given. */
export function exported({ id, nodes, current }: RandomConversation, updatedAt = 1): unknown {
  const mapping = nodes.map(({ key, parent, text }, index) => [
    key,
    {
      id: key,
      parent,
      children: nodes.filter((node) => node.parent === key).map((node) => node.key),
      message: {
        id: key,
        author: { role: index % 2 === 0 ? "user" : "assistant" },
        create_time: 1_767_225_600 + index,
        content: { content_type: "text", parts: [text] },
        recipient: "all",
      },
    },
  ]);
  return {
    conversation_id: id,
    title: id,
    update_time: updatedAt,
    current_node: current,
    mapping: Object.fromEntries(mapping) as unknown,
  };
}

/** What is shown of it: the path that ends at its current node, or at the last one where that path says nothing. */
export function shownPath({ nodes, current }: RandomConversation): readonly string[] {
  const pathTo = (key: string): readonly RandomNode[] => {
    const node = nodes.find((one) => one.key === key);
    if (node === undefined) return [];
    return [...(node.parent === null ? [] : pathTo(node.parent)), node].filter(({ text }) => text !== "");
  };
  return pathTo(current).map(({ key }) => key);
}
