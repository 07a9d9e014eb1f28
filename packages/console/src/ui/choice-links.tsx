/** A choice between a few views of the same thing; each one is an address. */
export function ChoiceLinks({
  label,
  options,
}: {
  label: string;
  options: readonly { readonly text: string; readonly href: string; readonly isChosen: boolean }[];
}) {
  return (
    <nav class="switch" aria-label={label}>
      {options.map(({ text, href, isChosen }) => (
        <a key={text} class="switch-link" href={href} {...(isChosen ? { 'aria-current': 'true' } : {})}>
          {text}
        </a>
      ))}
    </nav>
  );
}
