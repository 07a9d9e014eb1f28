import { Refusal } from '../errors.ts';

/**
 * A group's name: printable, no comma (groups travel in one header, separated by commas), not `system:`, which is how
 * Kubernetes names its own.
 */
export const GROUP_PATTERN = '^(?!system:)[^\\p{C}\\p{Z},]([^\\p{C},]{0,98}[^\\p{C}\\p{Z},])?$';
export const MOST_GROUPS = 100;

const GROUP = new RegExp(GROUP_PATTERN, 'u');

/** Groups as they are kept: sorted, each once. Throws `INVALID_INPUT`. */
export function checkGroups(groups: unknown): string[] {
  const isGroup = (group: unknown): group is string => typeof group === 'string' && GROUP.test(group);
  if (!Array.isArray(groups) || groups.length > MOST_GROUPS || !groups.every(isGroup)) {
    throw new Refusal('INVALID_INPUT', {
      message: `'groups' must be ${MOST_GROUPS} names at most, of up to 100 characters, without commas.`,
    });
  }
  return [...new Set(groups)].sort();
}
