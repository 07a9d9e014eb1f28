import { parentPort, threadId, workerData } from 'node:worker_threads';
import { openChain } from './audit-chain.ts';
import { openForWriting } from './connection.ts';
import { DiskReserve } from './disk-reserve.ts';
import { commitDespiteFullDisk } from './full-disk.ts';
import { kindOf } from './sqlite-error.ts';
import { type FromThread, openWait, type ToThread, type WriterData } from './writer-protocol.ts';

/**
 * The one place that writes. It runs on its own thread, because a durable commit waits for the disk, and that wait
 * must not hold up the requests on the main thread.
 */
const port = parentPort;
if (port === null) throw new Error('writer-thread.ts is started by writer-link.ts, as a worker');
const { path, reserveBytes, signer } = workerData as WriterData;
const tell = (message: FromThread): void => port.postMessage(message);

try {
  const db = openForWriting(path, openWait);
  openChain(db, signer);
  const synchronous = Number(db.prepare('PRAGMA synchronous').get()?.synchronous);
  // From here on group-commit.ts does the waiting.
  db.exec('PRAGMA busy_timeout = 0');
  const reserve = new DiskReserve(`${path}-reserve`, reserveBytes, (text) =>
    tell({ message: 'warning', text }),
  );
  reserve.ensure();
  port.on('message', (message: ToThread) => {
    if (message === 'close') {
      db.close();
      port.close();
    } else {
      const { calls, lockWait } = message;
      tell({ message: 'committed', outcomes: commitDespiteFullDisk(db, calls, lockWait, reserve) });
    }
  });
  tell({ message: 'ready', threadId, synchronous });
} catch (error) {
  tell({ message: 'failed', kind: kindOf(error), error });
}
