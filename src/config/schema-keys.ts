/** Which keys a schema knows at a path: for "did you mean" beside a key that it does not. */
import { z } from 'zod';

/** Keys of the object at `path`, through optional, default, transform, record and list; none: no object. */
export function keysAt(schema: z.core.$ZodType, path: readonly PropertyKey[]): readonly string[] {
  let reached: readonly z.core.$ZodType[] = unwrap(schema);
  for (const step of path) reached = reached.flatMap((each) => below(each, step)).flatMap(unwrap);
  const keys = reached.flatMap((each) =>
    each instanceof z.ZodObject ? Object.keys(each.shape) : [],
  );
  // A union's objects share keys.
  return [...new Set(keys)];
}

/** What a schema wants of the value at a key or an index. */
export function below(schema: z.core.$ZodType, step: PropertyKey): readonly z.core.$ZodType[] {
  if (schema instanceof z.ZodObject) {
    const shape: Readonly<Record<string, z.core.$ZodType>> = schema.shape;
    const child = Object.hasOwn(shape, step) ? shape[String(step)] : undefined;
    return child === undefined ? [] : [child];
  }
  if (schema instanceof z.ZodRecord) return [schema.valueType];
  if (schema instanceof z.ZodArray) return [schema.element];
  return [];
}

/** The schemas that a value is held against before anything is made of it; of a union all. */
export function unwrap(schema: z.core.$ZodType): readonly z.core.$ZodType[] {
  if (schema instanceof z.ZodPipe) return unwrap(schema.in);
  if (
    schema instanceof z.ZodOptional ||
    schema instanceof z.ZodNullable ||
    schema instanceof z.ZodDefault ||
    schema instanceof z.ZodPrefault
  ) {
    return unwrap(schema.unwrap());
  }
  if (schema instanceof z.ZodUnion) return schema.options.flatMap(unwrap);
  return [schema];
}
