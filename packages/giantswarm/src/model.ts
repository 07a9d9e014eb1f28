import type { Constructable, ReturnType } from './convert.ts';
import { convertToType } from './convert.ts';

/** A model's constructor. Instances are plain: fields read `undefined` until set, and only set ones are sent. */
export interface Model<T> extends Constructable<T> {
  new (): T;
  (this: unknown): void;
  prototype: T;
  /**
   * Copies the known keys of `data` (by the wire's names or their camelCase aliases), converted to their types;
   * null stays null, unknown keys are dropped. Without data gives back `obj`.
   */
  constructFromObject(data: unknown, obj?: T): T;
}

/** The documented camelCase spelling of a wire name: `password_base64` → `passwordBase64`. */
function aliasOf(wireName: string): string {
  return wireName.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase());
}

/** Makes the constructor of a model with these fields. Each alias reads and writes its wire name. */
export function defineModel<T extends object>(name: string, fields: Record<string, ReturnType>): Model<T> {
  // a function and not a class: old programs inherit with `Model.call(this)`
  function plain() {}
  const model = plain as unknown as Model<T>;
  Object.defineProperty(model, 'name', { value: name });
  const table = Object.entries(fields).map(([field, type]) => ({ field, type, alias: aliasOf(field) }));
  for (const { field, alias } of table) {
    (model.prototype as Record<string, unknown>)[field] = undefined;
    if (alias === field) continue;
    Object.defineProperty(model.prototype, alias, {
      configurable: true,
      get(this: Record<string, unknown>) {
        return this[field];
      },
      set(this: Record<string, unknown>, value: unknown) {
        this[field] = value;
      },
    });
  }
  model.constructFromObject = (data, obj) => {
    if (!data) return obj as T;
    const source = data as Record<string, unknown>;
    const target = (obj ?? new model()) as Record<string, unknown>;
    for (const { field, type, alias } of table) {
      const key = Object.hasOwn(source, field) ? field : alias;
      if (Object.hasOwn(source, key)) target[field] = convertToType(source[key], type);
    }
    return target as T;
  };
  return model;
}

/**
 * A body with aliases turned into wire names; the same object when it has none. Where both spellings stand,
 * the wire's wins. Strings and everything that is no object pass untouched.
 */
export function toWire(body: unknown, model: Model<object>): unknown {
  if (typeof body !== 'object' || body === null) return body;
  let wire = body as Record<string, unknown>;
  for (const field of Object.keys(model.prototype)) {
    const alias = aliasOf(field);
    if (alias === field || !Object.hasOwn(wire, alias)) continue;
    const { [alias]: value, ...rest } = wire;
    wire = { [field]: value, ...rest };
  }
  return wire;
}
