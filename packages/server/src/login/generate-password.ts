import { newId } from '../ids.ts';

/** A password nobody has to invent: four groups of five letters and digits, 100 random bits. */
export function generatePassword(): string {
  const text = (newId() + newId()).slice(0, 20);
  return [0, 5, 10, 15].map((start) => text.slice(start, start + 5)).join('-');
}
