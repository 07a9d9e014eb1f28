import { setTimeout as wait } from 'node:timers/promises';
import { type Moment, thisMoment } from '../clock.ts';
import { newId } from '../ids.ts';
import type { Bell, ClusterLink, Look, OpenLink } from '../storage/cluster-link.ts';
import type { WhatChanged } from '../storage/records.ts';
import { StoreUnavailable } from '../storage/store.ts';
import type { Acknowledgements } from './acknowledgements.ts';
import type { Lease } from './lease.ts';

export interface FollowerParts {
  readonly openLink: OpenLink;
  readonly lease: Lease;
  readonly acknowledgements: Acknowledgements;
  /** How the node is entered in the registry; undefined: it has no memory, and only watches. */
  readonly member: { readonly name: string; readonly leaseMs: number } | undefined;
  /** The longest time between two looks, in milliseconds. */
  readonly interval: number;
  readonly report: (error: unknown) => void;
  readonly now?: () => Moment;
}

/** Milliseconds between two tries to get a connection. */
const retryAfter = 100;

/** Changes that may wait to be taken in one by one. */
const mostPending = 10_000;

const nothing: readonly WhatChanged[] = [];

/**
 * Follows what changes in the database, by one look after the other: soon after somebody rang, and in any case often
 * enough for the lease. `docs/revocation.md` says why what follows from it holds.
 */
export class Follower {
  readonly #parts: Required<FollowerParts>;
  #pending: WhatChanged[] = [];
  #demands: Demand[] = [];
  #id: string | undefined;
  /** The snapshot of the latest look on this connection. */
  #snapshot: string | undefined;
  /** That look has found something: the others are told that it is taken in. */
  #hasNews = false;
  #isRung = false;
  #wake: () => void = () => {};
  #isClosed = false;
  #running: Promise<void> | undefined;
  #looks = 0;
  /** Since the latest look. The first is reported. */
  #failures = 0;

  constructor(parts: FollowerParts) {
    this.#parts = { now: thisMoment, ...parts };
  }

  start(): void {
    this.#running ??= this.#run();
  }

  /** See `Store.newChanges`. Throws `StoreUnavailable` while the lease doesn't hold. */
  newChanges(): readonly WhatChanged[] {
    if (!this.#parts.lease.isFresh()) throw new StoreUnavailable('what has changed is not known just now');
    return this.#pending.length === 0 ? nothing : this.#pending.splice(0);
  }

  /**
   * What a look finds that begins after this call, taken in already; it rings for the others. Rejects with
   * `StoreUnavailable` when there is none within `patience` milliseconds.
   */
  look(patience: number): Promise<Look> {
    if (this.#isClosed) return Promise.reject(new StoreUnavailable('the store is closed'));
    this.start();
    return new Promise((resolve, reject) => {
      const refuse = (): void => {
        this.#demands = this.#demands.filter((other) => other !== demand);
        reject(new StoreUnavailable('whether all nodes know of it could not be found out'));
      };
      const timer = setTimeout(refuse, patience);
      const settle = (look: Look): void => {
        clearTimeout(timer);
        resolve(look);
      };
      const demand: Demand = { settle, refuse };
      this.#demands.push(demand);
      this.#ring();
    });
  }

  counts(): { readonly looks: number } {
    return { looks: this.#looks };
  }

  /** Stops answering from memory, then leaves the registry. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#parts.lease.end();
    this.#ring();
    for (const { refuse } of this.#demands) refuse();
    await this.#running;
  }

  async #run(): Promise<void> {
    while (!this.#isClosed) {
      // A connection that was cut is replaced at once; one that can't be had is tried for again and again.
      if (this.#failures > 1) await wait(retryAfter);
      try {
        const link = await this.#parts.openLink((bell) => this.#hear(bell));
        await this.#follow(link).finally(() => link.close());
      } catch (error) {
        if (!this.#isClosed && this.#failures === 0) this.#parts.report(error);
        this.#failures += 1;
      }
      // A server that crashed may give the same transaction ids again: the next connection begins from nothing.
      this.#snapshot = undefined;
      this.#parts.acknowledgements.reset();
    }
  }

  async #follow(link: ClusterLink): Promise<void> {
    const { member, interval, now } = this.#parts;
    while (!this.#isClosed) {
      if (member !== undefined && this.#id === undefined) await this.#register(link, member);
      // A bell that rings from now on means another look.
      this.#isRung = false;
      const begin = now();
      const look = await this.#look(link, begin);
      await this.#prune(link);
      const hasLost = member !== undefined && !look.isRegistered;
      if (hasLost) this.#id = undefined;
      const isBusy = hasLost || this.#hasNews || this.#demands.length > 0;
      if (!isBusy) await this.#rest(begin.monotonic + interval - now().monotonic);
    }
    if (this.#id !== undefined) await link.leave(this.#id);
  }

  /** Under a new id each time: whoever waits for the old one waits for nobody. */
  async #register(link: ClusterLink, member: { name: string; leaseMs: number }): Promise<void> {
    const id = newId();
    await link.register({ id, ...member });
    this.#id = id;
  }

  async #look(link: ClusterLink, begin: Moment): Promise<Look> {
    const demands = this.#demands;
    this.#demands = [];
    const ring = new Set<Bell>();
    if (demands.length > 0) ring.add('changed');
    if (this.#hasNews) ring.add('applied');
    try {
      const look = await link.look({ node: this.#id, since: this.#snapshot, ring });
      this.#takeIn(look, begin);
      for (const { settle } of demands) settle(look);
      return look;
    } catch (error) {
      this.#demands.unshift(...demands);
      throw error;
    }
  }

  /** All of this is one step: nobody is answered in the middle of it. */
  #takeIn(look: Look, begin: Moment): void {
    const { lease, acknowledgements, now } = this.#parts;
    const isEverything = look.changes === undefined || !look.isRegistered;
    if (isEverything) this.#pending = [{ kind: 'all' }];
    for (const { what } of look.changes ?? []) this.#pending.push(what);
    if (this.#pending.length > mostPending) this.#pending = [{ kind: 'all' }];
    // The first look on a connection can't tell; that another one can't must not make them follow each other at once.
    this.#hasNews = look.changes === undefined ? this.#snapshot === undefined : look.changes.length > 0;
    this.#snapshot = look.snapshot;
    this.#looks += 1;
    this.#failures = 0;
    if (look.isRegistered && !this.#isClosed) lease.renew(begin);
    else lease.end();
    acknowledgements.take(look, now().monotonic);
  }

  async #prune(link: ClusterLink): Promise<void> {
    const { acknowledgements, now } = this.#parts;
    for (const { id, beat } of acknowledgements.silent(now().monotonic)) await link.prune(id, beat);
  }

  #hear(bell: Bell): void {
    if (bell === 'changed' || this.#parts.acknowledgements.isWaiting()) this.#ring();
  }

  #ring(): void {
    this.#isRung = true;
    this.#wake();
  }

  /** Until somebody rings or has rung, or so many milliseconds. */
  async #rest(ms: number): Promise<void> {
    if (this.#isRung || ms <= 0) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    this.#wake = () => {};
  }
}

interface Demand {
  readonly settle: (look: Look) => void;
  readonly refuse: () => void;
}
