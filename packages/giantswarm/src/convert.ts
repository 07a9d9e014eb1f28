/**
 * Values of the wire into values of the program. Loose on purpose: old programs rely on these conversions.
 * Where a shape is plainly wrong the error says so, instead of a broken value travelling on.
 */

/** A constructor that can fill itself from plain data: every model of this package. */
export interface Constructable<T = unknown> {
  constructFromObject(data: unknown, obj?: T): T;
}

/**
 * What a reply or field is to become: a simple type's name (`Stream`: the body unread, for replies only), a model, `Object` (as it is), `[T]` for a list,
 * `{ String: T }` for a map; null for nothing.
 */
export type ReturnType =
  | 'Boolean'
  | 'Integer'
  | 'Number'
  | 'String'
  | 'Date'
  | 'Blob'
  | 'Stream'
  | Constructable
  | ObjectConstructor
  | readonly [ReturnType]
  | { readonly [keyType: string]: ReturnType }
  | null
  | undefined;

/**
 * Reads an ISO 8601 or RFC 3339 date-time. Invalid text gives an invalid `Date`, as `new Date()` does.
 * `0001-01-01T00:00:00Z`, the service's "never", stays in the year 1.
 */
export function parseDate(text: string): Date {
  return new Date(text);
}

/**
 * Converts `data` to `type`. null and undefined stay what they are; an unknown type gives `data` unchanged.
 *
 * @throws TypeError when a list is expected and something else came
 */
// biome-ignore lint/suspicious/noExplicitAny: what comes out depends on a value, not on a type
export function convertToType(data: any, type: ReturnType): any {
  if (data === null || data === undefined) return data;
  if (type === 'Boolean') return Boolean(data);
  if (type === 'Integer') return Number.parseInt(data, 10);
  if (type === 'Number') return Number.parseFloat(data);
  if (type === 'String') return String(data);
  if (type === 'Date') return data instanceof Date ? data : parseDate(String(data));
  if (type === null || type === undefined || type === Object || typeof type === 'string') return data;
  if (isConstructable(type)) return type.constructFromObject(data);
  if (isListType(type)) {
    if (!Array.isArray(data)) throw new TypeError('A list was expected where the data holds something else');
    return data.map((item) => convertToType(item, type[0]));
  }
  const [keyType, valueType] = Object.entries(type)[0] ?? [];
  // fromEntries defines properties: a key `__proto__` stays data
  return Object.fromEntries(
    Object.entries(data).map(([key, value]) => [
      convertToType(key, keyType as ReturnType),
      convertToType(value, valueType),
    ]),
  );
}

/** Copies a list or map into `obj`, each item converted to `itemType`; returns `obj`. */
export function constructFromObject<T extends object>(data: unknown, obj: T, itemType: ReturnType): T {
  for (const [key, value] of Object.entries(data as object)) {
    Object.defineProperty(obj, key, {
      value: convertToType(value, itemType),
      writable: true,
      enumerable: true,
      configurable: true,
    });
  }
  return obj;
}

/** Whether `type` is a model (or anything else with `constructFromObject`). */
export function isConstructable(type: ReturnType): type is Constructable {
  return typeof type === 'function' && type !== Object;
}

/** Whether `type` is `[T]`. */
export function isListType(type: ReturnType): type is readonly [ReturnType] {
  return Array.isArray(type);
}
