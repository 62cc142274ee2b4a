/** As much of JSON Schema as the API's description uses; a keyword it does not know is an error. */

type Schema = Readonly<Record<string, unknown>>;
type Schemas = Readonly<Record<string, Schema>>;
type Check = (value: unknown, rule: unknown, schema: Schema, schemas: Schemas) => readonly string[];

/** What is wrong with a value, by path; empty when it fits. */
export function checkJsonSchema(value: unknown, schema: Schema, schemas: Schemas): readonly string[] {
  return Object.entries(schema).flatMap(([keyword, rule]) => {
    const check = checks[keyword];
    if (check === undefined) throw new Error(`Unknown keyword of JSON Schema: ${keyword}`);
    return check(value, rule, schema, schemas);
  });
}

const prefix = "#/components/schemas/";

const checks: Readonly<Record<string, Check>> = {
  $ref: (value, rule, _schema, schemas) => {
    const target = schemas[String(rule).slice(prefix.length)];
    if (target === undefined || !String(rule).startsWith(prefix))
      throw new Error(`No schema ${String(rule)}`);
    return checkJsonSchema(value, target, schemas);
  },
  type: (value, rule) =>
    failUnless(
      [rule].flat().some((type) => isOfType(value, String(type))),
      `is no ${String(rule)}`,
    ),
  enum: (value, rule) => failUnless((rule as unknown[]).includes(value), "is none of the values"),
  const: (value, rule) => failUnless(value === rule, "is not the value"),
  minimum: (value, rule) => failUnless(typeof value !== "number" || value >= Number(rule), "is too small"),
  maximum: (value, rule) => failUnless(typeof value !== "number" || value <= Number(rule), "is too large"),
  minLength: (value, rule) =>
    failUnless(typeof value !== "string" || value.length >= Number(rule), "is too short"),
  maxLength: (value, rule) =>
    failUnless(typeof value !== "string" || value.length <= Number(rule), "is too long"),
  minItems: (value, rule) => failUnless(!Array.isArray(value) || value.length >= Number(rule), "has too few"),
  maxItems: (value, rule) =>
    failUnless(!Array.isArray(value) || value.length <= Number(rule), "has too many"),
  pattern: (value, rule) =>
    failUnless(
      typeof value !== "string" || new RegExp(String(rule), "u").test(value),
      "does not fit the pattern",
    ),
  format: (value, rule) =>
    failUnless(rule === "date-time" && !Number.isNaN(Date.parse(String(value))), `is no ${String(rule)}`),
  anyOf: checkOptions,
  // A variant's options differ by their type: where one fits, no other does.
  oneOf: checkOptions,
  required: (value, rule) =>
    isObject(value)
      ? (rule as string[]).filter((name) => !Object.hasOwn(value, name)).map((name) => `.${name} is missing`)
      : [],
  properties: (value, rule, _schema, schemas) =>
    isObject(value)
      ? Object.entries(rule as Schemas).flatMap(([name, schema]) =>
          Object.hasOwn(value, name) ? under(`.${name}`, checkJsonSchema(value[name], schema, schemas)) : [],
        )
      : [],
  additionalProperties: (value, rule, schema, schemas) => {
    if (!isObject(value) || rule === true) return [];
    const known = new Set(Object.keys(schema.properties ?? {}));
    const others = Object.keys(value).filter((name) => !known.has(name));
    if (rule === false) return others.map((name) => `.${name} is unknown`);
    return others.flatMap((name) => under(`.${name}`, checkJsonSchema(value[name], rule as Schema, schemas)));
  },
  propertyNames: (value, rule, _schema, schemas) =>
    isObject(value)
      ? Object.keys(value).flatMap((name) =>
          under(`.${name}`, checkJsonSchema(name, rule as Schema, schemas)),
        )
      : [],
  items: (value, rule, _schema, schemas) =>
    Array.isArray(value)
      ? value.flatMap((item, index) => under(`[${index}]`, checkJsonSchema(item, rule as Schema, schemas)))
      : [],
};
function checkOptions(value: unknown, rule: unknown, _schema: Schema, schemas: Schemas): readonly string[] {
  const fits = (rule as Schema[]).some((option) => checkJsonSchema(value, option, schemas).length === 0);
  return failUnless(fits, "fits no option");
}

function failUnless(fits: boolean, problem: string): readonly string[] {
  return fits ? [] : [` ${problem}`];
}

function under(path: string, problems: readonly string[]): readonly string[] {
  return problems.map((problem) => path + problem);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isOfType(value: unknown, type: string): boolean {
  if (type === "null") return value === null;
  if (type === "array") return Array.isArray(value);
  if (type === "object") return isObject(value);
  if (type === "integer") return Number.isInteger(value);
  return typeof value === type;
}
