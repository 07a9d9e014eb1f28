/** A status as its number, in the colour of what it means. */
export function Status({ status }: { status: number | undefined }) {
  const code = status ?? 0;
  const tone = code >= 500 ? 'badge-bad' : code >= 400 ? 'badge-accent' : 'badge-good';
  const meaning = code >= 500 ? 'failed' : code >= 400 ? 'refused' : 'done';
  return (
    <span class={`badge ${tone}`}>
      {code} {meaning}
    </span>
  );
}
