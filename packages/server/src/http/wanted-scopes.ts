import { Refusal } from '../errors.ts';
import { SCOPE_PATTERN, satisfies } from '../tokens/scopes.ts';
import { Type } from './type.ts';

/** For services that ask about a token: what it must be good for. */
export const ScopeQuery = Type.Object({
  scope: Type.Optional(Type.Any({ description: 'Scopes, separated by spaces.' })),
});

const SCOPE = new RegExp(SCOPE_PATTERN);

/** Whether a token has all that the query asks for; throws where that is no list of scopes. */
export function hasWanted(scopes: readonly string[], query: unknown): boolean {
  return wantedScopes(query).every((scope) => satisfies(scopes, scope));
}

/** All that any `scope` parameter names: whoever can add one can only ask for more. */
function wantedScopes(query: unknown): string[] {
  const { scope } = query as { scope?: string | string[] };
  const wanted = [scope ?? []]
    .flat()
    .flatMap((text) => text.split(' '))
    .filter((name) => name !== '');
  if (wanted.some((name) => !SCOPE.test(name)))
    throw new Refusal('INVALID_INPUT', { message: 'scope is not a list of scopes.' });
  return wanted;
}
