import { auditApi, doing } from '../lib/api.ts';
import { Icon } from '../ui/icon.tsx';
import { Menu } from '../ui/menu.tsx';
import { tell, tellFailure } from '../ui/toasts.tsx';

/** Saves the whole trail as a file. */
export function ExportMenu() {
  return (
    <Menu
      label="Export"
      class="button"
      items={[
        { label: 'NDJSON, to be verified offline', act: () => save('ndjson') },
        { label: 'CSV, for a spreadsheet', act: () => save('csv') },
      ]}
    >
      <Icon name="down" />
      Export
    </Menu>
  );
}

async function save(format: 'ndjson' | 'csv'): Promise<void> {
  try {
    const stream = await auditApi.exportAuditEvents({ ...doing('export-audit-events'), format });
    const url = URL.createObjectURL(await new Response(stream).blob());
    const link = document.createElement('a');
    link.href = url;
    link.download = `audit-events.${format}`;
    link.click();
    // The browser has taken hold of it by then.
    setTimeout(() => URL.revokeObjectURL(url), 60_000);
    tell('The audit trail has been saved.');
  } catch (error) {
    tellFailure('The audit trail could not be exported', error);
  }
}
