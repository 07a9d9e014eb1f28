/**
 * The schema builder, by one name for the whole room: the build makes one file of it (see `build.ts`), since the package
 * it comes from is seven hundred, and reading them was a third of the service's start.
 */
export { type Static, type TSchema, Type } from 'typebox';
