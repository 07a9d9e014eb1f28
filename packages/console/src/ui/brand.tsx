import icon from '../icon.svg';

export function Brand({ installation }: { installation: string }) {
  return (
    <p class="brand">
      <img src={icon} alt="" width="28" height="28" />
      <span class="brand-name">Guardbee</span>
      <span class="brand-place">{installation}</span>
    </p>
  );
}
