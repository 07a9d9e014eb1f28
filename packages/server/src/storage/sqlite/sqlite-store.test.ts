import { examineStore } from '../store-contract.ts';
import { openSqliteRoom } from './sqlite-room.test-support.ts';

examineStore('SQLite', openSqliteRoom);
