/**
 * So far ahead the feed of changes of a restored or moved database begins: further than the one from before can have come since, so
 * that no position in that one is taken for one in this.
 */
export const LEAP = 1_000_000_000;
