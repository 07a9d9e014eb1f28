import { after, before } from 'node:test';
import { start, stop } from './stage.ts';
import './walks/session.ts';
import './walks/tokens.ts';
import './walks/users.ts';
import './walks/trails.ts';
import './walks/looks.ts';
import './walks/nodes.ts';

/** The console in a real Chromium, against the real service. */

before(start);
after(stop);
