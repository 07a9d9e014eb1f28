/** Parameters of a call, on their way into a path, query, header or form. */

/** Separators of list parameters (Swagger 2.0, `collectionFormat`); `multi` repeats the parameter instead. */
export const CollectionFormatEnum = { CSV: ',', SSV: ' ', TSV: '\t', PIPES: '|', MULTI: 'multi' };

/** The names `buildCollectionParam` takes. */
export type CollectionFormat = 'csv' | 'ssv' | 'tsv' | 'pipes' | 'multi';

/** null and undefined give `''`, a Date its ISO text, everything else its `toString()`. */
export function paramToString(param: unknown): string {
  if (param === null || param === undefined) return '';
  if (param instanceof Date) return param.toJSON();
  return (param as object).toString();
}

/** Whether the value is sent as a file: Blob, File, Buffer or other bytes, or a readable stream of Node. */
export function isFileParam(param: unknown): boolean {
  return (
    (typeof Blob === 'function' && param instanceof Blob) ||
    param instanceof Uint8Array ||
    typeof (param as { pipe?: unknown } | null | undefined)?.pipe === 'function'
  );
}

/**
 * One text for a list, or the list of texts for `multi`; null for null.
 *
 * @throws Error `Unknown collection format: …`
 */
export function buildCollectionParam(
  list: readonly unknown[] | null | undefined,
  format: CollectionFormat,
  toText: (param: unknown) => string = paramToString,
): string | string[] | null {
  if (list === null || list === undefined) return null;
  const texts = list.map((item) => toText(item));
  const name = String(format).toUpperCase() as keyof typeof CollectionFormatEnum;
  if (format !== String(format).toLowerCase() || !Object.hasOwn(CollectionFormatEnum, name)) {
    throw new Error(`Unknown collection format: ${format}`);
  }
  return name === 'MULTI' ? texts : texts.join(CollectionFormatEnum[name]);
}

/** `application/json`, with or without parameters, in any case (RFC 9110 §8.3.1). */
export function isJsonMime(contentType: string | null | undefined): boolean {
  return /^application\/json\s*(;.*)?$/i.test(contentType ?? '');
}
