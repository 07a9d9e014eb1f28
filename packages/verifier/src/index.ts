export { createVerifier, type Verifier } from './create-verifier.ts';
export type { About } from './introspect.ts';
export type { VerifierOptions } from './options.ts';
export type { Principal } from './principal.ts';
export { isVerifierUnavailable, VerifierUnavailable } from './unavailable.ts';
