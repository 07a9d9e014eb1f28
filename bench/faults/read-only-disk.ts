import { type Fault, Findings } from './fault.ts';
import { needs, tamper, withService } from './services.ts';
import { whileWritesFail } from './writes-fail.ts';

/** Each write to the database's files fails as on a file system that the kernel has turned read-only. */
export const readOnlyDisk: Fault = {
  name: 'disk turns read-only',
  promise: 'writes get 503 within 2 s and have not happened, verification goes on; back without a restart',
  trials: 20,
  async run(trials) {
    needs('strace', 'strace');
    const found = new Findings();
    await withService(async ({ url, pid }) => {
      for (let trial = 0; trial < trials; trial += 1)
        await whileWritesFail(url, found, async () => ({
          mend: await tamper(pid, 'pwrite64,fdatasync,fsync,ftruncate', 'error=EROFS'),
        }));
    });
    return found.outcome();
  },
};
