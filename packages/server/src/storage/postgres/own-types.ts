import pg from 'pg';

const { BYTEA, INT8 } = pg.types.builtins;

/**
 * What values become: `bigint` a number, since what is stored there are safe integers; `bytea` bytes of their own, since a
 * Buffer is a view on much more, which would go along to wherever it is sent.
 */
export const ownTypes = {
  getTypeParser(oid: number, format: 'text') {
    const parse = pg.types.getTypeParser(oid, format) as (text: string) => unknown;
    if (oid === INT8) return Number;
    return oid === BYTEA ? (text: string) => Uint8Array.from(parse(text) as Buffer) : parse;
  },
} as pg.CustomTypesConfig;
