/** An audit event's details in a line: `reason=wrong_password count=3`. */
export function detailsText(details: Readonly<Record<string, unknown>> | undefined): string {
  return Object.entries(details ?? {})
    .map(([name, value]) => `${name}=${Array.isArray(value) ? value.join(',') : textOf(value)}`)
    .join(' ');
}

function textOf(value: unknown): string {
  return typeof value === 'object' && value !== null ? JSON.stringify(value) : String(value);
}
