/** Layouts by rows, each one half a key to the right of the row above. A dot is no key. */
const LAYOUTS = [
  ['1234567890-=', 'qwertyuiop[]', "asdfghjkl;'", 'zxcvbnm,./'],
  ['1234567890ß', 'qwertzuiopü', 'asdfghjklöä', 'yxcvbnm,.-'],
  ['1234567890', 'azertyuiop', 'qsdfghjklm', 'wxcvbn'],
].map((rows) => {
  const places = new Map<string, readonly [number, number]>();
  for (const [row, keys] of rows.entries())
    for (const [column, key] of [...keys].entries()) places.set(key, [row, column]);
  return places;
});

/** Nobody walks further without turning back. */
const LONGEST = 30;

const SHIFTED = '!@#$%^&*()';
const unshift = (key: string): string => {
  const at = SHIFTED.indexOf(key);
  return at < 0 ? key : String((at + 1) % 10);
};

/**
 * The longest way over neighbouring keys from `start` on: where it ends (`start` when there is none) and how often it
 * changes its direction.
 */
export function keyboardWalk(text: string, start: number): { end: number; turns: number } {
  let best = { end: start, turns: 0 };
  for (const places of LAYOUTS) {
    let [end, turns, direction] = [start, 0, ''];
    for (let from = places.get(unshift(text.charAt(start))); from !== undefined && end - start < LONGEST; ) {
      const to = places.get(unshift(text.charAt(end + 1)));
      const step = to === undefined ? undefined : `${to[0] - from[0]},${to[1] - from[1]}`;
      if (step === undefined || !/^(?:0,-?1|1,-1|1,0|-1,0|-1,1)$/.test(step)) break;
      if (step !== direction && direction !== '') turns += 1;
      direction = step;
      end += 1;
      from = to;
    }
    if (end > start && end + 1 > best.end) best = { end: end + 1, turns };
  }
  return best;
}
