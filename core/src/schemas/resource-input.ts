/** What a caller gives about resources: files and other content that sessions touch. */
import * as v from "valibot";
import { withJsonNames } from "./json-names.ts";
import { pageSize } from "./page-size.ts";
import { cleanText, label } from "./text.ts";
import { time } from "./time.ts";

const accessKinds = ["VIEW", "EDIT", "EXECUTE", "REFERENCE"] as const;
export type AccessKind = (typeof accessKinds)[number];

export const resourceTypes = ["code", "documentation", "data", "config", "image", "other"] as const;
export type ResourceType = (typeof resourceTypes)[number];

/** Bytes of UTF-8 that a path may have. */
const pathBytes = 4_096;
/** Characters of content that are looked at. */
const contentLength = 1024 * 1024;

const scale = "must be a number from 0 to 1";

function scaleOf({ input }: { readonly input: number }): string {
  return Number.isInteger(input) && input > 1
    ? `${scale}: divide by the highest score that you give, so that 80 of 100 is 0.8`
    : scale;
}

/** How much something matters: from 0 to 1. */
export const importance = v.pipe(
  v.number(scale),
  v.finite(scale),
  v.minValue(0, scaleOf),
  v.maxValue(1, scaleOf),
);

export const accessKind = v.picklist(accessKinds, "must be VIEW, EDIT, EXECUTE or REFERENCE");

const typeNames = "must be code, documentation, data, config, image or other";
/** In any case; kept in lower case. */
const resourceType = v.pipe(
  v.string(typeNames),
  v.transform((name) => name.toLowerCase()),
  v.picklist(resourceTypes, typeNames),
);

/** A path is kept as it was given: two spellings are two resources. */
export const filePath = v.pipe(
  cleanText(pathBytes),
  v.nonEmpty("must not be empty"),
  v.check((path) => !climbs(path), "must not climb above where it begins"),
);

/** Whether `..` leads above the root of a path, or above the folder that a relative one begins in. */
function climbs(path: string): boolean {
  let depth = 0;
  for (const part of path.replace(/^[A-Za-z]:/, "").split(/[/\\]/)) {
    if (part === "..") depth -= 1;
    else if (part !== "" && part !== ".") depth += 1;
    if (depth < 0) return true;
  }
  return false;
}

export const wholeNumber = v.pipe(
  v.number("must be a number"),
  v.safeInteger("must be an integer"),
  v.minValue(0, "must not be negative"),
);

/** What is known of a resource; what is left out stays as it is. */
export const resourceFacts = {
  /** Default: found from path and content when the resource is first seen. */
  type: v.optional(resourceType),
  /** Bytes. */
  size: v.optional(wholeNumber),
  tokenCount: v.optional(wholeNumber),
  /** Of the content, as the caller computes it. */
  contentHash: v.optional(label),
};

/**
 * Its content. Type, hash and size are found in it where they are not given; tokens later. It is not kept: `keepContent`
 * does that, and takes more.
 */
export const resourceContent = v.optional(
  v.pipe(
    v.string("must be text"),
    v.maxLength(contentLength, `must have at most ${contentLength} characters`),
  ),
);

export const trackInput = v.strictObject({
  path: filePath,
  /** Default: null, no project. */
  project: v.optional(v.nullable(label)),
  ...resourceFacts,
  content: resourceContent,
  modifiedDuringSession: v.optional(v.boolean("must be true or false")),
  importance: v.optional(importance),
  /** When it was accessed. Default: now. */
  lastAccessed: v.optional(time),
});
export type TrackInput = v.InferInput<typeof trackInput>;

export const namedByPath = v.strictObject({
  path: filePath,
  /** Default: null, no project. */
  project: v.optional(v.nullable(label)),
});

export const resourceListInput = v.strictObject({
  /** `accessed`, most often first (default), or `recent`, last access first. */
  order: v.optional(v.picklist(["accessed", "recent"], "must be accessed or recent")),
  /** Only this project's; null: only those of none. Default: all. */
  project: v.optional(v.nullable(label)),
  type: v.optional(resourceType),
  /** Default: 50, at most 1,000. */
  limit: v.optional(pageSize),
  cursor: v.optional(v.string("must be text")),
});
export type ResourceListInput = v.InferInput<typeof resourceListInput>;

export const rankInput = v.pipe(
  v.strictObject({
    /** Only this project's; null: only those of none. Default: all. */
    project: v.optional(v.nullable(label)),
    /** Only those of this session, by what it did with them. */
    session: v.optional(label),
    type: v.optional(resourceType),
    /** Default: 50, at most 1,000. */
    limit: v.optional(pageSize),
    /** The time from which recency is reckoned. Default: now. */
    at: v.optional(time),
  }),
  v.forward(
    v.check(
      ({ project, session }) => project === undefined || session === undefined,
      "can't be given with a session, whose project it is",
    ),
    ["project"],
  ),
);
export type RankInput = v.InferInput<typeof rankInput>;

/** Ids in the words of the first schema of resources, whose keys are called `uuid`. */
export const logAccessInput = v.strictObject({
  resourceUuid: label,
  sessionUuid: label,
  accessType: accessKind,
  importance: v.optional(importance),
});
export type LogAccessInput = v.InferInput<typeof logAccessInput>;

/** Links that one call makes or changes. */
const linksAtOnce = 900;
const linkInput = v.strictObject({
  resourceUuid: label,
  /** From 0 to 1. Default: the score stays as it is. */
  importanceScore: v.optional(importance),
  /** Whether a model was shown it. Default: that stays as it is. */
  includedInContext: v.optional(v.boolean("must be true or false")),
});
const linkList = v.pipe(
  v.array(linkInput, "must be a list"),
  v.maxLength(linksAtOnce, `must have at most ${linksAtOnce} resources`),
);
export const linksInput = v.strictObject({ sessionUuid: label, resources: linkList });
export type LinksInput = v.InferInput<typeof linksInput>;

export const sessionResourcesInput = v.strictObject({
  /** Default: 50, at most 1,000. */
  limit: v.optional(pageSize),
  cursor: v.optional(v.string("must be text")),
});
export type SessionResourcesInput = v.InferInput<typeof sessionResourcesInput>;

/** What JSON calls those that records name otherwise. */
export const resourceNames = { project: "project_id", resourceUuid: "resource_id" } as const;

export const trackJson: v.GenericSchema = withJsonNames(trackInput, resourceNames);
/** A list may also be by importance: that is a ranking, which has no pages. */
export const resourceListJson: v.GenericSchema = withJsonNames(
  v.strictObject({
    ...resourceListInput.entries,
    order: v.optional(
      v.picklist(["accessed", "recent", "importance"], "must be accessed, recent or importance"),
    ),
  }),
  resourceNames,
);
export const linksJson: v.GenericSchema = withJsonNames(
  v.strictObject({ resources: linkList }),
  resourceNames,
);
export const sessionResourcesJson: v.GenericSchema = withJsonNames(
  v.strictObject({
    ...sessionResourcesInput.entries,
    order: v.optional(v.picklist(["recent", "importance"], "must be recent or importance")),
  }),
);
