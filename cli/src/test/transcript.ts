/** Lines of a Claude Code session: as many prompts, each with its answer. */
export function transcript(session: string, prompts: number): string {
  return Array.from({ length: prompts }, (_, index) => exchange(session, index)).join("");
}

function exchange(session: string, index: number): string {
  const prompt = `${session}-u${index}`;
  const answer = `${session}-a${index}`;
  return [
    {
      ...record(session, prompt, index === 0 ? null : `${session}-a${index - 1}`),
      type: "user",
      message: { role: "user", content: `Where do I plant bulb number ${index}?` },
    },
    {
      ...record(session, answer, prompt),
      type: "assistant",
      message: {
        id: `m-${answer}`,
        type: "message",
        role: "assistant",
        model: "claude-x",
        content: [{ type: "text", text: `Bulb ${index} goes behind the shed.` }],
        usage: { input_tokens: 10, output_tokens: 5 },
      },
    },
  ]
    .map((line) => `${JSON.stringify(line)}\n`)
    .join("");
}

function record(session: string, uuid: string, parentUuid: string | null): object {
  return {
    parentUuid,
    isSidechain: false,
    userType: "external",
    cwd: "/home/mara/garden",
    sessionId: session,
    version: "2.1.40",
    uuid,
    timestamp: "2026-03-04T09:00:00.000Z",
  };
}
